"""Keeping finished shards."""

from __future__ import annotations

import dataclasses
import json
import os

import pytest
import tensorflow as tf

from objects_that_sound.components.video_example_gen.ingest_config import IngestConfig
from objects_that_sound.components.video_example_gen.shard_key import shard_key
from objects_that_sound.components.video_example_gen.shard_store import (
    FinishedShard,
    ShardStore,
)
from objects_that_sound.components.video_example_gen.shards import Shard
from objects_that_sound.components.video_example_gen.video import Video
from objects_that_sound.models.whole_file import UNFINISHED

ROWS = [{"video": "a.mp4", "reason": "silent", "detail": "hush"}]


@pytest.fixture
def store(tmp_path) -> ShardStore:
    store = ShardStore(str(tmp_path / ".unfinished"))
    assert store.prepare() == 0
    return store


def _records(path) -> list[bytes]:
    return list(tf.data.TFRecordDataset(str(path), "GZIP").as_numpy_iterator())


def test_a_shard_is_found_and_delivered(store, tmp_path):
    assert store.find("k") is None
    added = store.add("k", [b"one", b"two"], ROWS)
    again = ShardStore(store.folder)
    assert again.prepare() == 1
    assert again.find("k") == added == FinishedShard(2, ROWS, added.size)
    target = tmp_path / "Split-train" / "data-0.gz"
    for _ in range(2):  # as a worker does whose first try was not acknowledged
        again.deliver("k", str(target))
        assert _records(target) == [b"one", b"two"]
        assert os.listdir(target.parent) == ["data-0.gz"]
    again.remove()
    assert not os.path.exists(store.folder)
    assert _records(target) == [b"one", b"two"]


def test_a_shard_keeps_how_long_its_videos_are(store):
    added = store.add("k", [b"one"], [], 12.5)
    assert store.find("k") == added == FinishedShard(1, [], added.size, 12.5)


def test_delivery_without_links(store, tmp_path, monkeypatch):
    def no_link(*_):
        raise PermissionError("no hard links here")

    store.add("k", [b"one"], [])
    monkeypatch.setattr(os, "link", no_link)
    for _ in range(2):
        store.deliver("k", str(tmp_path / "Split-train" / "data"))
    assert _records(tmp_path / "Split-train" / "data") == [b"one"]
    assert os.listdir(tmp_path / "Split-train") == ["data"]


def test_a_shard_of_rejects_has_no_file(store):
    store.add("k", [], ROWS)
    assert store.find("k") == FinishedShard(0, ROWS, 0)
    assert os.listdir(store.folder) == ["k.json"]


@pytest.mark.parametrize("damage", ["cut data", "no data", "cut record", "other record"])
def test_what_is_not_whole_is_not_found(store, damage):
    size = store.add("k", [b"one" * 100], []).size
    data, record = f"{store.folder}/k.gz", f"{store.folder}/k.json"
    if damage == "cut data":
        os.truncate(data, size - 1)
    elif damage == "no data":
        os.unlink(data)
    elif damage == "cut record":
        os.truncate(record, 5)
    else:
        with open(record, "w") as file:
            json.dump({"other": 1}, file)
    assert store.find("k") is None


def test_leftovers_of_a_killed_run_are_cleared_away(store):
    store.add("k", [b"one"], [])
    for name in (f"{UNFINISHED}1234", f"{UNFINISHED}progress-1"):
        with open(os.path.join(store.folder, name), "w") as file:
            file.write("half")
    assert store.prepare() == 1
    assert sorted(os.listdir(store.folder)) == ["k.gz", "k.json"]


VIDEO = Video("/videos/a.mp4", "a.mp4", "a.mp4", "bell", "1234/5678")
OTHER = VIDEO._replace(path="/videos/b.mp4", video_id="b.mp4")
CONFIG = IngestConfig()


def _key(*videos, config=CONFIG, split="train", path="/out/data-00000-of-00009.gz") -> str:
    return shard_key(Shard(split, path, videos), config)


def test_same_content_has_the_same_key_whatever_its_number():
    assert _key(VIDEO, OTHER) == _key(VIDEO, OTHER, path="/elsewhere/data-00003-of-00020.gz")
    assert _key(VIDEO) == _key(VIDEO, config=IngestConfig(group_regex="x", split_method="hash"))


@pytest.mark.parametrize("field", Video._fields)
def test_every_fact_of_a_video_changes_the_key(field):
    other: object = ("x",) if field == "labels" else 1.0 if field in ("start", "end") else "x"
    assert _key(VIDEO._replace(**{field: other})) != _key(VIDEO)


def test_order_number_and_split_change_the_key():
    assert len({_key(VIDEO), _key(VIDEO, OTHER), _key(OTHER, VIDEO), _key(VIDEO, split="x")}) == 4


@pytest.mark.parametrize(
    "change",
    [
        {"examples_per_video": 3},
        {"frames": 3},
        {"image_size": 64},
        {"sample_rate": 8000},
        {"jpeg_quality": 90},
        {"min_loudness_dbfs": -40},
        {"seed": 1},
    ],
)
def test_every_parameter_of_an_example_changes_the_key(change):
    assert _key(VIDEO, config=dataclasses.replace(CONFIG, **change)) != _key(VIDEO)


def test_annotations_change_the_key(tmp_path):
    keys = []
    for name, label in (("none", None), ("bell", "bell"), ("drum", "drum"), ("other", "drum")):
        folder = tmp_path / name
        folder.mkdir()
        if label:
            video = "a.mp4" if name != "other" else "b.mp4"
            (folder / "annotations.jsonl").write_text(
                json.dumps({"video": video, "label": label}) + "\n"
            )
        annotations = str(folder / "annotations.jsonl")
        # Whose file it is does not matter, what it says of the shard's videos does.
        config = dataclasses.replace(CONFIG, annotations=annotations)
        keys.append(_key(VIDEO, config=config))
    assert keys[0] == keys[3] and len(set(keys)) == 3
