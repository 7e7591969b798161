"""The first step of every run: turns its parameters into what each of the other steps is to do.

    python -m objects_that_sound.tfx_pipeline.kubeflow.configure --executor_input JSON --structure JSON

All that a step's result depends on reaches it as an input: its properties from here, artifacts from
other steps. So Kubeflow's cache, which compares inputs, is right, and a wrong parameter fails here,
not hours later. What lies outside of the run is looked up here, each time: which videos there are
(by a fingerprint of their list), and which model was blessed last. Hence this step is never cached.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Sequence

from google.protobuf import json_format
from kfp.pipeline_spec import pipeline_spec_pb2

from objects_that_sound.components.blessed_models import latest_version
from objects_that_sound.components.latest_blessed_model.component import LatestBlessedModel
from objects_that_sound.components.video_example_gen.check_groups import check_groups
from objects_that_sound.components.video_example_gen.name_matches import name_matches
from objects_that_sound.components.video_example_gen.video_list import list_videos, write_list
from objects_that_sound.tfx_pipeline.kubeflow.push_destination import PushDestination
from objects_that_sound.tfx_pipeline.kubeflow.run_parameters import read_parameters
from objects_that_sound.tfx_pipeline.kubeflow.step import step_name
from objects_that_sound.tfx_pipeline.kubeflow.tfx_graph import tfx_graph
from objects_that_sound.tfx_pipeline.kubeflow.video_list_file import VIDEO_LIST, fingerprint
from objects_that_sound.tfx_pipeline.run_options import RunOptions

VIDEO_FINGERPRINT = "video_fingerprint"
"""Output of this step beside the properties of all others."""


def properties_output(step: str) -> str:
    """Name of the output that holds a step's properties."""
    return step.replace("-", "_")


def _video_fingerprint(options: RunOptions) -> str:
    listed = list_videos(options.videos, options.segments, options.eval_videos)
    for one in name_matches(listed, options.ingest_config()):
        print(one.text)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, VIDEO_LIST)
        check_groups(listed, options.ingest_config())
        write_list(listed, path)
        return fingerprint(path)


def configure(options: RunOptions, destination: PushDestination) -> dict[str, str]:
    """Computes this step's outputs.

    Args:
        options: what the run is about.
        destination: where it puts what it makes.

    Returns:
        By name of the output: the fingerprint of the videos, and the properties of each step as
        JSON.

    Raises:
        OSError: there are no videos, or their storage can't be asked.
        ValueError: the segments can't be right, a pattern matches no name, or there are too few
            videos; says which and what to do.
    """
    outputs = {}
    for node in tfx_graph(options, destination).components:
        properties = {
            name: value for name, value in node.exec_properties.items() if value is not None
        }
        if isinstance(node, LatestBlessedModel):
            properties["version"] = latest_version(destination.blessed_dir)
        outputs[properties_output(step_name(node.id))] = json.dumps(properties, sort_keys=True)
    outputs[VIDEO_FINGERPRINT] = _video_fingerprint(options)
    return outputs


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the step."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--executor_input", required=True)
    parser.add_argument("--structure", required=True)
    given = parser.parse_args(arguments)
    executor_input = pipeline_spec_pb2.ExecutorInput()
    json_format.Parse(given.executor_input, executor_input, ignore_unknown_fields=True)
    values = {
        name: json_format.MessageToDict(value)
        for name, value in executor_input.inputs.parameter_values.items()
    }
    try:
        outputs = configure(*read_parameters(values, json.loads(given.structure)))
    except (OSError, ValueError) as error:
        sys.exit(f"The run can't begin: {error}")
    if set(outputs) != set(executor_input.outputs.parameters):
        sys.exit("The image's pipeline has other steps than the compiled one: compile it again.")
    for name, text in outputs.items():
        path = executor_input.outputs.parameters[name].output_file
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(text)
        print(f"{name}: {text}")


if __name__ == "__main__":
    main()
