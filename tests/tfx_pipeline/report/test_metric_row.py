"""The rows of the metrics table."""

from __future__ import annotations

from tfx_pipeline.report.metric_row import MetricRow, metric_rows
from tfx_pipeline.report.report_json import report_json
from tfx_pipeline.report.run_summary import RunSummary


def test_rows_hold_every_value_beside_its_chance():
    report = {
        "avc_accuracy": 0.9,
        "avc_chance": 0.5,
        "avc_ceiling": 0.95,
        "colour_histogram_accuracy": None,
        "localisation": {
            "pointing_accuracy": 0.8,
            "random_baseline": 0.1,
            "centre_baseline": 0.3,
            "wrong_sound_pointing_accuracy": 0.2,
        },
        "retrieval": {"k": 30, "audio_image": {"ndcg": 0.7, "chance": 0.2}, "image_image": {}},
    }
    assert metric_rows(report) == [
        MetricRow("AVC accuracy", 0.9, 0.5, 0.95, {}),
        MetricRow("Pointing accuracy", 0.8, 0.1, None, {"centre": 0.3, "wrong sound": 0.2}),
        MetricRow("nDCG@30 sound → image", 0.7, 0.2),
    ]


def test_an_empty_run_has_no_rows():
    assert metric_rows(report_json(RunSummary("empty"))) == []
