"""The `ots` command line; commands are imported only when called, so that `--help` is instant."""

from __future__ import annotations

import importlib

import click

from tfx_pipeline.quiet import quieten

_COMMANDS = {
    "demo": "Generate videos, run the pipeline on them, serve the model, write a report.",
    "run": "Run the pipeline on a folder or glob of videos.",
    "videos": "Generate videos with known objects and sounds.",
    "serve": "Serve pushed models over gRPC and REST (the TensorFlow Serving API).",
    "score": "Ask a model server whether an image and a sound correspond.",
    "embed": "Ask a model server for the embedding of an image or a sound.",
    "localise": "Ask a model server where in an image the sound comes from.",
    "report": "Write the HTML and JSON report of a run again.",
}


class _LazyGroup(click.Group):
    """A click group that lists commands from a table and imports one only to run it."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        return importlib.import_module(f"tfx_pipeline.commands.{cmd_name}").command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="objects-that-sound")
def main() -> None:
    """Objects that Sound: learn from unlabelled video what things look like and sound like."""
    quieten()


if __name__ == "__main__":
    main()
