"""`ots index`: makes a collection searchable."""

from objects_that_sound.tfx_pipeline.commands.index.command import command

__all__ = ["command"]
