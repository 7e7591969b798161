"""The `ots` command line; commands are imported only when called, so that `--help` is instant."""

from __future__ import annotations

import click

from objects_that_sound.components.isolated_python import isolate_children
from objects_that_sound.tfx_pipeline.lazy_group import LazyGroup
from objects_that_sound.tfx_pipeline.quiet import quieten

_COMMANDS = {
    "demo": "Generate videos, run the pipeline on them, serve the model, write a report.",
    "run": "Run the pipeline on a folder or glob of videos.",
    "continue": "Train on with the videos that are new, if they are like those before.",
    "presets": "List the presets, and all that each of them sets.",
    "compile": "Write the pipeline as a file for Kubeflow Pipelines or Vertex AI.",
    "submit": "Run a compiled pipeline on Kubeflow Pipelines.",
    "videos": "Generate videos with known objects and sounds.",
    "serve": "Serve pushed models over gRPC and REST (the TensorFlow Serving API).",
    "score": "Ask a model server whether an image and a sound correspond.",
    "embed": "Ask a model server for the embedding of an image or a sound.",
    "localise": "Ask a model server where in an image the sound comes from.",
    "index": "Make a collection of videos searchable by image and by sound.",
    "search": "Find the sounds that fit an image, and the images that fit a sound.",
    "evaluate": "Measure any SavedModel: AVC, retrieval, localisation, public benchmarks.",
    "advise": "Say what more video would bring, by training on parts of a run's videos.",
    "report": "Write the HTML and JSON report of a run again.",
    "runs": "List all runs of a root: videos, figures, decisions.",
    "lineage": "Tell which videos, code and parameters made a served model.",
}


@click.group(
    cls=LazyGroup,
    package="objects_that_sound.tfx_pipeline.commands",
    table=_COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(package_name="objects-that-sound")
def main() -> None:
    """Objects that Sound: learn from unlabelled video what things look like and sound like."""
    quieten()
    isolate_children()


if __name__ == "__main__":
    main()
