from __future__ import annotations

import itertools
import pathlib
import shutil

import numpy as np
import pytest
import tensorflow as tf

from objects_that_sound.models.input_pipeline import (
    count_examples,
    evaluation_batches,
    training_batches,
    video_ids,
)

_RAMP = np.arange(28) * 8
_POSITIONS = np.zeros([20, 28, 3], np.uint8)
_POSITIONS[..., 0] = _RAMP  # red says the column
_POSITIONS[..., 1] = _RAMP[:20, None]  # green says the row


def _places(images: np.ndarray) -> np.ndarray:
    """Of crops of `_POSITIONS` [n, 16, 16, 3]: top, left and whether flipped, [n, 3]."""
    images = images.astype(float)
    rows = images[..., 1].mean(2) / 8  # [n, 16]
    columns = images[..., 0].mean(1) / 8
    flipped = columns[:, 0] > columns[:, -1]
    # Rows and columns are successive ones, so their mean says the first.
    return np.round(np.stack([rows.mean(1) - 7.5, columns.mean(1) - 7.5, flipped], 1)).astype(int)


@pytest.fixture(scope="module")
def positions(write_examples, tmp_path_factory) -> str:
    return write_examples(tmp_path_factory.mktemp("positions"), 12, pixels=_POSITIONS)


@pytest.fixture(scope="module")
def colours(write_examples, tmp_path_factory) -> str:
    return write_examples(tmp_path_factory.mktemp("colours"), 10)


def _train(
    pattern, config, batches, batch_size=4, shuffle_buffer=16, seed=0, first_batch=0
) -> list[dict]:
    dataset = training_batches([pattern], config, batch_size, shuffle_buffer, seed, first_batch)
    return list(itertools.islice(dataset.as_numpy_iterator(), batches))


def test_batches_are_of_the_networks_sizes(colours, tiny_config):
    [batch] = _train(colours, tiny_config(), 1)
    shapes = {name: (value.dtype.name, value.shape) for name, value in batch.items()}
    assert shapes == {
        "image": ("uint8", (4, 16, 16, 3)),
        "audio": ("int16", (4, 800)),
        "group": ("int64", (4,)),
    }
    assert batch["audio"].any(axis=1).all()


def test_it_is_endless_and_shuffles_every_round_anew(colours, tiny_config):
    batches = _train(colours, tiny_config(), 6, batch_size=5)  # three times the ten examples
    sounds = np.concatenate([batch["audio"] for batch in batches])
    names = [sound.tobytes() for sound in sounds]
    rounds = [names[i : i + 10] for i in (0, 10, 20)]
    assert [len(set(names)) for names in rounds] == [10, 10, 10]
    assert rounds[0] != rounds[1] != rounds[2]


def test_random_crops_fill_the_image_and_stay_in_it(positions, tiny_config):
    batches = _train(positions, tiny_config(), 40)
    places = _places(np.concatenate([batch["image"] for batch in batches]))
    assert set(places[:, 0]) == set(range(5))  # 20 - 16 rows left over
    assert set(places[:, 1]) == set(range(13))  # 28 - 16 columns left over


def test_half_of_the_crops_are_flipped_wherever_they_are(positions, tiny_config):
    batches = _train(positions, tiny_config(), 60)
    places = _places(np.concatenate([batch["image"] for batch in batches]))
    for upper in (False, True):
        flipped = places[(places[:, 0] < 2) == upper][:, 2]
        assert len(flipped) > 50
        assert 0.3 < flipped.mean() < 0.7


def _zoomed(pattern, config, batches: int, first_batch: int = 0, least_area: float = 0.25):
    dataset = training_batches([pattern], config, 4, 16, 0, first_batch, least_area)
    return list(itertools.islice(dataset.as_numpy_iterator(), batches))


