"""The progress bar's side channel."""

from __future__ import annotations

import os
import threading

from objects_that_sound.components.video_example_gen.ingest_progress import (
    IngestProgress,
    report_progress,
)


def _row(number: int) -> dict[str, str]:
    return {"video": f"bad/{number}.mp4", "reason": "truncated", "detail": "half of it"}


def test_counts_of_several_workers_arrive(capsys, tmp_path):
    with IngestProgress(40, folder=str(tmp_path), shown=True) as progress:
        path = progress.path
        assert os.path.dirname(path) == str(tmp_path)
        counts = [0, 3, 10, 7]
        workers = [
            threading.Thread(
                target=lambda c=c: [
                    report_progress(path, examples=c, rejects=[_row(n)] if c == 0 else [])
                    for n in range(10)
                ]
            )
            for c in counts
        ]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    shown = capsys.readouterr().err
    assert not progress.path
    assert "40/40" in shown and "examples=200" in shown and "rejects=10" in shown
    assert sorted(row["video"] for row in progress.rejects()) == [f"bad/{n}.mp4" for n in range(10)]
    assert not os.path.exists(path)


def test_rejects_are_named_until_there_are_too_many(capsys):
    with IngestProgress(100, shown=True) as progress:
        for number in range(30):
            report_progress(progress.path, rejects=[_row(number)])
    lines = capsys.readouterr().err.replace("\r", "\n").splitlines()
    named = [line for line in lines if line.startswith("rejected ")]
    assert named[0] == "rejected bad/0.mp4: truncated: half of it"
    assert len(named) == 20
    assert sum("rejects.jsonl" in line for line in lines) == 1
    assert len(progress.rejects()) == 30


def test_names_can_not_play_tricks_on_the_terminal(capsys):
    row = {"video": "a\x1b[2J\nb\udcff.mp4", "reason": "empty_file", "detail": "zero bytes"}
    with IngestProgress(1, shown=True) as progress:
        report_progress(progress.path, rejects=[row])
        assert progress.rejects() == [row]  # whatever the thread has read
    assert r"rejected a\x1b[2J\nb\udcff.mp4: empty_file" in capsys.readouterr().err
    assert progress.rejects() == [row]


def test_reused_shards_are_told(capsys):
    with IngestProgress(30, shards=3, shown=True) as progress:
        for _ in range(2):
            report_progress(progress.path, videos=10, examples=20, reused_shards=1)
        report_progress(progress.path, videos=10, examples=20)
    shown = capsys.readouterr().err
    assert "reused 2 of 3 shards of an interrupted run" in shown
    assert "30/30" in shown and "examples=60" in shown


def test_silent_where_nobody_listens(tmp_path, capsys):
    with IngestProgress(3, shown=False) as progress:
        report_progress(progress.path)
        report_progress(str(tmp_path / "elsewhere"))
    assert capsys.readouterr().err == ""
    assert not (tmp_path / "elsewhere").exists()
