from __future__ import annotations

import io
import pathlib
import wave

import keras
import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.protobuf import saved_model_pb2

from objects_that_sound.models import examples
from objects_that_sound.models.input_pipeline import evaluation_batches
from objects_that_sound.models.networks.factory import build_network
from objects_that_sound.models.signatures import ServingSignatures

RATE = 800
InvalidArgument = tf.errors.InvalidArgumentError


@pytest.fixture(scope="module")
def network(tiny_config):
    return build_network(tiny_config("avol"), seed=4)


@pytest.fixture(scope="module")
def folder(network, tmp_path_factory) -> pathlib.Path:
    folder = tmp_path_factory.mktemp("saved_model")
    ServingSignatures(network).save(str(folder))
    return folder


@pytest.fixture(scope="module")
def signatures(folder):
    model = tf.saved_model.load(str(folder))
    # The model goes with its signatures, or its variables would be gone.
    yield model.signatures
    del model


@pytest.fixture(scope="module")
def pixels() -> np.ndarray:
    """A smooth picture of the stored size, uint8 [20, 28, 3]."""
    y, x = np.mgrid[:20, :28]
    waves = [np.sin(x / 4), np.cos(y / 3), np.sin((x + y) / 5)]
    return np.round(127 + 120 * np.stack(waves, -1)).astype(np.uint8)


@pytest.fixture(scope="module")
def png(encode_image, pixels) -> bytes:
    return encode_image(pixels, "png")


@pytest.fixture(scope="module")
def pcm(tone) -> bytes:
    return tone(110).tobytes()


def _wav(samples: np.ndarray, rate: int = RATE, channels: int = 1) -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.astype("<i2").tobytes())
    return buffer.getvalue()


def _call(signature, **inputs) -> dict[str, np.ndarray]:
    outputs = signature(**{name: tf.constant(value) for name, value in inputs.items()})
    return {name: value.numpy() for name, value in outputs.items()}


@pytest.mark.parametrize(
    ("name", "inputs", "outputs"),
    [
        ("score", ["image", "audio"], {"score": ("float32", [None])}),
        ("serving_default", ["image", "audio"], {"score": ("float32", [None])}),
        ("embed_image", ["image"], {"embedding": ("float32", [None, 8])}),
        ("embed_audio", ["audio"], {"embedding": ("float32", [None, 8])}),
        ("audio_features", ["audio"], {"features": ("float32", [None, 4 * 3 * 16])}),
        (
            "localise",
            ["image", "audio"],
            {
                "heatmap": ("float32", [None, None, None]),
                "crop_box": ("float32", [None, 4]),
                "score": ("float32", [None]),
            },
        ),
        ("score_examples", ["examples"], {"score": ("float32", [None])}),
        (
            "describe",
            ["query"],
            {
                name: ("int32", [None])
                for name in ("sample_rate", "image_size", "crop_size", "embedding_size", "frames")
            }
            | {"map_threshold": ("float32", [None])},
        ),
    ],
)
def test_the_contract_of(signatures, name, inputs, outputs):
    signature = signatures[name]
    taken = signature.structured_input_signature[1]
    assert {n: (spec.dtype.name, spec.shape.as_list()) for n, spec in taken.items()} == {
        n: ("string", [None]) for n in inputs
    }
    given = signature.structured_outputs
    assert set(given) == set(outputs)
    for output, (dtype, shape) in outputs.items():
        assert given[output].dtype.name == dtype
        assert given[output].shape.rank == len(shape)
        for announced, expected in zip(given[output].shape.as_list(), shape, strict=True):
            assert announced in (expected, None)


def test_there_are_no_other_signatures(signatures):
    assert len(signatures) == 8


def _nodes(folder) -> tuple[list, set[str]]:
    """Nodes of a SavedModel's graph and of its functions; names of the functions."""
    saved_model = saved_model_pb2.SavedModel.FromString((folder / "saved_model.pb").read_bytes())
    graph = saved_model.meta_graphs[0].graph_def
    nodes = [*graph.node, *(n for function in graph.library.function for n in function.node_def)]
    return nodes, {function.signature.name for function in graph.library.function}


def test_signatures_share_the_towers(folder, network):
    nodes, _ = _nodes(folder)
    layers = [*network.image_tower._flatten_layers(), *network.audio_tower._flatten_layers()]
    convolutions = [layer for layer in layers if isinstance(layer, keras.layers.Conv2D)]
    assert convolutions
    # For pictures of any size and for crops, for one sound and for several, in each of two
    # contexts of TensorFlow's; by themselves, seven signatures would have them two dozen times.
    named = [node for node in nodes if node.op == "Conv2D" and "tower" in node.name]
    assert len(convolutions) <= len(named) <= 4 * len(convolutions)


