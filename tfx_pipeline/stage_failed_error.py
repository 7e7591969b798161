"""Why a run did not come to its end."""

from __future__ import annotations

from objects_that_sound.tfx_pipeline.run_error import RunError


class StageFailedError(RunError):
    """A component of a run failed; says why. The run has a report all the same."""
