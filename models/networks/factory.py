"""Builds a network from its configuration."""

from __future__ import annotations

import keras

from objects_that_sound.models.augmentation import AugmentationName
from objects_that_sound.models.network_config import NetworkConfig
from objects_that_sound.models.networks.avc_network import AvcNetwork
from objects_that_sound.models.networks.ave_net import AVENet
from objects_that_sound.models.networks.avol_net import AVOLNet
from objects_that_sound.models.networks.l3_net import L3Net
from objects_that_sound.models.training_config import TrainingConfig

_NETWORKS = {"l3": L3Net, "ave": AVENet, "avol": AVOLNet}


def build_network(
    config: NetworkConfig,
    objective: str = "all_pairs",
    background_sounds: int = 0,
    augmentation: AugmentationName = "paper",
    seed: int | None = None,
    sound_contrast: float = 0.0,
) -> AvcNetwork:
    """Builds the network that `config.network` names, with all weights made.

    Args:
        config: sizes; see NetworkConfig.
        objective: a name of `models.losses.objectives.OBJECTIVES`.
        background_sounds: see AvcNetwork.
        augmentation: see AvcNetwork.
        seed: of weights and augmentation.
        sound_contrast: see AvcNetwork.

    Raises:
        KeyError: unknown objective or augmentation.
    """
    if seed is not None:
        keras.utils.set_random_seed(seed)
    network = _NETWORKS[config.network](
        config,
        objective=objective,
        background_sounds=background_sounds,
        augmentation=augmentation,
        seed=seed,
        sound_contrast=sound_contrast,
    )
    network.build()
    return network


def build_trainable_network(config: NetworkConfig, training: TrainingConfig) -> AvcNetwork:
    """Builds a network that has the objective, variations and seed of a recipe.

    Args:
        config: sizes; see NetworkConfig.
        training: the recipe.
    """
    return build_network(
        config,
        training.objective,
        training.background_sounds,
        training.augmentation,
        training.seed,
        training.sound_contrast,
    )
