"""What holds for L3-Net, AVE-Net and AVOL-Net alike."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf

from objects_that_sound.models.losses.objectives import OBJECTIVES
from objects_that_sound.models.losses.sound_contrast import sound_contrast
from objects_that_sound.models.network_config import NetworkConfig
from objects_that_sound.models.networks.factory import build_network

# Every form of the networks: the default ones and those as printed.
FORMS = {
    "avol, two heads, as long as they come": {"network": "avol", "normalise": False},
    "l3": {"network": "l3"},
    "ave": {"network": "ave"},
    "ave as printed": {"network": "ave", "normalise": False},
    "avol": {"network": "avol"},
    "avol, one head": {"network": "avol", "pooled_head": False},
    "avol as printed": {"network": "avol", "normalise": False, "pooled_head": False},
    "ave for few videos": {
        "network": "ave",
        "mel_bands": 12,
        "normalise_sound": True,
        "pooling": "mixed",
    },
    "avol, average pooling": {"network": "avol", "pooling": "average"},
}


@pytest.fixture(scope="module", params=FORMS.values(), ids=FORMS)
def network(request, tiny_config):
    return build_network(tiny_config(**request.param), seed=1)


@pytest.fixture
def media(network, random_media):
    return random_media(network.config, 4)


def _numpy(tensor) -> np.ndarray:
    return keras.ops.convert_to_numpy(tensor)


def test_every_embedding_has_unit_length_by_itself(network, media):
    for vectors in (network.embed_image(media[0]), network.embed_audio(media[1])):
        assert vectors.shape == (4, network.embedding_size)
        assert np.linalg.norm(vectors, axis=-1) == pytest.approx(1, abs=1e-4)


def test_an_embedding_does_not_depend_on_the_batch(network, media):
    for embed, inputs in zip((network.embed_image, network.embed_audio), media, strict=True):
        assert _numpy(embed(inputs[2:3])) == pytest.approx(_numpy(embed(inputs))[2:3], abs=1e-5)


def test_call_and_embed_agree_but_for_the_length(network, media):
    image, audio = media
    outputs = network({"image": image, "audio": audio})
    for name, vectors in (
        ("image_embedding", network.embed_image(image)),
        ("audio_embedding", network.embed_audio(audio)),
    ):
        output = _numpy(outputs[name])
        output = output / np.linalg.norm(output, axis=-1, keepdims=True)
        assert output == pytest.approx(_numpy(vectors), abs=1e-4)


def test_scores_are_probabilities_of_the_diagonal_of_all_pairs(network, media):
    image, audio = media
    similarities = network({"image": image, "audio": audio})["similarities"]
    assert similarities.shape == (4, 4)
    diagonal = np.diagonal(_numpy(network.match_logits(similarities)))
    similarities = _numpy(similarities)
    score = _numpy(network.score(image, audio))
    assert score == pytest.approx(1 / (1 + np.exp(-diagonal)), abs=1e-5)
    assert ((score > 0) & (score < 1)).all()
    for j in (1, 2, 3):  # and of the other ones
        other = _numpy(network.similarity(image, network.sound_vectors(np.roll(audio, -j, 0))))
        assert other == pytest.approx(
            [similarities[i, (i + j) % 4] for i in range(4)], abs=1e-4, rel=1e-4
        )


def test_the_heat_map_is_of_the_vision_towers_places(network, media):
    heatmap = _numpy(network.heatmap(*media))
    assert heatmap.shape == (4, 2, 2)
    assert ((heatmap >= 0) & (heatmap <= 1)).all()


@pytest.mark.parametrize(
    ("name", "size"), [("l3", (16, 16)), ("ave", (40, 16)), ("avol", (16, 40))]
)
def test_maps_of_whole_objects_are_finer_and_dark_where_the_score_is_low(
    name, size, tiny_config, random_media
):
    plain, network = (
        build_network(tiny_config(name, whole_objects=whole), seed=1) for whole in (False, True)
    )
    image = np.random.default_rng(0).integers(0, 256, (3, *size, 3)).astype(np.uint8)
    _, audio = random_media(network.config, 3)
    localise = tf.function(network.localise, reduce_retracing=True)  # as exported
    any_size = tf.TensorSpec([None, None, None, 3], tf.uint8)
    spec = (any_size, tf.TensorSpec([None, audio.shape[1]], audio.dtype))
    heatmap, score = map(_numpy, localise.get_concrete_function(*spec)(image, audio))
    places, same = map(_numpy, plain.localise(image, audio))
    assert score == pytest.approx(same, abs=1e-5)
    assert heatmap.shape == (3, 2 * places.shape[1], 2 * places.shape[2])
    assert (heatmap.max((1, 2)) < network.map_threshold).tolist() == (score < 0.5).tolist()


@pytest.mark.parametrize("size", [(16, 24), (20, 28), (8, 100), (8, 8)])
def test_a_network_that_learnt_from_crops_looks_from_nearer_by_as_well(
    size, tiny_config, random_media
):
    config = tiny_config("ave", whole_objects=True)
    far, near = (
        build_network(config, augmentation=augmentation, seed=1)
        for augmentation in ("paper", "strong")
    )
    for network in (far, near):
        network.match_threshold = 0.1
    image = np.random.default_rng(0).integers(0, 256, (2, *size, 3)).astype(np.uint8)
    _, audio = random_media(config, 2)
    heatmap, score = map(_numpy, near.localise(image, audio))
    other, same = map(_numpy, far.localise(image, audio))
    assert score == pytest.approx(same, abs=1e-5)
    assert heatmap.shape == (2, 2 * other.shape[1], 2 * other.shape[2])
    assert (heatmap.max((1, 2)) >= near.map_threshold).tolist() == (score >= 0.1).tolist()


@pytest.mark.parametrize("augmentation", ["paper", "strong"])
@pytest.mark.parametrize("name", ["l3", "ave", "avol"])
def test_a_mirrored_picture_has_the_mirrored_map_of_whole_objects(
    name, augmentation, tiny_config, random_media
):
    config = tiny_config(name, whole_objects=True)
    network = build_network(config, augmentation=augmentation, seed=1)
    image = np.random.default_rng(0).integers(0, 256, (2, 16, 40, 3)).astype(np.uint8)
    _, audio = random_media(network.config, 2)
    network.match_threshold = 0.1
    # The network itself is not symmetrical: its scores are of the picture as it is.
    same_score = np.full(2, 0.9, np.float32)
    network._score_of = lambda places, image, sounds: same_score
    heatmap = _numpy(network.heatmap(image, audio))
    mirrored = _numpy(network.heatmap(image[:, :, ::-1], audio))
    assert np.ptp(heatmap) > 0.01
    assert mirrored[:, :, ::-1] == pytest.approx(heatmap, abs=1e-4)


def test_more_similar_is_more_likely(network):
    logits = _numpy(network.match_logits(np.linspace(-1, 0.99, 50, dtype=np.float32)))
    assert (np.diff(logits) > 0).all()


def test_float_media_score_as_integer_media(network, media):
    image, audio = media
    floats = network.score(image.astype(np.float32), (audio / 32768).astype(np.float32))
    assert _numpy(floats) == pytest.approx(_numpy(network.score(image, audio)), abs=1e-5)


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_gradients_reach_all_weights(network, media, objective):
    network.objective = OBJECTIVES[objective]
    x = {"image": media[0], "audio": media[1], "group": np.arange(4)}
    with tf.GradientTape() as tape:
        loss = network.compute_loss(x, y_pred=network(x, training=True))
    gradients = tape.gradient(loss, network.trainable_variables)
    assert np.isfinite(float(loss))
    for variable, gradient in zip(network.trainable_variables, gradients, strict=True):
        assert gradient is not None, variable.path
        gradient = np.abs(_numpy(gradient))
        assert np.isfinite(gradient).all(), variable.path
        # Batch normalisation takes away what a bias before it adds.
        if variable.name != "bias":
            assert gradient.max() > 0, variable.path


def test_examples_of_one_group_are_no_negatives(network, media):
    network.objective = OBJECTIVES["all_pairs"]
    x = {"image": media[0], "audio": media[1]}
    y_pred = network(x)
    apart = network.compute_loss(x | {"group": np.arange(4)}, y_pred=y_pred)
    paired = network.compute_loss(x | {"group": np.array([0, 0, 1, 1])}, y_pred=y_pred)
    assert float(apart) != pytest.approx(float(paired), rel=1e-6)


def test_augmentation_is_for_training_only(network, media):
    image, audio = media
    for features, inputs in ((network.image_features, image), (network.audio_features, audio)):
        assert np.array_equal(_numpy(features(inputs)), _numpy(features(inputs)))
    before = [_numpy(v) for v in network.non_trainable_variables]
    network({"image": image, "audio": audio})
    after = [_numpy(v) for v in network.non_trainable_variables]
    for there, now in zip(before, after, strict=True):  # batch normalisation stays as it is
        assert np.array_equal(there, now)


@pytest.mark.parametrize("form", ["l3", "ave", "avol"])
def test_background_sounds_are_negatives_of_every_frame(form, tiny_config, random_media):
    network = build_network(tiny_config(form), background_sounds=3, seed=1)
    image, audio = random_media(network.config, 4)
    x = {"image": image, "audio": audio, "group": np.arange(4)}
    assert network(x)["similarities"].shape == (4, 4)  # in training only
    outputs = network(x, training=True)
    assert outputs["similarities"].shape == (4, 7)
    louder = _numpy(outputs["similarities"]).copy()
    louder[:, 4:] += 0.5
    for objective in OBJECTIVES.values():
        network.objective = objective
        before = network.compute_loss(x, y_pred=outputs)
        after = network.compute_loss(
            x, y_pred=outputs | {"similarities": keras.ops.convert_to_tensor(louder)}
        )
        assert float(after) > float(before)


@pytest.mark.parametrize("form", ["l3", "ave", "avol"])
def test_in_half_precision_similarities_and_losses_stay_single(form, tiny_config, random_media):
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        network = build_network(tiny_config(form), background_sounds=2, seed=1)
    finally:
        keras.config.set_dtype_policy("float32")
    image, audio = random_media(network.config, 4)
    x = {"image": image, "audio": audio, "group": np.arange(4)}
    outputs = network(x, training=True)
    assert network.image_tower.layers[0].compute_dtype == "bfloat16"
    assert keras.backend.standardize_dtype(outputs["similarities"].dtype) == "float32"
    loss = network.compute_loss(x, y_pred=outputs)
    assert keras.backend.standardize_dtype(loss.dtype) == "float32"
    assert np.isfinite(float(loss))


@pytest.mark.parametrize(
    ("filters", "size"),  # of conv4_2, frequency by time
    [((4, 8, 16), (4, 2)), ((4, 8), (8, 4)), ((4,), (17, 8)), ((2, 2, 2, 4), (2, 1))],
)
def test_audio_features_are_maxima_over_frequency_and_time(filters, size, tiny_config):
    network = build_network(tiny_config("l3", filters=filters, image_size=32, crop_size=32), seed=1)
    sounds = np.random.default_rng(0).integers(-9000, 9000, [2, 800]).astype(np.int16)
    features = _numpy(network.audio_features(sounds))
    assert features.shape == (2, *size, filters[-1])
    pooled = _numpy(network.pooled_audio_features(sounds))
    assert pooled.shape == (2, 4 * 3 * filters[-1])
    pooled = pooled.reshape(2, 4, 3, filters[-1])
    for row, column in np.ndindex(4, 3):
        # The place of a bin's middle is in it whatever the bins' borders are.
        place = [
            int((i + 0.5) * n / bins)
            for i, n, bins in zip((row, column), size, (4, 3), strict=True)
        ]
        assert (pooled[:, row, column] >= features[:, *place]).all()
    rows = np.split(features, 4, axis=1) if size[0] % 4 == 0 else []
    for row, part in enumerate(rows):
        assert np.array_equal(pooled[:, row].max(1), part.max((1, 2)))
    assert np.array_equal(pooled.max((1, 2)), features.max((1, 2)))  # nothing is left out


@pytest.mark.parametrize("form", ["ave", "avol"])
def test_at_the_papers_size_the_maps_have_the_papers_sizes(form):
    network = build_network(NetworkConfig(network=form), seed=0)
    image = np.zeros([1, 224, 224, 3], np.uint8)
    audio = np.zeros([1, 48000], np.int16)
    assert network.log_spectrogram(audio).shape == (1, 257, 200, 1)
    assert network.image_features(image).shape == (1, 14, 14, 512)
    assert network.audio_features(audio).shape == (1, 16, 12, 512)
    assert network.pooled_audio_features(audio).shape == (1, 6144)


def test_mixed_pooling_hears_short_sounds_and_sees_the_whole_image(tiny_config):
    network, average, maximum = (
        build_network(tiny_config("ave", pooling=pooling), seed=1)
        for pooling in ("mixed", "average", "maximum")
    )
    features = np.random.default_rng(0).random((2, 3, 5, 4)).astype(np.float32)
    means, maxima = features.mean((1, 2)), features.max((1, 2))
    assert _numpy(network.pool(features)) == pytest.approx(means, rel=1e-5)
    assert _numpy(network.pool_sounds(features)) == pytest.approx(means + maxima / 2, rel=1e-5)
    assert _numpy(average.pool_sounds(features)) == pytest.approx(means, rel=1e-5)
    assert _numpy(maximum.pool_sounds(features)) == pytest.approx(maxima, rel=1e-5)


@pytest.mark.parametrize("name", ["l3", "ave", "avol"])
def test_sounds_are_contrasted_with_themselves_in_training_only(name, tiny_config, random_media):
    network = build_network(
        tiny_config(name), background_sounds=2, augmentation="strong", seed=1, sound_contrast=0.5
    )
    image, audio = random_media(network.config, 4)
    group = np.array([0, 1, 2, 2])
    inputs = {"image": image, "audio": audio, "group": group}
    assert "audio_again" not in network(inputs)
    outputs = dict(network(inputs, training=True))
    again = outputs.pop("audio_again")
    assert again.shape == (4, network.embedding_size)
    own = outputs["audio_embedding"][:4]
    assert np.abs(_numpy(own) - _numpy(again)).max() > 1e-3  # it is another variation
    more = network.compute_loss(x=inputs, y_pred=outputs | {"audio_again": again})
    without = network.compute_loss(x=inputs, y_pred=outputs)
    expected = 0.5 * float(sound_contrast(own, again, group))
    assert float(more) - float(without) == pytest.approx(expected, rel=1e-4)


def test_without_a_contrast_sounds_are_heard_once(tiny_config, random_media):
    network = build_network(tiny_config("ave"), seed=1)
    image, audio = random_media(network.config, 4)
    inputs = {"image": image, "audio": audio, "group": np.arange(4)}
    assert "audio_again" not in network(inputs, training=True)
