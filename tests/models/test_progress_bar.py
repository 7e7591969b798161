from __future__ import annotations

import pytest
import tqdm

from models.progress_bar import ProgressBar


def test_it_counts_pairs_and_shows_the_latest_figures(monkeypatch, capsys):
    bar = ProgressBar(steps=2, batch_size=8)
    bar.on_train_begin()
    inner = bar._bar
    assert isinstance(inner, tqdm.tqdm)
    assert (inner.total, inner.unit) == (16, "pairs")
    bar.on_train_batch_end(0, {"loss": 0.75, "avc_accuracy": 0.5})
    assert inner.n == 8
    bar.on_train_batch_end(1, {"loss": 0.5, "avc_accuracy": 0.625})
    bar.on_epoch_end(0, {"val_avc_accuracy": 0.6, "val_loss": 1.0})
    assert inner.n == 16
    assert "loss=0.500" in inner.postfix
    assert "avc_accuracy=0.625" in inner.postfix
    assert "val_avc_accuracy=0.600" in inner.postfix
    assert "val_loss" not in inner.postfix
    bar.on_train_end()
    assert inner.disable  # closed
    assert "16.0/16.0" in capsys.readouterr().err


def test_a_batch_without_figures_is_counted_too():
    bar = ProgressBar(steps=1, batch_size=8)
    bar.on_train_begin()
    bar.on_train_batch_end(0, None)
    assert bar._bar.n == pytest.approx(8)
    bar.on_train_end()
