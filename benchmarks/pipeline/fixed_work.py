"""A fixed piece of work, whose CPU time tells how fast a machine is that others use too."""

from __future__ import annotations

import pathlib
from collections.abc import Callable

_EXAMPLES = 128
_STEPS = 20


def fixed_work(folder: pathlib.Path) -> Callable[[], None]:
    """Makes a function that takes `_STEPS` steps of the preset `real` on one batch.

    Args:
        folder: for its examples; not there yet.
    """
    from benchmarks.train.real_step import real_step
    from benchmarks.train.synthetic_examples import write_synthetic_examples
    from objects_that_sound.tfx_pipeline.presets.real import real

    files, _ = write_synthetic_examples(folder, real().network, _EXAMPLES)
    _, step, batches = real_step(files)
    batch = next(batches)
    step(1, batch)  # traces

    def work() -> None:
        for _ in range(_STEPS):
            step(1, batch)

    return work
