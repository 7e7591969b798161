"""Runs a compiled pipeline as open-source Kubeflow Pipelines 2 does, without a cluster.

Each task is run by its own command in its own process, with what Kubeflow's driver and launcher do
around it (`backend/src/v2/driver`, `backend/src/v2/component/launcher_v2.go`,
`backend/src/v2/metadata/converter.go`, `backend/src/v2/cacheutils`). docs/laboratory/clusters.md says
since which version. There are folders in place of:

- the object store, which knows files only: empty folders are lost;
- a pod's disk, which is empty when an attempt begins, but for inputs copied from the store.

ML Metadata gives artifacts an id for a name, forgets their type, and takes no null.
"""

from __future__ import annotations

import concurrent.futures
import contextlib
import dataclasses
import hashlib
import importlib
import itertools
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable, Mapping
from typing import Any

import yaml
from google.protobuf import json_format
from kfp.pipeline_spec import pipeline_spec_pb2

_BUCKET = "minio://mlpipeline/v2/artifacts"
_LOGS = "executor-logs"
"""Output that the driver adds to each task (`publish_logs`, on by default)."""
_KINDS = {
    "STRING": str,
    "NUMBER_INTEGER": (int, float),
    "NUMBER_DOUBLE": (int, float),
    "BOOLEAN": bool,
    "LIST": list,
    "STRUCT": dict,
    "TASK_FINAL_STATUS": dict,
}

Interrupt = Callable[[str, int, subprocess.Popen], None]
"""Is told of a task, an attempt (from 0) and its process."""


class TaskFailedError(Exception):
    """A task failed in all its attempts."""


@dataclasses.dataclass
class TaskResult:
    """What a task left behind.

    Attributes:
        parameters: by output name.
        artifacts: by output name, as a later task gets them.
        attempts: processes that it took; 0: its outputs are those of an earlier run.
    """

    parameters: dict[str, Any]
    artifacts: dict[str, dict[str, Any]]
    attempts: int = 0


