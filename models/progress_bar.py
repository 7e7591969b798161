"""Training progress on the terminal, or in a log."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import keras
import tqdm

from objects_that_sound.models.training.input_clock import InputClock

_TERMINAL_SECONDS = 0.5
_LOG_SECONDS = 15.0  # between lines where the output is no terminal


class ProgressBar(keras.callbacks.Callback):
    """One bar over all steps: pairs/s, time spent waiting for input, loss and accuracy.

    Its end is where the loop says at each step that the training will end, as far as it knows.

    Args:
        batch_size: examples a step.
        clock: that the batches come through.
        interval: seconds between two looks at the figures, for which the device has to finish what
            it is at; by default half a second on a terminal, and 15 in a log.
        time: function that tells seconds, as `time.perf_counter` does.
        shown: whether there is anything to see.
    """

    def __init__(
        self,
        batch_size: int,
        clock: InputClock,
        interval: float | None = None,
        time: Callable[[], float] = time.perf_counter,
        shown: bool = True,
    ):
        super().__init__()
        self._time, self._shown = time, shown
        self._batch_size, self._clock = batch_size, clock
        terminal = sys.stderr.isatty()
        self._interval = interval
        if interval is None:
            self._interval = _TERMINAL_SECONDS if terminal else _LOG_SECONDS
        self._file = sys.stderr if terminal else _Lines()
        self._latest: dict[str, float] = {}
        self._pending = 0

    def on_train_begin(self, logs=None):
        """Opens the bar; `logs` may say of the `step` that is done already."""
        done = int((logs or {}).get("step", 0))
        self._bar = tqdm.tqdm(
            initial=done * self._batch_size,
            desc="Train",
            unit="pairs",
            unit_scale=True,
            file=self._file,
            mininterval=0,  # the interval is ours
            disable=not self._shown,
        )
        self._begin_interval()

    def on_train_batch_end(self, batch, logs=None):
        """Moves the bar, and now and then looks at the figures."""
        self._pending += self._batch_size
        last_step = (logs or {}).get("last_step")
        self._bar.total = None if last_step is None else last_step * self._batch_size
        if self._time() - self._started >= self._interval:
            self._show(self.model.get_metrics_result())

    def on_epoch_end(self, epoch, logs=None):
        """Shows the validation's results."""
        self._show(logs or {})

    def on_train_end(self, logs=None):
        """Closes the bar."""
        self._bar.close()

    def _show(self, results):
        for name in ("loss", "avc_accuracy", "val_avc_accuracy"):
            if name in results:
                self._latest[name] = float(results[name])
        shown = {name: f"{value:.3f}" for name, value in self._latest.items()}
        seconds = self._time() - self._started
        if self._pending and seconds > 0:
            waited = (self._clock.waited - self._waited) / seconds
            shown["waiting_for_input"] = f"{100 * min(waited, 1.0):.0f}%"
        self._bar.set_postfix(shown, refresh=False)
        self._bar.update(self._pending)
        self._begin_interval()

    def _begin_interval(self):
        self._pending = 0
        self._started = self._time()
        self._waited = self._clock.waited


class _Lines:
    """Where a bar's states become lines instead of overwriting each other."""

    def write(self, text: str) -> None:
        if text.strip():
            sys.stderr.write(text.strip() + "\n")

    def flush(self) -> None:
        sys.stderr.flush()
