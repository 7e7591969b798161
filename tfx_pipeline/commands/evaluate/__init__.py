"""`ots evaluate`: each evaluator on any SavedModel, without a pipeline."""

from objects_that_sound.tfx_pipeline.commands.evaluate.group import command

__all__ = ["command"]
