"""The `ots` command line; commands are imported only when called, so that `--help` is instant."""

from __future__ import annotations

import click

from objects_that_sound.components.isolated_python import isolate_children
from objects_that_sound.tfx_pipeline.lazy_group import Entry, LazyGroup
from objects_that_sound.tfx_pipeline.quiet import quieten

_MODEL = "--model runs/mine/serving/objects-that-sound"

_SECTIONS = {
    "Before a run": {
        "videos": Entry(
            "Check videos before a run, or generate some.",
            ("ots videos check 'videos/**/*.mp4'", "ots videos generate videos --count 120"),
        ),
        "presets": Entry(
            "List the presets, and everything that each of them sets.",
            ("ots presets", "ots presets real"),
        ),
    },
    "Train": {
        "demo": Entry(
            "Generate videos, run the pipeline on them, serve the model, write a report.",
            ("ots demo --root runs/demo",),
        ),
        "run": Entry(
            "Run the pipeline on a folder or glob of videos.",
            (
                "ots run --videos 'videos/**/*.mp4' --root runs/mine --dry-run",
                "ots run --videos 'videos/**/*.mp4' --root runs/mine",
            ),
        ),
        "continue": Entry(
            "Continue training with the new videos, if they are like those before.",
            ("ots continue --videos 'videos/**/*.mp4' --root runs/growing",),
        ),
    },
    "After a run": {
        "report": Entry(
            "Write the HTML and JSON report of a run again, or compare two.",
            (
                "ots report --root runs/mine",
                "ots report --root runs/mine --compare runs/first",
            ),
        ),
        "runs": Entry(
            "List all runs of a root: videos, figures, decisions.", ("ots runs --root runs/mine",)
        ),
        "advise": Entry(
            "Say what more video would bring, by training on parts of a run's videos.",
            ("ots advise --root runs/mine",),
        ),
        "evaluate": Entry(
            "Measure any SavedModel: AVC, retrieval, localisation, public benchmarks.",
            (f"ots evaluate avc {_MODEL} --examples runs/mine",),
        ),
        "lineage": Entry(
            "Tell which videos, code and parameters made a served model.",
            ("ots lineage --root runs/mine",),
        ),
        "clean": Entry(
            "Show what old runs of a root keep on the disk, and free it.",
            ("ots clean --root runs/mine", "ots clean --root runs/mine --yes"),
        ),
    },
    "Use a model": {
        "embed": Entry(
            "Embed an image, a sound, or whole folders of videos.",
            (
                f"ots embed 'videos/**/*.mp4' {_MODEL} -o embeddings.parquet",
                f"ots embed --video some.mp4 --time 2 {_MODEL}",
            ),
        ),
        "score": Entry(
            "Tell whether images and sounds correspond, for one pair or whole folders of videos.",
            (
                f"ots score 'videos/**/*.mp4' {_MODEL} -o scores.parquet",
                "ots score --image frame.jpg --audio second.wav",
            ),
        ),
        "localise": Entry(
            "Show where in an image, or in a video, a sound comes from.",
            (
                f"ots localise some.mp4 -o localised.mp4 {_MODEL}",
                "ots localise --video some.mp4 --time 2 -o overlay.png",
            ),
        ),
        "index": Entry(
            "Make a collection of videos searchable by image and by sound.",
            (f"ots index {_MODEL} --videos videos --output runs/index",),
        ),
        "search": Entry(
            "Find the sounds that fit an image, and the images that fit a sound.",
            ("ots search --index runs/mine/serving/search --video some.mp4 --time 2",),
        ),
        "serve": Entry(
            "Serve pushed models over gRPC and REST (the TensorFlow Serving API).",
            (
                "ots serve --model_base_path=runs/mine/serving/objects-that-sound "
                "--model_name=objects-that-sound --rest_api_port=8501",
            ),
        ),
    },
    "On a cluster": {
        "compile": Entry(
            "Write the pipeline as a file for Kubeflow Pipelines or Vertex AI.",
            ("ots compile --target kubeflow --image IMAGE --output pipeline.yaml",),
        ),
        "submit": Entry(
            "Run a compiled pipeline on Kubeflow Pipelines.",
            ("ots submit pipeline.yaml --host http://localhost:8080",),
        ),
    },
}


@click.group(
    cls=LazyGroup,
    package="objects_that_sound.tfx_pipeline.commands",
    sections=_SECTIONS,
    context_settings={"help_option_names": ["-h", "--help"], "show_default": True},
)
@click.version_option(package_name="objects-that-sound")
def main() -> None:
    """Objects that Sound: learn from unlabelled video what things look like and sound like."""
    quieten()
    isolate_children()


if __name__ == "__main__":
    main()