class LocalKubeflow:
    """A cluster that remembers its earlier runs."""

    def __init__(
        self,
        folder: pathlib.Path,
        *,
        processes: int = 2,
        in_process: bool = False,
        interrupt: Interrupt | None = None,
    ):
        """Makes the cluster.

        Args:
            folder: for the object store and pods.
            processes: tasks at a time.
            in_process: call the commands' modules here, for tests that have imported them already.
            interrupt: is called when a process has begun.
        """
        self._folder = folder
        self._processes = 1 if in_process else processes
        self._in_process = in_process
        self._interrupt = interrupt
        self._runs = itertools.count(1)
        self._ids = itertools.count(1)
        self._cache: dict[str, TaskResult] = {}
        self._logs: dict[tuple[str, int], pathlib.Path] = {}
        self._lock = threading.Lock()

    def run(
        self, package: pathlib.Path, parameters: Mapping[str, Any], only: tuple[str, ...] = ()
    ) -> dict[str, TaskResult]:
        """Submits a pipeline and waits for it.

        Args:
            package: YAML of `ots compile`.
            parameters: of the run.
            only: names of tasks, with those that they need; all if empty.

        Returns:
            By task.

        Raises:
            ValueError: the server would not take the parameters.
            TaskFailedError: a task failed. What is to be done at the end has been done.
        """
        spec, platforms = read_package(package)
        parameters = _checked(spec.root.input_definitions, parameters)
        dag = _inner_dag(spec, parameters)
        run = _Run(self, spec, platforms, f"run-{next(self._runs)}", dag)
        waiting = _with_needed(dag.tasks, only or tuple(dag.tasks))
        results: dict[str, TaskResult] = {}
        failure: BaseException | None = None
        with concurrent.futures.ThreadPoolExecutor(self._processes) as pool:
            running: dict[concurrent.futures.Future, str] = {}
            while waiting or running:
                for name in sorted(waiting):
                    if set(dag.tasks[name].dependent_tasks) <= set(results):
                        waiting.remove(name)
                        running[pool.submit(run.task, name, dict(results))] = name
                done, _ = concurrent.futures.wait(
                    running, return_when=concurrent.futures.FIRST_COMPLETED
                )
                for future in done:
                    name = running.pop(future)
                    try:
                        results[name] = future.result()
                    except (TaskFailedError, SystemExit) as error:
                        failure = failure or error
                        waiting.clear()  # what runs may end, nothing else begins
        run = dataclasses.replace(run, state="FAILED" if failure else "COMPLETE")
        for name in dag.at_exit:
            results[name] = run.task(name, results)
        if failure:
            raise failure
        return results

    def path(self, uri: str) -> pathlib.Path:
        """Where the object store keeps something."""
        return self._folder / "store" / uri.removeprefix("minio://")

    # What follows is for runs.

    def next_id(self) -> str:
        """Of an artifact."""
        with self._lock:
            return str(next(self._ids))

    def cached(self, key: str) -> TaskResult | None:
        """The result of a task of the same inputs, if there is one."""
        with self._lock:
            return self._cache.get(key)

    def keep(self, key: str, result: TaskResult) -> None:
        """Keeps a result for `cached`."""
        with self._lock:
            self._cache[key] = result

    def pod(self, task: str) -> pathlib.Path:
        """An empty disk. Attempts of a task see the same paths, as they do on a cluster."""
        folder = self._folder / "pods" / task
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder

    def execute(
        self, task: str, attempt: int, command: list[str], pod: pathlib.Path, log: pathlib.Path
    ) -> bool:
        """Runs a command, with what it prints in a file; says whether it ended well."""
        self._logs[task, attempt] = log
        if self._in_process:
            assert command[:3] == ["python", "-P", "-m"]
            with open(log, "w") as output, contextlib.redirect_stdout(output):
                importlib.import_module(command[3]).main(command[4:])
            return True
        environment = os.environ | {
            "PATH": f"{os.path.dirname(sys.executable)}{os.pathsep}{os.environ['PATH']}"
        }
        with open(log, "wb") as output:
            process = subprocess.Popen(
                command, cwd=pod, env=environment, stdout=output, stderr=subprocess.STDOUT
            )
            if self._interrupt is not None:
                self._interrupt(task, attempt, process)
            return process.wait() == 0

    def upload(self, source: pathlib.Path, uri: str, task: str = "", attempt: int = 0) -> None:
        """Copies a file or the files of a folder into the store; of a task's log, if there is one."""
        _copy_files(source, self.path(uri))
        if task:
            self._logs[task, attempt] = self.path(uri)

    def log(self, task: str, attempt: int = 0) -> str:
        """What a task printed."""
        return self._logs[task, attempt].read_text()


@dataclasses.dataclass(frozen=True)
class _Dag:
    """The tasks of a run.

    Attributes:
        tasks: by name.
        parameters: what they know as the inputs of the component that they are in.
        at_exit: tasks that follow in any case; they stand in `tasks` of the root.
        group: name of the task of the root that the others are in, if there is one.
    """

    tasks: Mapping[str, Any]
    parameters: Mapping[str, Any]
    at_exit: Mapping[str, Any]
    group: str = ""


def _inner_dag(spec: Any, parameters: Mapping[str, Any]) -> _Dag:
    """What there is to run: the root, or the one group in it that an exit task follows."""
    tasks = spec.root.dag.tasks
    always = pipeline_spec_pb2.PipelineTaskSpec.TriggerPolicy.ALL_UPSTREAM_TASKS_COMPLETED
    at_exit = {name: task for name, task in tasks.items() if task.trigger_policy.strategy == always}
    if not at_exit:
        return _Dag(tasks, parameters, {})
    [group] = set(tasks) - set(at_exit)
    inner = {
        name: parameters[given.component_input_parameter]
        for name, given in tasks[group].inputs.parameters.items()
    }
    dag = spec.components[tasks[group].component_ref.name].dag
    return _Dag(dag.tasks, inner, at_exit, group)


