"""Ctrl-C and SIGTERM, held back until a step is done."""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import Any

_SIGNALS = signal.SIGINT, signal.SIGTERM


class Interruption:
    """A context in which signals are noted, so that a training can keep a checkpoint before it ends.

    SIGINT is a person's Ctrl-C; a cluster that takes a machine away sends SIGTERM, which does its
    usual work when the context is left. A second signal interrupts at once. Outside the main thread,
    where signals can't be handled, nothing is changed.

    Attributes:
        asked: whether there was one.
    """

    def __init__(self) -> None:
        self.asked = False
        self._terminated = False
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Interruption:
        if threading.current_thread() is threading.main_thread():
            self._before = {number: signal.signal(number, self._note) for number in _SIGNALS}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        if self._terminated:
            signal.raise_signal(signal.SIGTERM)

    def _note(self, number: int, frame: FrameType | None) -> None:
        self._terminated |= number == signal.SIGTERM
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True
