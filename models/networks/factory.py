"""Builds a network from its configuration."""

from __future__ import annotations

import keras

from models.network_config import NetworkConfig
from models.networks.avc_network import AvcNetwork
from models.networks.ave_net import AVENet
from models.networks.avol_net import AVOLNet

_NETWORKS = {"ave": AVENet, "avol": AVOLNet}


def build_network(
    config: NetworkConfig, objective: str = "all_pairs", seed: int | None = None
) -> AvcNetwork:
    """Builds the network that `config.network` names, with all weights made.

    Args:
        config: sizes; see NetworkConfig.
        objective: a name of `models.losses.objectives.OBJECTIVES`.
        seed: of weights and augmentation.

    Raises:
        KeyError: unknown objective.
    """
    if seed is not None:
        keras.utils.set_random_seed(seed)
    network = _NETWORKS[config.network](config, objective=objective, seed=seed)
    network.build()
    return network