@dataclasses.dataclass(frozen=True)
class _Run:
    cluster: LocalKubeflow
    spec: Any
    platforms: Mapping[str, Any]
    name: str
    dag: _Dag
    state: str = "RUNNING"

    def task(self, name: str, results: Mapping[str, TaskResult]) -> TaskResult:
        """The driver: resolves inputs, looks into the cache; then the launcher, attempt by attempt."""
        task = self.dag.at_exit.get(name) or self.dag.tasks[name]
        component = self.spec.components[task.component_ref.name]
        deployment = json_format.ParseDict(
            json_format.MessageToDict(self.spec.deployment_spec),
            pipeline_spec_pb2.PipelineDeploymentConfig(),
        )
        executor = deployment.executors[component.executor_label]
        assert executor.WhichOneof("spec") == "container", "open-source Kubeflow can't run this"
        assert not executor.container.HasField("lifecycle"), "nor drivers"
        command = [*executor.container.command, *executor.container.args]
        inputs = {
            "parameterValues": {
                key: _converted(
                    key,
                    self._parameter(given, results),
                    component.input_definitions.parameters[key].parameter_type,
                )
                for key, given in task.inputs.parameters.items()
            },
            "artifacts": {
                key: {"artifacts": [_input(given.task_output_artifact, results)]}
                for key, given in task.inputs.artifacts.items()
            },
        }
        # The driver runs once: all attempts of a task get the same URIs.
        folder = f"{_BUCKET}/{self.spec.pipeline_info.name}/{self.name}/{name}/{uuid.uuid4()}"
        kinds = {
            output: json_format.MessageToDict(artifact.artifact_type)
            for output, artifact in component.output_definitions.artifacts.items()
        } | {_LOGS: {"schemaTitle": "system.Artifact"}}
        outputs = {
            output: {"artifacts": [{"uri": f"{folder}/{output}", "type": kind}]}
            for output, kind in kinds.items()
        }
        key = self._fingerprint(component, executor.container, inputs, kinds)
        if task.caching_options.enable_cache and (found := self.cluster.cached(key)):
            assert set(found.artifacts) == set(outputs), "unable to find artifact"
            return dataclasses.replace(found, attempts=0)
        attempts = task.retry_policy.max_retry_count + 1
        for attempt in range(attempts):
            pod = self.cluster.pod(name)
            executor_input = {
                "inputs": inputs,
                "outputs": {
                    "artifacts": outputs | _numbered(outputs[_LOGS], attempt),
                    "parameters": {
                        output: {"outputFile": str(pod / "tmp/kfp/outputs" / output)}
                        for output in component.output_definitions.parameters
                    },
                    "outputFile": str(pod / "tmp/kfp_outputs/output_metadata.json"),
                },
            }
            if result := self._launch(name, attempt, command, executor_input, component, pod):
                shutil.rmtree(pod)
                if task.caching_options.enable_cache:
                    self.cluster.keep(key, result)
                return result
        raise TaskFailedError(f"{name} failed: {self.cluster.log(name, attempts - 1)[-4000:]}")

    def _fingerprint(
        self, component: Any, container: Any, inputs: Mapping[str, Any], kinds: Mapping[str, Any]
    ) -> str:
        """What the cache compares, among runs of a pipeline of the same name (cachekey.CacheKey)."""
        executors = self.platforms.get("platforms", {}).get("kubernetes", {})
        config = executors.get("deploymentSpec", {}).get("executors", {})
        mounts = config.get(component.executor_label, {}).get("pvcMount", [])
        content = {
            "pipeline": self.spec.pipeline_info.name,
            "inputArtifactNames": {
                key: [one["name"] for one in artifacts["artifacts"]]
                for key, artifacts in inputs["artifacts"].items()
            },
            "inputParameterValues": inputs["parameterValues"],
            "outputArtifactsSpec": kinds,
            "outputParametersSpec": {
                key: one.parameter_type
                for key, one in component.output_definitions.parameters.items()
            },
            "image": container.image,
            "cmdArgs": [*container.command, *container.args],
            "pvcNames": [one["constant"] for one in mounts],
            "env": [[one.name, one.value] for one in container.env],
        }
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

    def _parameter(self, given: Any, results: Mapping[str, TaskResult]) -> Any:
        kind = given.WhichOneof("kind")
        if kind == "component_input_parameter":
            return self.dag.parameters[given.component_input_parameter]
        if kind == "task_output_parameter":
            source = given.task_output_parameter
            return results[source.producer_task].parameters[source.output_parameter_key]
        if kind == "task_final_status":
            assert given.task_final_status.producer_task == self.dag.group
            return {
                "state": self.state,
                "pipelineTaskName": self.dag.group,
                "pipelineJobResourceName": self.name,
                "error": {},  # the backend leaves it empty
            }
        return json_format.MessageToDict(given.runtime_value.constant)

    def _launch(
        self,
        name: str,
        attempt: int,
        command: list[str],
        executor_input: dict[str, Any],
        component: Any,
        pod: pathlib.Path,
    ) -> TaskResult | None:
        inputs, outputs = executor_input["inputs"], executor_input["outputs"]
        for one in inputs["artifacts"].values():
            uri = one["artifacts"][0]["uri"]
            _copy_files(self.cluster.path(uri), _local(pod, uri))
        for one in outputs["artifacts"].values():
            _local(pod, one["artifacts"][0]["uri"]).parent.mkdir(parents=True, exist_ok=True)
        for one in outputs["parameters"].values():
            pathlib.Path(one["outputFile"]).parent.mkdir(parents=True, exist_ok=True)
        command = [_filled(argument, executor_input, pod) for argument in command]
        log = outputs["artifacts"][_LOGS]["artifacts"][0]["uri"]
        ended_well = self.cluster.execute(name, attempt, command, pod, _local(pod, log))
        self.cluster.upload(_local(pod, log), log, name, attempt)
        if not ended_well:
            return None  # of a failed attempt nothing but the log is kept
        said = _executor_output(outputs["outputFile"])
        parameters = dict(said.get("parameterValues", {}))
        for output, one in outputs["parameters"].items():
            if output not in parameters:
                if not os.path.exists(one["outputFile"]):
                    return None  # failed to read output parameter
                parameters[output] = _typed(
                    pathlib.Path(one["outputFile"]).read_text(),
                    component.output_definitions.parameters[output].parameter_type,
                )
        artifacts = {}
        for output, one in outputs["artifacts"].items():
            artifact = one["artifacts"][0]
            made: dict[str, Any] = {}
            if output != _LOGS:  # the launcher's own: what the executor says of it does not count
                made = said.get("artifacts", {}).get(output, {"artifacts": [{}]})["artifacts"][0]
            uri = made.get("uri") or artifact["uri"]
            assert uri == artifact["uri"], "elsewhere than the launcher uploads from"
            self.cluster.upload(_local(pod, uri), uri)
            artifacts[output] = {
                "name": self.cluster.next_id(),
                "uri": uri,
                "metadata": {
                    **{key: _in_mlmd(value) for key, value in made.get("metadata", {}).items()},
                    "display_name": output,
                    "store_session_info": "{}",
                },
            }
        return TaskResult(parameters, artifacts, attempt + 1)