def test_crops_of_many_sizes_have_at_least_their_share_of_the_frame(positions, tiny_config):
    images = np.concatenate([b["image"] for b in _zoomed(positions, tiny_config(), 60)])
    assert (images.dtype, images.shape[1:]) == (np.uint8, (16, 16, 3))
    red, green = images[..., 0].astype(float), images[..., 1].astype(float)
    # A pixel of the frame is 8 brighter than its neighbour, so slopes say how much a pixel covers.
    width = np.abs(red.mean(1)[:, 12] - red.mean(1)[:, 3]) / 8 / 9 * 16
    height = np.abs(green.mean(2)[:, 12] - green.mean(2)[:, 3]) / 8 / 9 * 16
    share = width * height / 20**2  # of the frame's greatest square
    assert share.min() > 0.25 - 0.08 and share.min() < 0.35  # sides are whole pixels
    assert 0.85 < share.max() < 1.08
    assert 0.6 < (width / height).min() < 0.85 and 1.15 < (width / height).max() < 1.6
    assert 0.35 < (red.mean(1)[:, 0] > red.mean(1)[:, -1]).mean() < 0.65  # flipped
    for places, greatest in ((red.min((1, 2)), 200), (green.min((1, 2)), 120)):
        assert places.min() < 12 and places.max() > 0.4 * greatest  # all over the frame


def test_batches_of_zoomed_crops_can_begin_anywhere(positions, tiny_config):
    whole = _zoomed(positions, tiny_config(), 6)
    assert _equal(_zoomed(positions, tiny_config(), 2, first_batch=4), whole[4:])


def test_all_frames_of_an_example_are_zoomed_alike(moving, tiny_config):
    for batch in _zoomed(moving, tiny_config(frames=3), 5):
        first, *others = np.split(batch["image"], 3, axis=-1)
        for frame in others:
            assert frame[..., :2].astype(int) == pytest.approx(first[..., :2].astype(int), abs=4)


def test_the_seed_decides_order_crops_and_flips(colours, tiny_config):
    first, same, other = (_train(colours, tiny_config(), 3, seed=seed) for seed in (1, 1, 2))
    for one, two in zip(first, same, strict=True):
        assert all(np.array_equal(one[name], two[name]) for name in one)
    assert not np.array_equal(first[0]["audio"], other[0]["audio"])


def _equal(one: list[dict], two: list[dict]) -> bool:
    return len(one) == len(two) and all(
        np.array_equal(a[name], b[name]) for a, b in zip(one, two, strict=True) for name in a
    )


@pytest.fixture(scope="module")
def shards(write_examples, tmp_path_factory) -> str:
    """Pattern of three files with 23 examples in all."""
    folder = tmp_path_factory.mktemp("shards")
    for number, count in enumerate((6, 8, 9)):
        path = write_examples(folder / str(number), count)
        tf.io.gfile.rename(path, str(folder / f"data-{number}.gz"))
    return str(folder / "data-*.gz")


@pytest.mark.parametrize("shuffle_buffer", [5, 100])
def test_it_can_begin_at_any_batch(shards, tiny_config, shuffle_buffer):
    whole = _train(shards, tiny_config(), 14, shuffle_buffer=shuffle_buffer)  # more than two passes
    for first in (1, 5, 6, 11, 12):
        rest = _train(
            shards, tiny_config(), 14 - first, shuffle_buffer=shuffle_buffer, first_batch=first
        )
        assert _equal(rest, whole[first:]), first


def test_batches_do_not_depend_on_what_else_draws_random_numbers(shards, tiny_config):
    try:
        tf.random.set_seed(1)
        first = _train(shards, tiny_config(), 7)
        tf.random.set_seed(0)
        tf.random.uniform([])
        second = _train(shards, tiny_config(), 7)
        evaluation = [
            list(evaluation_batches([shards], tiny_config(), 5).as_numpy_iterator()) for _ in "ab"
        ]
    finally:
        tf.random.set_seed(None)
    assert _equal(first, second)
    assert _equal(*evaluation)


def test_every_pass_reads_all_files_in_an_order_of_its_own(shards, tiny_config):
    sounds = [batch["audio"][0].tobytes() for batch in _train(shards, tiny_config(), 69, 1, 1)]
    passes = [sounds[i : i + 23] for i in (0, 23, 46)]
    assert [len(set(each)) for each in passes] == [23, 23, 23]
    assert len({tuple(each) for each in passes}) > 1  # without a shuffle buffer: files change place