def test_exporting_leaves_the_network_as_it_was(folder, network):
    assert not {"image_features", "audio_features"} & set(vars(network))


def test_every_operation_is_of_stock_tensorflow(folder):
    """Then TF Serving can load it; other libraries' operations are not in `tf.raw_ops`."""
    nodes, functions = _nodes(folder)
    used = {node.op for node in nodes} - functions
    assert {"Conv2D", "RFFT", "DecodeImage", "DecodeWav", "ParseExampleV2"} <= used
    assert {op for op in used if not hasattr(tf.raw_ops, op)} == set()
    assert not {"PyFunc", "EagerPyFunc", "PyFuncStateless"} & used


@pytest.mark.parametrize("kind", ["png", "jpeg"])
@pytest.mark.parametrize("size", [(20, 20), (37, 51), (90, 41), (20, 300), (7, 9)])
def test_images_of_any_kind_and_size_are_taken(signatures, encode_image, pcm, kind, size):
    image = encode_image(np.full([*size, 3], 90, np.uint8), kind)
    assert 0 < _call(signatures["score"], image=[image], audio=[pcm])["score"][0] < 1
    answer = _call(signatures["localise"], image=[image], audio=[pcm])
    assert 0 < answer["score"][0] < 1
    assert answer["crop_box"].tolist() == [[0, 0, 1, 1]]
    # A short side of 20 pixels comes nearest to two cells of eight.
    cells = [round(2 * side / min(size)) for side in size]
    assert list(answer["heatmap"].shape) == [1, *cells]


def test_grey_and_transparent_pictures_are_taken(signatures, encode_image):
    grey = encode_image(np.full([20, 20], 90, np.uint8), "png")
    colour = encode_image(np.full([20, 20, 3], 90, np.uint8), "png")
    alpha = encode_image(np.full([20, 20, 4], [90, 90, 90, 255], np.uint8), "png")
    embeddings = _call(signatures["embed_image"], image=[grey, colour, alpha])["embedding"]
    assert np.ptp(embeddings, axis=0) == pytest.approx(0, abs=1e-6)


def test_a_larger_picture_of_the_same_looks_the_same(signatures, encode_image, pixels, png):
    tf_large = tf.image.resize(pixels, (60, 84), "bicubic")
    large = encode_image(np.clip(tf_large, 0, 255).astype(np.uint8), "png")
    mirrored = encode_image(pixels[::-1, ::-1, ::-1], "png")
    vectors = _call(signatures["embed_image"], image=[png, large, mirrored])["embedding"]
    assert vectors[0] @ vectors[1] > 0.99
    assert vectors[0] @ vectors[2] < 0.97


def test_a_batch_may_mix_kinds_sizes_and_containers(signatures, encode_image, png, pcm, tone):
    images = [png, encode_image(np.full([50, 30, 3], 9, np.uint8)), png]
    sounds = [pcm, pcm, _wav(tone(310))]
    together = _call(signatures["score"], image=images, audio=sounds)["score"]
    for i in range(3):
        alone = _call(signatures["score"], image=images[i : i + 1], audio=sounds[i : i + 1])
        assert together[i] == pytest.approx(alone["score"][0], abs=1e-5)
    assert together[0] != pytest.approx(together[2], abs=1e-6)


def test_the_score_is_the_networks(signatures, network, pixels, png, tone):
    crop = pixels[None, 2:18, 6:22]  # the centre
    sound = tone(200)
    expected = keras.ops.convert_to_numpy(network.score(crop, sound[None]))
    answer = _call(signatures["score"], image=[png], audio=[sound.tobytes()])
    assert answer["score"] == pytest.approx(expected, abs=1e-4)


def test_serving_sees_and_hears_what_training_did(
    signatures, network, tiny_config, write_examples, tmp_path
):
    file = write_examples(tmp_path, 6)
    [batch] = evaluation_batches([file], tiny_config(), 6).as_numpy_iterator()
    expected = keras.ops.convert_to_numpy(network.score(batch["image"], batch["audio"]))
    records = [
        examples.read_example(record.numpy())
        for record in tf.data.TFRecordDataset(file, compression_type="GZIP")
    ]
    # evaluation_batches shuffles; a sound of random loudness and phase names its example.
    by_sound = {record[examples.AUDIO][0]: record[examples.IMAGE][0] for record in records}
    sounds = [sound.tobytes() for sound in batch["audio"]]
    images = [by_sound[sound] for sound in sounds]
    answer = _call(signatures["score"], image=images, audio=sounds)["score"]
    # Decoding the crop only knows no colours beyond its right edge: 3 of 255 in that column.
    assert answer == pytest.approx(expected, abs=0.01)
    assert np.ptp(answer) > 0.1
    embeddings = _call(signatures["embed_audio"], audio=sounds)["embedding"]
    heard = keras.ops.convert_to_numpy(network.embed_audio(batch["audio"]))
    assert embeddings == pytest.approx(heard, abs=1e-5)


