"""`ots evaluate`: each evaluator on any SavedModel, without a pipeline."""

from tfx_pipeline.commands.evaluate.group import command

__all__ = ["command"]