def test_the_videos_of_a_batch_can_be_named(colours, tiny_config):
    batches = _train(colours, tiny_config(), 5)
    buckets = {}
    for number, batch in enumerate(batches):
        names = video_ids([colours], 4, 16, 0, number)
        assert len(names) == 4
        for name, group in zip(names, batch["group"].tolist(), strict=True):
            kind = int(name.removeprefix("video")) % 4
            assert buckets.setdefault(kind, group) == group
    assert len(set(buckets.values())) == 4


def test_examples_are_counted_in_all_files(shards):
    assert count_examples([shards]) == 23


@pytest.mark.parametrize("name", ["two\nlines", "zipped.gz\n", "é #%"])
def test_a_folder_of_any_name_is_read(name, shards, tmp_path):
    folder = tmp_path / name
    shutil.copytree(pathlib.Path(shards).parent, folder)
    assert count_examples([f"{folder}/data-*.gz"]) == 23


def test_image_and_sound_of_an_example_stay_together(colours, tiny_config):
    [batch] = _train(colours, tiny_config(), 1, batch_size=8)
    colour = batch["image"].mean((1, 2))  # [8, 3]
    frequency = np.abs(np.fft.rfft(batch["audio"])).argmax(1)  # [8], in Hz
    groups = {tone: set(batch["group"][frequency == tone]) for tone in set(frequency)}
    assert all(len(group) == 1 for group in groups.values())
    assert len(set.union(*groups.values())) == len(groups) > 2
    strongest = {50: 0, 110: 1, 200: 2}  # red, green, blue; 310 Hz is yellow's
    for mean, tone in zip(colour, frequency, strict=True):
        assert mean.argmax() == strongest.get(tone, mean.argmax())


def test_evaluation_is_one_pass_in_a_fixed_order_with_centre_crops(positions, tiny_config):
    dataset = evaluation_batches([positions], tiny_config(), 5)
    there, again = (list(dataset.as_numpy_iterator()) for _ in range(2))
    assert [len(batch["image"]) for batch in there] == [4, 4, 4]  # none of 12 is left out
    assert int(dataset.cardinality()) == 3  # Keras must not look for the end: see the source
    assert set(map(tuple, _places(np.concatenate([b["image"] for b in there])))) == {(2, 6, 0)}
    for one, two in zip(there, again, strict=True):
        assert all(np.array_equal(one[name], two[name]) for name in one)


@pytest.mark.parametrize(
    ("batch_size", "devices", "sizes"),
    [
        *[
            (12, 2, [12]),
            (11, 2, [6, 6]),
            (5, 2, [4, 4, 4]),
            (7, 4, [4, 4, 4]),
            (3, 8, [3, 3, 3, 3]),
        ],
        *[(5, 3, [3, 3, 3, 3]), (8, 5, [5, 5])],
    ],
)
def test_devices_share_the_batches_of_an_evaluation(
    positions, tiny_config, batch_size, devices, sizes
):
    dataset = evaluation_batches([positions], tiny_config(), batch_size, devices)
    assert int(dataset.cardinality()) == len(sizes)
    assert [len(batch["image"]) for batch in dataset.as_numpy_iterator()] == sizes


def test_evaluation_mixes_the_videos(colours, tiny_config):
    [batch] = evaluation_batches([colours], tiny_config(), 10).as_numpy_iterator()
    in_order = _train(colours, tiny_config(), 1, batch_size=10, shuffle_buffer=1)[0]
    assert sorted(batch["group"]) == sorted(in_order["group"])
    assert batch["group"].tolist() != in_order["group"].tolist()


def test_a_small_evaluation_split_is_one_small_batch(colours, tiny_config):
    [batch] = evaluation_batches([colours], tiny_config(), 64).as_numpy_iterator()
    assert len(batch["image"]) == 10


def test_files_may_be_given_as_patterns(colours, tiny_config):
    folder = colours.rsplit("/", 1)[0]
    assert len(_train(f"{folder}/*", tiny_config(), 1)) == 1


@pytest.mark.parametrize("name", ["training", "evaluation"])
def test_no_files_are_an_error_that_names_the_pattern(name, tmp_path, tiny_config):
    patterns = [str(tmp_path / "nothing-*.gz")]
    with pytest.raises(FileNotFoundError, match=r"nothing-\*\.gz"):
        if name == "training":
            training_batches(patterns, tiny_config(), 2, 1, 0)
        else:
            evaluation_batches(patterns, tiny_config(), 2)