def test_embeddings_are_the_networks_and_of_unit_length(signatures, network, pixels, png, pcm):
    image = _call(signatures["embed_image"], image=[png])["embedding"]
    sound = _call(signatures["embed_audio"], audio=[pcm])["embedding"]
    assert np.linalg.norm([image[0], sound[0]], axis=1) == pytest.approx(1, abs=1e-4)
    crop = keras.ops.convert_to_numpy(network.embed_image(pixels[None, 2:18, 6:22]))
    assert image == pytest.approx(crop, abs=1e-4)


def test_audio_features_are_the_networks(signatures, network, tone):
    sounds = [tone(110), tone(310)]
    answer = _call(signatures["audio_features"], audio=[sound.tobytes() for sound in sounds])
    expected = keras.ops.convert_to_numpy(network.pooled_audio_features(np.stack(sounds)))
    assert answer["features"] == pytest.approx(expected, abs=1e-4)
    assert not np.allclose(expected[0], expected[1])


def test_a_wav_file_is_the_pcm_it_holds(signatures, tone):
    samples = tone(200, 0.99)
    samples[:3] = -32768, 32767, -1
    embeddings = _call(signatures["embed_audio"], audio=[samples.tobytes(), _wav(samples)])
    assert np.array_equal(*embeddings["embedding"])


@pytest.mark.parametrize(
    ("audio", "message"),
    [
        (b"", "1 s of int16 mono PCM at 800 Hz, that is 1600 bytes"),
        (b"\x00" * 1598, "that is 1600 bytes"),
        (b"\x00" * 1602, "that is 1600 bytes"),
        (b"\x00" * 1601, "that is 1600 bytes"),
        (_wav(np.zeros(799)), "1 s of mono sound at 800 Hz, that is 800 samples"),
        (_wav(np.zeros(16000), rate=16000), "1 s of mono sound at 800 Hz"),
        (_wav(np.zeros(1600), channels=2), "1 s of mono sound at 800 Hz"),
        (b"RIFF" + b"\x00" * 1596, r"(?i)header"),
    ],
    ids=["empty", "short", "long", "odd", "short wav", "rate", "stereo", "broken wav"],
)
def test_other_sounds_are_invalid_arguments_that_say_what_is_needed(signatures, audio, message):
    with pytest.raises(InvalidArgument, match=message):
        _call(signatures["embed_audio"], audio=[audio])


@pytest.mark.parametrize(("images", "sounds"), [(1, 2), (2, 1), (2, 3), (1, 0)])
@pytest.mark.parametrize("signature", ["score", "localise"])
def test_images_and_sounds_that_are_not_as_many_are_no_pairs(
    signatures, png, pcm, signature, images, sounds
):
    with pytest.raises(InvalidArgument, match="as many sounds as images"):
        many = {"image": [png] * images, "audio": [pcm] * sounds}
        _call(signatures[signature], **{n: tf.constant(v, tf.string) for n, v in many.items()})


@pytest.mark.parametrize("size", [(1, 51), (51, 1), (2, 101), (1, 65_000)])
def test_strips_that_would_be_scaled_to_gigabytes_are_invalid_arguments(
    signatures, encode_image, size
):
    strip = encode_image(np.zeros([*size, 3], np.uint8), "png")
    with pytest.raises(tf.errors.InvalidArgumentError, match="at most 50 times its short side"):
        signatures["embed_image"](image=tf.constant([strip]))


@pytest.mark.parametrize("size", [(1, 50), (100, 2)])
def test_narrow_pictures_are_taken(signatures, encode_image, size):
    strip = encode_image(np.zeros([*size, 3], np.uint8), "png")
    assert signatures["embed_image"](image=tf.constant([strip]))["embedding"].shape[0] == 1


@pytest.mark.parametrize("image", [b"", b"not an image"])
def test_bytes_that_are_no_picture_are_invalid_arguments(signatures, image):
    with pytest.raises(InvalidArgument, match=r"(?i)image"):
        _call(signatures["embed_image"], image=[image])


