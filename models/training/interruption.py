"""Ctrl-C, held back until a step is done."""

from __future__ import annotations

import signal
import threading
from types import FrameType


class Interruption:
    """A context in which SIGINT is noted, so that a training can keep a checkpoint before it ends.

    A second one interrupts at once. Outside the main thread, where signals can't be handled, nothing
    is changed.

    Attributes:
        asked: whether there was one.
    """

    def __init__(self) -> None:
        self.asked = False

    def __enter__(self) -> Interruption:
        self._handles = threading.current_thread() is threading.main_thread()
        if self._handles:
            self._before = signal.signal(signal.SIGINT, self._note)
        return self

    def __exit__(self, *_: object) -> None:
        if self._handles:
            signal.signal(signal.SIGINT, self._before)

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True
