"""What is done around TFX's entry point."""

from __future__ import annotations

import json
import re
import uuid

import pytest

from objects_that_sound.components.blessed_models import (
    NO_VERSION,
    add_model,
    latest_version,
    read_model,
)
from objects_that_sound.components.evaluation.decision import Decision
from objects_that_sound.components.evaluation.evaluation_result import EvaluationResult
from objects_that_sound.tfx_pipeline.kubeflow.run_step import main

MODEL = "tfx.types.standard_artifacts.Model"
BLESSING = "tfx.types.standard_artifacts.ModelBlessing"
PUSHED = "tfx.types.standard_artifacts.PushedModel"
EVALUATION = "objects_that_sound.components.evaluation.artifacts.Evaluation"
LATEST = "objects_that_sound.components.latest_blessed_model.component.LatestBlessedModel_Executor"
PUSHER = "objects_that_sound.components.blessed_model_pusher.component.BlessedModelPusher_Executor"
GATE = "objects_that_sound.components.model_gate.component.ModelGate_Executor"


@pytest.fixture(params=["ML Metadata", "native"])
def run(tmp_path, request):
    """Runs an executor with artifacts by name and class; returns what it says of its outputs.

    Inputs come as open-source Kubeflow gives them, all numbers floats: by ML Metadata, with a number
    for a name and without a type; by what replaces it, with a UUID and the declared type.
    """

    def identity(number: int) -> dict:
        if request.param == "ML Metadata":
            return {"name": str(number)}
        kind = {"schemaTitle": "system.Dataset", "schemaVersion": "0.0.1"}
        return {"name": str(uuid.uuid4()), "type": kind}

    def run(
        executor: str,
        properties: dict,
        inputs: dict[str, str],
        outputs: dict[str, str],
        *options: str,
        metadata: dict[str, dict] | None = None,
    ) -> dict[str, dict]:
        executor_input = {
            "inputs": {
                "parameterValues": {"exec_properties": json.dumps(properties)},
                "artifacts": {
                    name: {
                        "artifacts": [
                            {
                                **identity(number),
                                "uri": f"minio://bucket/{name}",
                                "metadata": (metadata or {}).get(name, {}),
                            }
                        ]
                    }
                    for number, name in enumerate(inputs, 1)
                },
            },
            "outputs": {
                "outputFile": str(tmp_path / "said" / "output_metadata.json"),
                "artifacts": {
                    name: {
                        "artifacts": [
                            {
                                "uri": f"minio://bucket/run/{name}",
                                "type": {"schemaTitle": "system.Artifact"},
                            }
                        ]
                    }
                    # The driver adds a log, of another name in each attempt.
                    for name in (*outputs, f"executor-logs-{uuid.uuid4()}")
                },
            },
        }
        command = ["--executor", executor, "--executor_input", json.dumps(executor_input)]
        for name, artifact_class in inputs.items():
            key = re.sub(r"_\d+$", "", name)  # of a union
            command += ["--input", name, key, artifact_class, str(tmp_path / name)]
        for name, artifact_class in outputs.items():
            command += ["--output", name, artifact_class, str(tmp_path / name)]
        main([*command, *options])
        said = json.loads((tmp_path / "said" / "output_metadata.json").read_text())
        return {name: one["artifacts"][0] for name, one in said["artifacts"].items()}

    return run


@pytest.fixture
def blessed(tmp_path) -> str:
    """A folder with one blessed model."""
    model = tmp_path / "earlier"
    model.mkdir()
    (model / "weights").write_text("earlier")
    add_model(str(tmp_path / "blessed"), str(model))
    return str(tmp_path / "blessed")


def test_outputs_are_written_to_paths_and_named_by_uris(run, blessed, tmp_path):
    said = run(LATEST, {"folder": blessed}, {}, {"model": MODEL})
    assert set(said) == {"model"}  # the log is the launcher's
    assert said["model"]["uri"] == "minio://bucket/run/model"
    assert said["model"]["metadata"]["blessed_version"].isdecimal()
    assert (tmp_path / "model" / "weights").read_text() == "earlier"


@pytest.mark.parametrize("blessed_number", [0.0, 1.0])
def test_numbers_of_metadata_are_understood(run, blessed, tmp_path, blessed_number):
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "weights").write_text("new")
    said = run(
        PUSHER,
        {"folder": blessed},
        {"model": MODEL, "model_blessing": BLESSING},
        {"pushed_model": PUSHED},
        metadata={"model_blessing": {"blessed": blessed_number, "store_session_info": "{}"}},
    )
    assert said["pushed_model"]["metadata"]["pushed"] == blessed_number
    assert None not in said["pushed_model"]["metadata"].values()


def test_a_property_may_be_given_in_the_command(run, blessed, tmp_path):
    properties = {"folder": "/nowhere", "version": "none"}
    run(LATEST, properties, {}, {"model": MODEL}, "--property", "version", "")
    assert (tmp_path / "model" / "NO_MODEL").exists()
    run(LATEST, {"folder": "/nowhere"}, {}, {"model": MODEL}, "--property", "folder", blessed)
    assert (tmp_path / "model" / "weights").exists()


@pytest.mark.parametrize("there_is_one", [False, True])
def test_no_model_is_no_input(run, blessed, tmp_path, there_is_one):
    version = latest_version(blessed) if there_is_one else NO_VERSION
    read_model(blessed, version, str(tmp_path / "baseline_model"))
    for number, name in enumerate(("avc", "retrieval")):
        decision = Decision("accuracy", passed=True, text=f"{name} is good enough")
        result = EvaluationResult(name, name, metrics=(), decisions=(decision,))
        result.write(str(tmp_path / f"evaluations_{number}"))
    inputs = {"model": MODEL, "baseline_model": MODEL}
    inputs |= {"evaluations_0": EVALUATION, "evaluations_1": EVALUATION}
    said = run(GATE, {}, inputs, {"blessing": BLESSING})
    assert said["blessing"]["metadata"]["blessed"] == 1
    verdict = json.loads((tmp_path / "blessing" / "decisions.json").read_text())
    assert [one["evaluator"] for one in verdict["decisions"]] == ["avc", "retrieval"]
    known = said["blessing"]["metadata"]
    assert known["current_model"] == "minio://bucket/model"
    assert known.get("baseline_model") == (
        "minio://bucket/baseline_model" if there_is_one else None
    )


def test_a_work_folder_is_the_same_for_every_attempt_and_then_gone(run, blessed, tmp_path):
    work = tmp_path / "work"
    with pytest.raises(FileNotFoundError):
        run(
            LATEST,
            {"folder": blessed, "version": "7"},
            {},
            {"model": MODEL},
            "--work_dir",
            str(work),
        )
    [attempt] = work.iterdir()
    (attempt / "kept").touch()
    assert not (tmp_path / "model").exists()
    said = run(LATEST, {"folder": blessed}, {}, {"model": MODEL}, "--work_dir", str(work))
    assert (tmp_path / "model" / "weights").read_text() == "earlier"
    assert said["model"]["uri"] == "minio://bucket/run/model"
    assert list(work.iterdir()) == []