@pytest.mark.parametrize("size", [(16, 40), (40, 16), (16, 16)])
def test_the_whole_picture_is_localised_in(signatures, network, encode_image, tone, size):
    picture = np.random.default_rng(0).integers(0, 256, [*size, 3], np.uint8)
    sound = tone(200)
    answer = _call(
        signatures["localise"], image=[encode_image(picture, "png")], audio=[sound.tobytes()]
    )
    heatmap, score = network.localise(picture[None], sound[None])
    assert answer["heatmap"] == pytest.approx(keras.ops.convert_to_numpy(heatmap), abs=1e-4)
    assert answer["score"] == pytest.approx(keras.ops.convert_to_numpy(score), abs=1e-4)
    assert answer["score"] == pytest.approx(answer["heatmap"].max(), abs=1e-6)


def test_only_localise_sees_what_is_outside_of_the_centre(
    signatures, encode_image, pixels, png, pcm
):
    outside, inside = pixels.copy(), pixels.copy()
    outside[:2] = outside[18:] = 255
    outside[:, :6] = outside[:, 22:] = 255
    inside[2, 6] = 255 - inside[2, 6]
    images = [png, encode_image(outside, "png"), encode_image(inside, "png")]
    scores = _call(signatures["score"], image=images, audio=[pcm] * 3)["score"]
    assert scores[1] == pytest.approx(scores[0], abs=1e-6)
    assert scores[2] != pytest.approx(scores[0], abs=1e-6)
    heatmaps = _call(signatures["localise"], image=images, audio=[pcm] * 3)["heatmap"]
    assert heatmaps[1] != pytest.approx(heatmaps[0], abs=1e-6)


def test_maps_of_pictures_of_many_shapes_are_filled_up_beyond_the_picture(
    signatures, encode_image, pcm
):
    sizes = [(16, 40), (40, 16), (16, 16), (16, 32)]
    random = np.random.default_rng(1)
    images = [encode_image(random.integers(0, 256, [*size, 3], np.uint8), "png") for size in sizes]
    together = _call(signatures["localise"], image=images, audio=[pcm] * 4)
    assert together["heatmap"].shape == (4, 5, 5)
    for i, (height, width) in enumerate(sizes):
        alone = _call(signatures["localise"], image=[images[i]], audio=[pcm])
        rows, columns = height // 8, width // 8
        assert together["crop_box"][i] == pytest.approx([0, 0, 5 / rows, 5 / columns])
        heatmap = together["heatmap"][i].copy()
        assert heatmap[:rows, :columns] == pytest.approx(alone["heatmap"][0], abs=1e-6)
        assert heatmap[:rows, :columns].min() > 0
        heatmap[:rows, :columns] = 0
        assert not heatmap.any()
        assert together["score"][i] == pytest.approx(alone["score"][0], abs=1e-6)


def test_pair_examples_score_as_their_parts(signatures, png, pcm, tone):
    sounds = [pcm, tone(310).tobytes()]
    pairs = [
        examples.make_example(
            {
                examples.VIDEO_ID: "a",
                examples.IMAGE: png,
                examples.AUDIO: sound,
                examples.AVC_LABEL: 1,
            }
        ).SerializeToString()
        for sound in sounds
    ]
    answer = _call(signatures["score_examples"], examples=pairs)["score"]
    expected = _call(signatures["score"], image=[png, png], audio=sounds)["score"]
    assert answer == pytest.approx(expected, abs=1e-6)


def test_describe_says_what_a_client_must_know(signatures):
    answer = _call(signatures["describe"], query=[b"", b"anything"])
    assert {name: value.tolist() for name, value in answer.items()} == {
        "sample_rate": [RATE, RATE],
        "image_size": [20, 20],
        "crop_size": [16, 16],
        "embedding_size": [8, 8],
        "frames": [1, 1],
        "map_threshold": [0.5, 0.5],
    }


@pytest.fixture(scope="module")
def of_three_frames(tiny_config, tmp_path_factory):
    """A network of three frames and its signatures; the check of the export is part of `save`."""
    network = build_network(tiny_config("ave", frames=3, filters=(4, 8)), seed=4)
    folder = str(tmp_path_factory.mktemp("of_three_frames"))
    ServingSignatures(network).save(folder)
    model = tf.saved_model.load(folder)
    yield network, model.signatures
    del model


