from __future__ import annotations

import time
import types
from collections.abc import Callable

import pytest

from objects_that_sound.models.progress_bar import ProgressBar
from objects_that_sound.models.training.input_clock import InputClock


@pytest.fixture
def clock() -> InputClock:
    return InputClock()


def _bar(
    clock: InputClock, time: Callable[[], float] = time.perf_counter, **figures
) -> ProgressBar:
    bar = ProgressBar(8, clock, interval=0, time=time)
    bar.set_model(types.SimpleNamespace(get_metrics_result=lambda: figures))
    return bar


def test_it_counts_pairs_and_shows_the_latest_figures(clock, capsys):
    bar = _bar(clock, loss=0.75, avc_accuracy=0.5)
    bar.on_train_begin({"step": 1})  # of an interrupted training
    inner = bar._bar
    assert (inner.total, inner.n, inner.unit) == (None, 8, "pairs")
    bar.on_train_batch_end(1, {"last_step": None})  # not known yet
    assert (inner.total, inner.n) == (None, 16)
    assert "loss=0.750" in inner.postfix
    bar.on_train_batch_end(2, {"last_step": 5})
    assert inner.total == 40
    bar.on_train_batch_end(3, {"last_step": 4})  # the machine became slower
    bar.on_epoch_end(0, {"loss": 0.5, "val_avc_accuracy": 0.625, "val_loss": 1.0})
    assert inner.n == 32
    assert "loss=0.500" in inner.postfix
    assert "avc_accuracy=0.500" in inner.postfix
    assert "val_avc_accuracy=0.625" in inner.postfix
    assert "val_loss" not in inner.postfix
    bar.on_train_end()
    assert inner.disable  # closed
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) >= 4  # no terminal: lines instead of one that is overwritten
    assert "32.0/32.0" in lines[-1] and "pairs/s" in lines[-1]
    assert not any("\r" in line for line in lines)


def test_it_shows_the_share_of_time_spent_waiting_for_input(clock):
    now = [100.0]
    bar = _bar(clock, lambda: now[0])
    bar.on_train_begin()
    for waited, seconds, shown in ((0.5, 2.0, "25%"), (3.0, 4.0, "75%"), (0.0, 1.0, "0%")):
        now[0] += seconds
        clock.waited += waited
        bar.on_train_batch_end(0)
        assert f"waiting_for_input={shown}" in bar._bar.postfix
    bar.on_train_end()


def test_it_looks_at_the_figures_only_now_and_then(clock):
    now = [100.0]
    looks = []
    bar = ProgressBar(8, clock, time=lambda: now[0])
    bar.set_model(types.SimpleNamespace(get_metrics_result=lambda: looks.append(now[0]) or {}))
    bar.on_train_begin()
    for step in range(40):
        now[0] += 1.0
        bar.on_train_batch_end(step)
    assert looks == [115.0, 130.0]  # every 15 s in a log
    assert bar._bar.n == 30 * 8
    bar.on_epoch_end(0)
    assert bar._bar.n == 40 * 8
    bar.on_train_end()
