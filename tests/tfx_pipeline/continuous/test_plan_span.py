"""What a continuous run decides to do."""

from __future__ import annotations

import collections

import pytest

from objects_that_sound.components.video_example_gen.ingest_config import IngestConfig
from objects_that_sound.components.video_example_gen.video_list import ListedVideo
from objects_that_sound.tfx_pipeline.continuous.plan_span import SpanPlan, plan_span
from objects_that_sound.tfx_pipeline.continuous.span_lists import SpanLists, new_videos
from objects_that_sound.tfx_pipeline.continuous.span_state import SpanState

CONFIG = IngestConfig()


def _videos(*names: str, size: int = 100) -> list[ListedVideo]:
    return [ListedVideo(f"/videos/{name}", str(size), "7") for name in names]


def _numbered(first: int, last: int) -> list[ListedVideo]:
    return _videos(*(f"{number:03d}.mp4" for number in range(first, last)))


@pytest.fixture
def lists(tmp_path) -> SpanLists:
    return SpanLists(str(tmp_path / "spans"))


@pytest.fixture
def plan(lists):
    """Plans, and writes the list of what is to be ingested, as a run would."""

    def make(listed, states=None, config: IngestConfig = CONFIG, **options) -> SpanPlan:
        planned = plan_span(lists, states or {}, listed, config, **options)
        if planned.span:
            lists.write(planned.span, planned.videos)
        return planned

    return make


def test_the_first_videos_are_span_1(plan, lists):
    planned = plan(_numbered(0, 10))
    assert (planned.span, len(planned.videos)) == (1, 10)
    assert planned.text == "span 1 has 10 new videos"
    assert [video.file_id for video in planned.videos] == [f"{n:03d}.mp4" for n in range(10)]
    assert collections.Counter(video.split for video in planned.videos) == {"train": 8, "eval": 2}
    assert lists.numbers() == [1]
    assert lists.read(1) == list(planned.videos)


def test_only_new_videos_are_the_next_span(plan):
    plan(_numbered(0, 10))
    planned = plan(_numbered(0, 15), {1: SpanState.FINISHED})
    assert planned.span == 2
    assert [video.path for video in planned.videos] == [
        f"/videos/{number:03d}.mp4" for number in range(10, 15)
    ]


@pytest.mark.parametrize("state", [SpanState.FINISHED, SpanState.REFUSED])
def test_without_new_videos_nothing_is_done(plan, state):
    plan(_numbered(0, 10))
    planned = plan(_numbered(0, 10), {1: state})
    assert planned.span == 0
    assert "no new videos: all 10 belong to earlier spans" in planned.text
    assert ("--accept-drift" in planned.text) == (state is SpanState.REFUSED)


def test_a_changed_file_is_new_and_a_removed_one_is_none(plan):
    plan(_numbered(0, 10))
    changed = [*_videos("000.mp4", "001.mp4", size=101), *_numbered(4, 10)]
    planned = plan(changed, {1: SpanState.FINISHED})
    assert [video.path for video in planned.videos] == ["/videos/000.mp4", "/videos/001.mp4"]


def test_videos_of_a_span_that_was_never_ingested_join_the_newer_ones(plan):
    plan(_numbered(0, 10))
    planned = plan(_numbered(0, 12))  # ML Metadata has no examples of span 1
    assert (planned.span, len(planned.videos)) == (1, 12)
    plan(_numbered(0, 20), {1: SpanState.FINISHED})
    planned = plan(_numbered(0, 22), {1: SpanState.FINISHED})
    assert (planned.span, len(planned.videos)) == (2, 10)


@pytest.mark.parametrize("state", [SpanState.UNJUDGED, SpanState.ACCEPTED])
def test_a_span_that_was_not_finished_is_taken_up(plan, state):
    first = plan(_numbered(0, 10))
    planned = plan(_numbered(0, 10), {1: state})
    assert (planned.span, planned.videos) == (1, first.videos)
    assert "was interrupted and is resumed" in planned.text
    assert planned.accepted == (state is SpanState.ACCEPTED)


def test_new_videos_wait_for_a_span_that_is_not_judged_but_not_for_an_accepted_one(plan):
    plan(_numbered(0, 10))
    planned = plan(_numbered(0, 15), {1: SpanState.UNJUDGED})
    assert (planned.span, len(planned.videos)) == (1, 10)
    assert "with 5 new videos left for the next run" in planned.text
    assert plan(_numbered(0, 15), {1: SpanState.ACCEPTED}).span == 2


def test_a_refused_span_is_judged_again_only_if_its_drift_is_accepted(plan):
    plan(_numbered(0, 10))
    second = plan(_numbered(0, 20), {1: SpanState.FINISHED})
    states = {1: SpanState.FINISHED, 2: SpanState.REFUSED}
    planned = plan(_numbered(0, 20), states, accept_drift=True)
    assert (planned.span, planned.videos) == (2, second.videos)
    # Newer videos are a span of their own: what is accepted is theirs.
    assert plan(_numbered(0, 30), states, accept_drift=True).span == 3