def _numbered(logs: Mapping[str, Any], attempt: int) -> dict[str, Any]:
    """The log's URI of an attempt: the launcher qualifies it before it fills in the command."""
    [artifact] = logs["artifacts"]
    return {_LOGS: {"artifacts": [artifact | {"uri": f"{artifact['uri']}-{attempt}"}]}}


def _executor_output(path: str) -> dict[str, Any]:
    """What a task says of its outputs, strictly by the proto; nothing where it says nothing."""
    if not os.path.exists(path):
        return {}
    output = json_format.Parse(pathlib.Path(path).read_text(), pipeline_spec_pb2.ExecutorOutput())
    return json_format.MessageToDict(output)


def read_package(path: pathlib.Path) -> tuple[Any, dict[str, Any]]:
    """A compiled package as kfp's proto, which refuses what it does not know; and its platforms."""
    documents = list(yaml.safe_load_all(path.read_text()))
    spec = json_format.ParseDict(documents[0], pipeline_spec_pb2.PipelineSpec())
    return spec, documents[1] if len(documents) > 1 else {}


def _checked(definitions: Any, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """What the API server does with a run's parameters."""
    if unknown := set(parameters) - set(definitions.parameters):
        raise ValueError(f"unknown parameters {sorted(unknown)}")
    values = {}
    for name, definition in definitions.parameters.items():
        kind = pipeline_spec_pb2.ParameterType.ParameterTypeEnum.Name(definition.parameter_type)
        if name in parameters:
            if not isinstance(parameters[name], _KINDS[kind]):
                raise ValueError(f"parameter {name} must be of type {kind}")
            values[name] = parameters[name]
        elif definition.HasField("default_value"):
            values[name] = json_format.MessageToDict(definition.default_value)
        else:
            raise ValueError(f"parameter {name} has neither default nor value")
    return values


def _with_needed(tasks: Mapping[str, Any], names: tuple[str, ...]) -> set[str]:
    needed: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        needed.add(name)
        waiting += set(tasks[name].dependent_tasks) - needed
    return needed


def _input(source: Any, results: Mapping[str, TaskResult]) -> dict[str, Any]:
    return results[source.producer_task].artifacts[source.output_artifact_key]


def _local(pod: pathlib.Path, uri: str) -> pathlib.Path:
    """The launcher's path of a URI, below the pod's disk instead of /."""
    return pod / uri.replace("://", "/")


def _filled(argument: str, executor_input: Mapping[str, Any], pod: pathlib.Path) -> str:
    """Replaces the launcher's placeholders."""

    def value(match: re.Match[str]) -> str:
        if match[0] == "{{$}}":
            message = json_format.ParseDict(executor_input, pipeline_spec_pb2.ExecutorInput())
            return json_format.MessageToJson(message, indent=None)
        side, kind, name, what = match.groups()
        if kind == "artifacts":
            uri = executor_input[side]["artifacts"][name]["artifacts"][0]["uri"]
            return uri if what == ".uri" else str(_local(pod, uri))
        if side == "outputs":
            return executor_input["outputs"]["parameters"][name]["outputFile"]
        given = executor_input["inputs"]["parameterValues"][name]
        if isinstance(given, float) and given.is_integer():
            given = int(given)  # the shortest spelling
        return given if isinstance(given, str) else json.dumps(given)

    pattern = r"\{\{\$(?:\.(inputs|outputs)\.(artifacts|parameters)\['([\w-]+)'\](\.\w+)?)?\}\}"
    return re.sub(pattern, value, argument)


def _converted(name: str, value: Any, kind: int) -> Any:
    """A parameter as the component declares it: anything may become a text, nothing else changes."""
    title = pipeline_spec_pb2.ParameterType.ParameterTypeEnum.Name(kind)
    if title == "STRING" and not isinstance(value, str):
        return json.dumps(value)
    if not isinstance(value, _KINDS[title]):
        raise ValueError(f"input parameter {name} type mismatch: expect {title}")
    return value


def _in_mlmd(value: Any) -> Any:
    """A property after ML Metadata had it (converter.go)."""
    if value is None:
        raise ValueError("unknown/unsupported value type: null")
    if isinstance(value, list):
        return {"list": value}
    if isinstance(value, dict):
        return {"struct": value}
    return float(value) if isinstance(value, bool | int) else value


def _typed(text: str, kind: int) -> Any:
    if kind == pipeline_spec_pb2.ParameterType.STRING:
        return text
    return json.loads(text)


def _copy_files(source: pathlib.Path, target: pathlib.Path) -> None:
    if source.is_file():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    for path in source.rglob("*"):
        if path.is_file():
            there = target / path.relative_to(source)
            there.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, there)
