from __future__ import annotations

from objects_that_sound.models.training.input_clock import InputClock


def test_only_the_wait_for_elements_counts(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(
        "objects_that_sound.models.training.input_clock.time.perf_counter", lambda: now[0]
    )

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