def test_too_few_new_videos_wait(plan):
    plan(_numbered(0, 10))
    states = {1: SpanState.FINISHED}
    planned = plan(_numbered(0, 14), states, min_new_videos=5)
    assert (planned.span, planned.text) == (
        0,
        "a span needs 5 new videos, and the next one has 4 so far",
    )
    assert plan(_numbered(0, 15), states, min_new_videos=5).span == 2
    planned = plan(_numbered(0, 16), {**states, 2: SpanState.FINISHED})
    assert planned.span == 0
    assert "leaves none for the split eval" in planned.text


def test_a_group_keeps_its_split_and_new_ones_are_dealt(plan):
    names = [f"clip{clip}_g{group:02d}.mp4" for group in range(10) for clip in range(2)]
    config = IngestConfig(group_regex=r"_(g\d+)")
    first = plan(_videos(*names), config=config)
    splits = {video.path[-7:-4]: video.split for video in first.videos}
    assert collections.Counter(splits.values()) == {"train": 8, "eval": 2}
    later = [f"clip3_g{group:02d}.mp4" for group in range(20)]
    second = plan(_videos(*names, *later), {1: SpanState.FINISHED}, config=config)
    again = {video.path[-7:-4]: video.split for video in second.videos}
    assert len(again) == 20
    assert {group: again[group] for group in splits} == splits
    assert collections.Counter(again.values()) == {"train": 16, "eval": 4}


def test_a_lone_new_group_goes_where_none_is(plan):
    config = IngestConfig(group_regex=r"_(g\d+)")
    first = plan(_videos(*(f"a_g{group}.mp4" for group in range(10))), config=config)
    trained = next(video.path for video in first.videos if video.split == "train")
    group = trained[-6:-4]
    listed = [*first.videos, *_videos(f"b_{group}.mp4", "a_g77.mp4")]
    second = plan(listed, {1: SpanState.FINISHED}, config=config)
    assert {video.path[-7:-4].strip("_"): video.split for video in second.videos} == {
        group: "train",
        "g77": "eval",
    }


def test_another_group_regex_that_would_mix_the_splits_is_an_error(plan):
    plan(_numbered(0, 10))
    config = IngestConfig(group_regex=r"^(\d)")
    with pytest.raises(ValueError, match="the same --group-regex"):
        plan(_numbered(0, 20), {1: SpanState.FINISHED}, config=config)


def test_ids_are_relative_to_the_first_spans_folder(plan):
    plan(_numbered(0, 10))
    listed = [*_numbered(0, 10), *_videos("deep/a.mp4"), ListedVideo("/other/b.mp4", "1", "2")]
    planned = plan(listed, {1: SpanState.FINISHED})
    assert [video.file_id for video in planned.videos] == ["deep/a.mp4", "other/b.mp4"]


def test_segments_of_a_file_are_new_one_by_one():
    known = [ListedVideo("/a.mp4", "1", "2", 0.0, 10.0)]
    listed = [*known, ListedVideo("/a.mp4", "1", "2", 10.0, 20.0)]
    assert new_videos(listed, known) == listed[1:]


def test_other_files_beside_the_lists_are_no_spans(lists, tmp_path):
    assert lists.numbers() == []
    for name in ("span-1.csv", "span-10.csv", "span-2.csv", "span-x.csv", "span-3.csv.tmp"):
        (tmp_path / "spans").mkdir(exist_ok=True)
        (tmp_path / "spans" / name).touch()
    assert lists.numbers() == [1, 2, 10]


@pytest.mark.parametrize(("videos", "span"), [(1, 0), (2, 0), (3, 0), (4, 1)])
def test_the_first_span_needs_pairs_to_train_on_and_to_evaluate_on(plan, videos, span):
    planned = plan(_numbered(0, videos))
    assert planned.span == span
    assert ("so far" in planned.text) == (span == 0)


def test_a_preset_that_chooses_an_epoch_has_a_split_for_it_in_new_spans(plan):
    plan(_numbered(0, 10))  # by a preset that did not
    planned = plan(_numbered(0, 30), {1: SpanState.FINISHED}, IngestConfig(val_fraction=0.1))
    splits = collections.Counter(video.split for video in planned.videos)
    assert splits == {"train": 14, "val": 2, "eval": 4}
    states = dict.fromkeys((1, 2), SpanState.FINISHED)
    planned = plan(_numbered(0, 35), states, IngestConfig(val_fraction=0.1))
    assert {video.split for video in planned.videos} == {"train", "eval"}  # too few for three
