"""Training progress on the terminal."""

from __future__ import annotations

import keras
import tqdm


class ProgressBar(keras.callbacks.Callback):
    """One bar over all steps, with loss, accuracy and pairs per second.

    Args:
        steps: of the whole training.
        batch_size: examples a step.
    """

    def __init__(self, steps: int, batch_size: int):
        super().__init__()
        self._steps, self._batch_size = steps, batch_size
        self._latest: dict[str, float] = {}

    def on_train_begin(self, logs=None):
        """Opens the bar."""
        self._bar = tqdm.tqdm(
            total=self._steps * self._batch_size, desc="Train", unit="pairs", unit_scale=True
        )

    def on_train_batch_end(self, batch, logs=None):
        """Moves the bar."""
        self._latest |= logs or {}
        self._bar.update(self._batch_size)
        self._show()

    def on_epoch_end(self, epoch, logs=None):
        """Shows the validation's results."""
        self._latest |= logs or {}
        self._show()

    def on_train_end(self, logs=None):
        """Closes the bar."""
        self._bar.close()

    def _show(self):
        shown = {
            name: f"{float(value):.3f}"
            for name, value in self._latest.items()
            if name in ("loss", "avc_accuracy", "val_avc_accuracy")
        }
        self._bar.set_postfix(shown, refresh=False)
