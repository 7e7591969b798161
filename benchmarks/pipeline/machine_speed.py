"""What a second of CPU time is worth, which changes on machines that others use too."""

from __future__ import annotations

import pathlib
import time

_EXAMPLES = 128


class MachineSpeed:
    """Takes the time of a fixed piece of work: steps of the preset `real`.

    Args:
        folder: for its examples; not there yet.
        steps: of the piece of work.
    """

    def __init__(self, folder: pathlib.Path, steps: int = 20):
        from benchmarks.train.real_step import real_step
        from benchmarks.train.synthetic_examples import write_synthetic_examples
        from objects_that_sound.tfx_pipeline.presets.real import real

        files, _ = write_synthetic_examples(folder, real().network, _EXAMPLES)
        _, self._step, batches = real_step(files)
        self._batch = next(batches)
        self._steps = steps
        self._step(1, self._batch)  # traces

    def cpu_seconds(self) -> float:
        """CPU time that the work takes now, of all threads of this process."""
        begin = time.process_time()
        for _ in range(self._steps):
            self._step(1, self._batch)
        return time.process_time() - begin
