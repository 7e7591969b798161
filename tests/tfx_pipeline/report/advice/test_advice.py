"""The advice as a whole: its colour, its headline, its last lines."""

from __future__ import annotations

import dataclasses
import json

import pytest

from objects_that_sound.tfx_pipeline.report.advice.advice import Tone, advise
from objects_that_sound.tfx_pipeline.report.run_summary import Decision, RunSummary
from objects_that_sound.tfx_pipeline.servable_candidate import make_servable

GOOD = (0.7, 0.66, 0.74)
CHANCE = (0.5, 0.47, 0.53)


def test_a_good_model_is_told_without_doubts(finished):
    advice = advise(finished(*GOOD, asks=["avc_accuracy>=0.6"]))
    assert (advice.tone, advice.doubts) == (Tone.GOOD, ())
    assert advice.headline == "Pushed and served version 17"
    assert (advice.candidate, advice.commands) == ((), ())


def test_a_model_that_nothing_was_asked_of_is_never_told_as_good(finished):
    advice = advise(finished(*GOOD))
    assert advice.tone is Tone.CAUTION
    assert "Nothing was asked of this model" in advice.doubts[0]
    assert advice.doubts[1] == "AVC accuracy is 0.70; guessing reaches 0.50."


@pytest.mark.parametrize("figure", [CHANCE, (0.53, 0.50, 0.56), (0.45, 0.42, 0.48)])
@pytest.mark.parametrize("asks", [(), ("avc_accuracy>=0.3",)])
def test_a_pushed_model_at_chance_is_never_told_as_good(finished, figure, asks):
    advice = advise(finished(*figure, asks=asks))
    assert advice.headline.startswith("Pushed")
    assert advice.tone is Tone.CAUTION
    assert advice.doubts[-1] == (
        f"AVC accuracy is {figure[0]:.2f}, not surely better than chance: guessing reaches 0.50."
    )


def test_a_refused_model_says_where_it_lies_what_refused_it_and_how_to_try_it(finished, tmp_path):
    model = tmp_path / "run 1" / "model" / "9"
    (model / "Format-Serving").mkdir(parents=True)
    (model / "Format-Serving" / "saved_model.pb").write_bytes(b"model")
    summary = finished(*GOOD, asks=["avc_accuracy>=0.8"], candidate=str(model))
    assert advise(summary).commands == ()  # it can't be served where it lies yet
    make_servable(str(model))
    advice = advise(summary)
    assert advice.tone is Tone.BAD
    assert advice.headline.startswith("Not pushed: avc_accuracy 0.700 (0.660 to 0.740) is below")
    assert advice.candidate[0] == f"The model that was not pushed lies in {model}."
    assert "this option alone is enough to push it" in " ".join(advice.candidate)
    serve, ask = advice.commands
    assert serve.startswith(f"ots serve --model_base_path='{model}'")
    assert "--model_name=objects-that-sound-candidate --port=8510" in serve
    assert "--server=localhost:8510 --model_name=objects-that-sound-candidate" in ask


def test_a_blessed_model_that_could_not_be_served_says_that_no_option_changes_that(finished):
    summary = dataclasses.replace(
        finished(*GOOD, asks=["avc_accuracy>=0.6"]),
        decision=Decision(True, ("loading took 60 s, over the limit of 10 s",)),
    )
    advice = advise(summary)
    assert "loading took 60 s" in advice.headline
    assert "the test of serving it failed, which no option changes" in advice.candidate[1]


def test_a_run_that_failed_before_it_trained_has_no_candidate():
    decision = Decision(None, ("VideoExampleGen failed: none of 3 videos could be used",))
    advice = advise(RunSummary("failed", decision=decision))
    assert advice.tone is Tone.BAD
    assert "VideoExampleGen failed" in advice.headline
    assert not (advice.findings or advice.next_steps or advice.candidate or advice.commands)


def test_findings_are_of_videos_figures_training_and_more_video_in_this_order(finished, curve):
    text = " ".join(advise(finished(*GOOD, learning_curve=curve())).findings)
    places = [text.index(one) for one in ("learnt from 400", "AVC acc", "Training ended", "Learnt")]
    assert places == sorted(places)


def test_it_is_json(finished):
    content = json.loads(json.dumps(advise(finished(*GOOD)).to_json()))
    assert content["tone"] == "caution"
    assert set(content) >= {"headline", "doubts", "findings", "next_steps", "candidate", "commands"}