@pytest.fixture(scope="module")
def three_frames(pixels) -> np.ndarray:
    """Three pictures of the stored size, uint8 [3, 20, 28, 3]."""
    return np.stack([pixels, 255 - pixels, pixels[::-1] // 2])


def test_several_frames_are_one_image(of_three_frames, three_frames, encode_image, pcm, tone):
    network, signatures = of_three_frames
    pngs = [encode_image(frame, "png") for frame in three_frames]
    images = [pngs, pngs[::-1]]
    crops = np.stack(
        [
            np.concatenate(list(order[:, 2:18, 6:22]), -1)
            for order in (three_frames, three_frames[::-1])
        ]
    )
    sounds = np.stack([tone(110), tone(110)])
    expected = keras.ops.convert_to_numpy(network.score(crops, sounds))
    answer = _call(signatures["score"], image=images, audio=[pcm, pcm])["score"]
    assert answer == pytest.approx(expected, abs=1e-4)
    localised = _call(signatures["localise"], image=images, audio=[pcm, pcm])
    assert localised["heatmap"].shape == (2, 5, 7)
    assert localised["crop_box"].tolist() == [[0, 0, 1, 1]] * 2
    vectors = _call(signatures["embed_image"], image=images)["embedding"]
    assert vectors == pytest.approx(
        keras.ops.convert_to_numpy(network.embed_image(crops)), abs=1e-4
    )
    assert np.abs(vectors[0] - vectors[1]).max() > 1e-2  # the order of frames counts
    pairs = [
        examples.make_example({examples.FRAMES: frames, examples.AUDIO: pcm}).SerializeToString()
        for frames in images
    ]
    assert _call(signatures["score_examples"], examples=pairs)["score"] == pytest.approx(answer)
    assert _call(signatures["describe"], query=[b""])["frames"].tolist() == [3]


@pytest.mark.parametrize("size", [(20, 60), (60, 20)])
def test_at_its_edges_a_wide_or_tall_picture_is_seen_as_by_itself(
    of_three_frames, encode_image, pcm, size
):
    """Farther than what a cell sees (12 pixels) from where the part was cut off."""
    _, signatures = of_three_frames
    frames = np.random.default_rng(2).integers(0, 256, [3, *size, 3], np.uint8)
    pngs = [encode_image(frame, "png") for frame in frames]
    [whole] = _call(signatures["localise"], image=[pngs], audio=[pcm])["heatmap"]
    assert whole.shape == (size[0] // 4, size[1] // 4)
    for part, cells in (
        (np.s_[:, -40:, -40:], np.s_[-6:, -6:]),
        (np.s_[:, :40, :40], np.s_[:6, :6]),
    ):
        pngs = [encode_image(frame, "png") for frame in frames[part]]
        [heatmap] = _call(signatures["localise"], image=[pngs], audio=[pcm])["heatmap"]
        assert heatmap[cells] == pytest.approx(whole[cells], abs=1e-5)
        assert np.ptp(heatmap[cells]) > 1e-4


def test_several_frames_of_other_sizes_and_kinds_are_scaled(of_three_frames, encode_image):
    _, signatures = of_three_frames
    kinds = ("png", "jpeg", "png")
    image = [encode_image(np.full([60, 90, 3], 50 * n, np.uint8), k) for n, k in enumerate(kinds)]
    small = [encode_image(np.full([20, 30, 3], 50 * n, np.uint8), k) for n, k in enumerate(kinds)]
    vectors = _call(signatures["embed_image"], image=[image, small])["embedding"]
    assert vectors[0] == pytest.approx(vectors[1], abs=1e-4)


def test_frames_that_are_missing_or_differ_in_size_are_refused(of_three_frames, encode_image, pcm):
    _, signatures = of_three_frames
    spec = signatures["score"].structured_input_signature[1]["image"]
    assert spec.shape.as_list() == [None, 3]
    large, small = (encode_image(np.zeros([*size, 3], np.uint8)) for size in ((40, 60), (20, 30)))
    with pytest.raises((InvalidArgument, TypeError)):
        _call(signatures["embed_image"], image=[[large, large]])
    with pytest.raises((InvalidArgument, TypeError)):
        _call(signatures["embed_image"], image=[large])
    with pytest.raises(InvalidArgument, match="shape"):
        _call(signatures["embed_image"], image=[[large, large, small]])
    features = {examples.IMAGE: large, examples.AUDIO: pcm}
    pair = examples.make_example(features).SerializeToString()
    with pytest.raises(InvalidArgument, match="ingest with frames=3"):
        _call(signatures["score_examples"], examples=[pair])
