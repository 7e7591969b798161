"""The stand-in for Kubeflow does what the sources of its backend do: docs/laboratory/clusters.md.

No `from __future__ import annotations`, which kfp can't read.
"""

import json
import pathlib

import pytest
from kfp import compiler, components, dsl, kubernetes

# $1: marker of an earlier attempt; $2: how often to fail; $3: a folder; $4: a file; $5: all of it.
SCRIPT = """
echo "attempt $(cat "$1" 2>/dev/null | wc -l)"
echo "$5" >> "$1"
mkdir -p "$3" && echo data > "$3/file"
[ "$(wc -l < "$1")" -gt "$2" ] || exit 1
[ "$6" = silent ] || printf word > "$4"
"""
MAKE = """
name: make
inputs: [{name: marker, type: String}, {name: failures, type: Integer}, {name: how, type: String}]
outputs: [{name: made, type: Dataset}, {name: said, type: String}]
implementation:
  container:
    image: IMAGE
    command: [sh, -c, SCRIPT, sh]
    args:
    - {inputValue: marker}
    - {inputValue: failures}
    - {outputPath: made}
    - {outputPath: said}
    - {executorInput: null}
    - {inputValue: how}
"""
TELL = """
name: tell
inputs: [{name: status, type: PipelineTaskFinalStatus}, {name: told, type: String}]
implementation:
  container:
    image: image:1
    command: [sh, -c, 'printf "%s" "$0" > "$1"', {inputValue: status}, {inputValue: told}]
"""


@pytest.fixture
def run(tmp_path, local_kubeflow):
    """Runs the task `make` on one cluster: `run(failures=..., how=..., image=..., claim=...)`."""
    cluster = local_kubeflow.LocalKubeflow(tmp_path / "cluster")

    def submit(*, failures=0, how="loud", image="image:1", claim="", told=""):
        text = MAKE.replace("SCRIPT", json.dumps(SCRIPT)).replace("IMAGE", image)
        make, tell = map(components.load_component_from_text, (text, TELL))

        @dsl.pipeline(name="made")
        def pipeline(marker: str):
            def add() -> None:
                task = make(marker=marker, failures=failures, how=how)
                task.set_retry(1)
                if claim:
                    kubernetes.mount_pvc(task, pvc_name=claim, mount_path="/data")

            if not told:
                add()
            else:
                with dsl.ExitHandler(tell(told=told)):
                    add()

        package = tmp_path / "made.yaml"
        compiler.Compiler().compile(pipeline, str(package))
        marker = tmp_path / "marker"
        marker.unlink(missing_ok=True)
        return cluster.run(package, {"marker": str(marker)})

    submit.cluster, submit.marker = cluster, tmp_path / "marker"
    return submit


def _inputs(run) -> list[dict]:
    return [json.loads(line) for line in run.marker.read_text().splitlines()]


def _uris(executor_input: dict) -> dict[str, str]:
    outputs = executor_input["outputs"]["artifacts"]
    return {name: one["artifacts"][0]["uri"] for name, one in outputs.items()}


def test_all_attempts_share_their_uris_but_the_log_s(run):
    result = run(failures=1)["make"]
    assert result.attempts == 2
    assert result.parameters == {"said": "word"}
    first, second = map(_uris, _inputs(run))
    assert set(first) == {"made", "executor-logs"}
    assert first["made"] == second["made"] == result.artifacts["made"]["uri"]
    assert first["executor-logs"].endswith("/executor-logs-0")
    assert second["executor-logs"].endswith("/executor-logs-1")
    assert run.cluster.path(first["executor-logs"]).read_text() == "attempt 0\n"
    assert run.cluster.path(second["executor-logs"]).read_text() == "attempt 1\n"


def test_a_failed_task_leaves_its_logs_and_nothing_else(run, local_kubeflow):
    with pytest.raises(local_kubeflow.TaskFailedError, match="make failed: attempt 1"):
        run(failures=9)
    uris = _uris(_inputs(run)[0])
    assert run.cluster.path(uris["executor-logs"]).exists()
    assert not run.cluster.path(uris["made"]).exists()


def test_a_parameter_that_was_not_written_is_a_failure(run, local_kubeflow):
    with pytest.raises(local_kubeflow.TaskFailedError):
        run(how="silent")
    assert len(_inputs(run)) == 2


def test_the_cache_compares_inputs_image_command_and_claims(run):
    first = run()["make"]
    again = run()["make"]
    assert (first.attempts, again.attempts) == (1, 0)
    assert again.artifacts == first.artifacts
    assert set(again.artifacts) == {"made", "executor-logs"}
    for others in ({"image": "image:2"}, {"claim": "a"}, {"claim": "b"}, {"how": "other"}):
        assert run(**others)["make"].attempts == 1, others
    assert run(claim="a")["make"].attempts == 0


@pytest.mark.parametrize(("failures", "state"), [(0, "COMPLETE"), (9, "FAILED")])
def test_what_follows_in_any_case_knows_how_the_run_ended(
    run, local_kubeflow, tmp_path, failures, state
):
    told = pathlib.Path(tmp_path / "told")
    try:
        results = run(failures=failures, told=str(told))
    except local_kubeflow.TaskFailedError:
        assert state == "FAILED"
    else:
        assert results["make"].parameters == {"said": "word"}
    assert json.loads(told.read_text()) == {
        "state": state,
        "pipelineTaskName": "exit-handler-1",
        "pipelineJobResourceName": "run-1",
        "error": {},
    }
