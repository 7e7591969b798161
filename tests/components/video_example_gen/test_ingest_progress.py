"""The progress bar's side channel."""

from __future__ import annotations

import os
import threading

from components.video_example_gen.ingest_progress import IngestProgress, report_progress


def test_counts_of_several_workers_arrive(capsys):
    with IngestProgress(40) as progress:
        path = progress.path
        counts = [0, 3, 10, 7]
        workers = [
            threading.Thread(target=lambda c=c: [report_progress(path, c) for _ in range(10)])
            for c in counts
        ]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    shown = capsys.readouterr().err
    assert "40/40" in shown and "examples=200" in shown and "rejects=10" in shown
    assert not os.path.exists(path)


def test_silent_where_nobody_listens(tmp_path, capsys):
    with IngestProgress(3, shown=False) as progress:
        report_progress(progress.path, 1)
        report_progress(str(tmp_path / "elsewhere"), 1)
    assert capsys.readouterr().err == ""
    assert not (tmp_path / "elsewhere").exists()
