from __future__ import annotations

import pytest

from benchmarks.flops import training_flops_per_pair
from objects_that_sound.models.network_config import NetworkConfig
from objects_that_sound.models.networks.factory import build_network


def test_a_tiny_net_counted_by_hand(tiny_config):
    config = tiny_config("ave", filters=(4,))
    places = 8 * 8 + 17 * 8  # conv1_1 halves 16 x 16 pixels and 33 x 16 of the spectrogram
    conv1_1 = 2 * (3 * 3 * 3 * 4 * 8 * 8 + 3 * 3 * 1 * 4 * 17 * 8)
    conv1_2 = 2 * 3 * 3 * 4 * 4 * places
    heads = 2 * 2 * (4 * 8 + 8 * 8)
    fc3 = 2 * 2
    network = build_network(config)
    expected = 2 * conv1_1 + 3 * (conv1_2 + heads + fc3)
    assert training_flops_per_pair(network) == expected
    assert training_flops_per_pair(network) == expected  # the network is as before


def test_more_frames_are_more_channels_of_the_first_layer(tiny_config):
    one, three = (
        training_flops_per_pair(build_network(tiny_config("ave", frames=frames)))
        for frames in (1, 3)
    )
    assert three - one == 2 * 2 * (3 * 3 * 6 * 4 * 8 * 8)  # six channels more, without gradients


@pytest.mark.parametrize(("name", "gflop"), [("l3", 123.83), ("ave", 30.80), ("avol", 30.90)])
def test_the_papers_nets(name, gflop):
    """AVE-Net: 5.13 GFLOP of convolutions on a frame, 5.16 on a spectrogram; thrice in training.

    L3-Net has no stride in its first layer: four times as many places.
    """
    stride = 1 if name == "l3" else 2
    network = build_network(NetworkConfig(network=name, image_stride=stride, audio_stride=stride))
    assert training_flops_per_pair(network) / 1e9 == pytest.approx(gflop, abs=0.01)