@pytest.fixture(scope="module")
def moving(write_examples, tmp_path_factory) -> str:
    """Examples of three frames that say their number in blue, and rows and columns as ever."""
    frames = []
    for number in range(3):
        frame = _POSITIONS.copy()
        frame[..., 2] = 60 * (number + 1)
        frames.append(frame)
    return write_examples(tmp_path_factory.mktemp("moving"), 12, pixels=frames[1], frames=frames)


def _check_frames(images: np.ndarray) -> np.ndarray:
    """Asserts that all frames are there in order and have the same place; [n, 3] as `_places`."""
    frames = np.split(images, 3, axis=-1)
    for number, frame in enumerate(frames):
        assert frame[..., 2].mean((1, 2)) == pytest.approx(60 * (number + 1), abs=3)
    first, *others = (_places(frame) for frame in frames)
    for places in others:
        assert np.array_equal(first, places)
    return first


def test_all_frames_of_an_example_have_the_same_crop_and_flip(moving, tiny_config):
    batches = _train(moving, tiny_config(frames=3), 30)
    images = np.concatenate([batch["image"] for batch in batches])
    assert (images.dtype, images.shape) == (np.uint8, (120, 16, 16, 9))
    places = _check_frames(images)
    assert len(set(map(tuple, places))) > 50  # of 5 x 13 x 2


def test_evaluation_takes_the_centre_of_all_frames(moving, tiny_config):
    [batch] = evaluation_batches([moving], tiny_config(frames=3), 12).as_numpy_iterator()
    assert set(map(tuple, _check_frames(batch["image"]))) == {(2, 6, 0)}


@pytest.mark.parametrize("frames", [5, 25])
def test_examples_without_the_frames_are_an_error_that_says_what_to_do(
    moving, colours, tiny_config, frames
):
    config = tiny_config(frames=frames)
    message = f"ingest with frames={frames}"
    for file in (moving, colours):
        with pytest.raises(tf.errors.InvalidArgumentError, match=message):
            _train(file, config, 1)
        with pytest.raises(tf.errors.InvalidArgumentError, match=message):
            next(iter(evaluation_batches([file], config, 4)))


def test_a_network_of_one_frame_takes_the_middle_one_of_several(moving, tiny_config):
    [batch] = evaluation_batches([moving], tiny_config(), 12).as_numpy_iterator()
    assert batch["image"].shape == (12, 16, 16, 3)
    assert batch["image"][..., 2].mean() == pytest.approx(120, abs=3)


@pytest.fixture(scope="module")
def flac(write_examples, tmp_path_factory) -> str:
    """As `colours`, but for how sound is stored."""
    return write_examples(tmp_path_factory.mktemp("flac"), 10, audio_codec="flac")


def test_batches_do_not_tell_flac_from_pcm(colours, flac, tiny_config):
    assert _equal(_train(flac, tiny_config(), 4), _train(colours, tiny_config(), 4))
    wanted, got = (
        list(evaluation_batches([files], tiny_config(), 5).as_numpy_iterator())
        for files in (colours, flac)
    )
    assert _equal(got, wanted)


def test_files_of_several_codecs_go_together(colours, flac, tiny_config):
    sounds = [
        sound.tobytes()
        for batch in evaluation_batches([colours, flac], tiny_config(), 20).as_numpy_iterator()
        for sound in batch["audio"]
    ]
    alone = [
        sound.tobytes()
        for batch in evaluation_batches([colours], tiny_config(), 10).as_numpy_iterator()
        for sound in batch["audio"]
    ]
    assert sorted(sounds) == sorted(2 * alone)


def test_a_damaged_sound_is_an_error_that_says_so(flac, tiny_config, tmp_path):
    path = tmp_path / "data.gz"
    [record] = tf.data.TFRecordDataset(flac, "GZIP").take(1).as_numpy_iterator()
    with tf.io.TFRecordWriter(str(path), "GZIP") as writer:
        writer.write(record.replace(b"fLaC", b"fLaX"))
    with pytest.raises(tf.errors.OpError, match="sound of an example can't be decoded"):
        _train(str(path), tiny_config(), 1, batch_size=1)
