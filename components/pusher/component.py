"""Pusher: TFX's, with versions that are always the highest."""

from __future__ import annotations

from tfx import v1 as tfx
from tfx.dsl.components.base.executor_spec import ExecutorClassSpec

from objects_that_sound.components.pusher.executor import Executor


class Pusher(tfx.components.Pusher):
    """Pushes each blessed model as a folder whose number is above all that are there.

    Inputs, outputs and parameters are those of TFX's component, whose `push_destination` names a folder.
    """

    EXECUTOR_SPEC = ExecutorClassSpec(Executor)
