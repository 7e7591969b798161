"""Runs a compiled pipeline as open-source Kubeflow Pipelines 2 does, without a cluster.

Each task is run by its own command in its own process, with what Kubeflow's driver and launcher do
around it (`backend/src/v2/driver`, `backend/src/v2/component/launcher_v2.go`,
`backend/src/v2/metadata/converter.go`, `backend/src/v2/cacheutils`), with folders in place of:

- the object store, which knows files only: empty folders are lost;
- a pod's disk, which is empty when an attempt begins, but for inputs copied from the store.

ML Metadata gives artifacts an id for a name, forgets their type, and takes no null.
"""

from __future__ import annotations

import concurrent.futures
import dataclasses
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
from collections.abc import Callable, Mapping
from typing import Any

import yaml
from google.protobuf import json_format
from kfp.pipeline_spec import pipeline_spec_pb2

_BUCKET = "minio://mlpipeline/v2/artifacts"
_KINDS = {
    "STRING": str,
    "NUMBER_INTEGER": (int, float),
    "NUMBER_DOUBLE": (int, float),
    "BOOLEAN": bool,
    "LIST": list,
    "STRUCT": dict,
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
            TaskFailedError: a task failed.
        """
        spec = read_package(package)[0]
        run = _Run(
            self, spec, f"run-{next(self._runs)}", _checked(spec.root.input_definitions, parameters)
        )
        waiting = _with_needed(spec, only or tuple(spec.root.dag.tasks))
        results: dict[str, TaskResult] = {}
        with concurrent.futures.ThreadPoolExecutor(self._processes) as pool:
            running: dict[concurrent.futures.Future, str] = {}
            while waiting or running:
                for name in sorted(waiting):
                    if set(spec.root.dag.tasks[name].dependent_tasks) <= set(results):
                        waiting.remove(name)
                        running[pool.submit(run.task, name, dict(results))] = name
                done, _ = concurrent.futures.wait(
                    running, return_when=concurrent.futures.FIRST_COMPLETED
                )
                for future in done:
                    results[running.pop(future)] = future.result()
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

    def execute(self, task: str, attempt: int, command: list[str], pod: pathlib.Path) -> bool:
        """Runs a command; says whether it ended well."""
        if self._in_process:
            assert command[:3] == ["python", "-P", "-m"]
            importlib.import_module(command[3]).main(command[4:])
            return True
        log = self._folder / f"{task}-{attempt}.log"
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

    def log(self, task: str, attempt: int = 0) -> str:
        """What a task printed."""
        return (self._folder / f"{task}-{attempt}.log").read_text()


@dataclasses.dataclass(frozen=True)
class _Run:
    cluster: LocalKubeflow
    spec: Any
    name: str
    parameters: Mapping[str, Any]

    def task(self, name: str, results: Mapping[str, TaskResult]) -> TaskResult:
        """The driver: resolves inputs, looks into the cache; then the launcher, attempt by attempt."""
        task = self.spec.root.dag.tasks[name]
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
                key: self._parameter(given, results)
                for key, given in task.inputs.parameters.items()
            },
            "artifacts": {
                key: {"artifacts": [_input(given.task_output_artifact, results)]}
                for key, given in task.inputs.artifacts.items()
            },
        }
        key = json.dumps(
            [
                inputs["parameterValues"],
                {key: one["artifacts"][0]["name"] for key, one in inputs["artifacts"].items()},
                executor.container.image,
                command,
            ],
            sort_keys=True,
        )
        if task.caching_options.enable_cache and (found := self.cluster.cached(key)):
            return dataclasses.replace(found, attempts=0)
        outputs = {
            output: {
                "artifacts": [
                    {
                        "uri": f"{_BUCKET}/{self.spec.pipeline_info.name}/{self.name}/{name}/{output}",
                        "type": json_format.MessageToDict(artifact.artifact_type),
                        "metadata": {},
                    }
                ]
            }
            for output, artifact in component.output_definitions.artifacts.items()
        }
        attempts = task.retry_policy.max_retry_count + 1
        for attempt in range(attempts):
            pod = self.cluster.pod(name)
            executor_input = {
                "inputs": inputs,
                "outputs": {
                    "artifacts": outputs | self._log(name, attempt),
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

    def _log(self, name: str, attempt: int) -> dict[str, Any]:
        """The output that the driver adds to each task (`publish_logs`, on since 2.5)."""
        output = f"executor-logs-{attempt}" if attempt else "executor-logs"
        uri = f"{_BUCKET}/{self.spec.pipeline_info.name}/{self.name}/{name}/{output}"
        kind = {"schemaTitle": "system.Artifact", "schemaVersion": "0.0.1"}
        return {output: {"artifacts": [{"uri": uri, "type": kind, "metadata": {}}]}}

    def _parameter(self, given: Any, results: Mapping[str, TaskResult]) -> Any:
        kind = given.WhichOneof("kind")
        if kind == "component_input_parameter":
            return self.parameters[given.component_input_parameter]
        if kind == "task_output_parameter":
            source = given.task_output_parameter
            return results[source.producer_task].parameters[source.output_parameter_key]
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
        if not self.cluster.execute(name, attempt, command, pod):
            return None
        said: dict[str, Any] = {}
        if os.path.exists(outputs["outputFile"]):
            said = json.loads(pathlib.Path(outputs["outputFile"]).read_text())
        artifacts = {}
        for output in component.output_definitions.artifacts:
            artifact = outputs["artifacts"][output]["artifacts"][0]
            made = said.get("artifacts", {}).get(output, {"artifacts": [{}]})["artifacts"][0]
            uri = made.get("uri") or artifact["uri"]
            assert uri == artifact["uri"], "elsewhere than the launcher uploads from"
            _copy_files(_local(pod, uri), self.cluster.path(uri))
            artifacts[output] = {
                "name": self.cluster.next_id(),
                "uri": uri,
                "metadata": {
                    **{key: _in_mlmd(value) for key, value in made.get("metadata", {}).items()},
                    "display_name": output,
                    "store_session_info": "{}",
                },
            }
        parameters = {
            output: _typed(
                pathlib.Path(one["outputFile"]).read_text(),
                component.output_definitions.parameters[output].parameter_type,
            )
            for output, one in outputs["parameters"].items()
        }
        return TaskResult(parameters, artifacts, attempt + 1)


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


def _with_needed(spec: Any, names: tuple[str, ...]) -> set[str]:
    needed: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        needed.add(name)
        waiting += set(spec.root.dag.tasks[name].dependent_tasks) - needed
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
            return json.dumps(executor_input)
        side, kind, name, what = match.groups()
        if kind == "artifacts":
            uri = executor_input[side]["artifacts"][name]["artifacts"][0]["uri"]
            return uri if what == ".uri" else str(_local(pod, uri))
        if side == "outputs":
            return executor_input["outputs"]["parameters"][name]["outputFile"]
        given = executor_input["inputs"]["parameterValues"][name]
        return given if isinstance(given, str) else json.dumps(given)

    pattern = r"\{\{\$(?:\.(inputs|outputs)\.(artifacts|parameters)\['([\w-]+)'\](\.\w+)?)?\}\}"
    return re.sub(pattern, value, argument)


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
    for path in source.rglob("*"):
        if path.is_file():
            there = target / path.relative_to(source)
            there.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, there)
