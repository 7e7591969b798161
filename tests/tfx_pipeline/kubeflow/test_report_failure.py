"""What is told of a run that has ended."""

from __future__ import annotations

import json

import pytest

from objects_that_sound.tfx_pipeline.kubeflow.report_failure import main

RUN = {"pipelineTaskName": "exit-handler-1", "pipelineJobResourceName": "run-7"}


@pytest.mark.parametrize("state", ["SUCCEEDED", "COMPLETE", "CACHED"])
def test_success_is_not_reported(webhook, state, capsys):
    main(["--status", json.dumps(RUN | {"state": state, "error": {}})])
    assert webhook.texts == []
    assert "nothing to report" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("status", "text"),
    [
        ({"state": "FAILED", "error": {}}, "The run run-7 of Objects that Sound failed."),
        (
            {"state": "FAILED", "error": {"code": 9, "message": "trainer: killed"}},
            "The run run-7 of Objects that Sound failed. trainer: killed",
        ),
        (
            {"state": "RUNNING"},
            "The run run-7 of Objects that Sound ended, and Kubeflow does not say that it "
            "succeeded (its state is RUNNING).",
        ),
        (
            {"error": None},
            "The run run-7 of Objects that Sound ended, and Kubeflow does not say that it "
            "succeeded (its state is unknown).",
        ),
    ],
)
def test_anything_else_is(webhook, status, text):
    main(["--status", json.dumps(RUN | status)])
    assert webhook.texts == [text]


def test_a_report_that_can_not_be_sent_fails_the_step_and_keeps_the_secret(
    webhook, monkeypatch, capsys
):
    arguments = ["--status", json.dumps(RUN | {"state": "FAILED"})]
    webhook.status = 403
    with pytest.raises(SystemExit, match="the webhook answered 403"):
        main(arguments)
    for url, message in (("no-scheme/secret", "cannot be reached"), (None, "is not set")):
        if url is None:
            monkeypatch.delenv("REPORT_WEBHOOK")
        else:
            monkeypatch.setenv("REPORT_WEBHOOK", url)
        with pytest.raises(SystemExit, match=message) as refused:
            main(arguments)
        assert "secret" not in str(refused.value)
    assert "secret" not in capsys.readouterr().out
