from __future__ import annotations

from objects_that_sound.models.training import input_clock
from objects_that_sound.models.training.input_clock import InputClock


def test_only_the_wait_for_elements_counts(set_clock):
    now = [0.0]
    set_clock(input_clock, perf_counter=lambda: now[0])

    def slow():
        for number in range(3):
            now[0] += 2.0
            yield number

    clock = InputClock()
    seen = []
    for number in clock.iterate(slow()):
        seen.append(number)
        now[0] += 5.0
    assert seen == [0, 1, 2]
    assert clock.waited == 6.0
