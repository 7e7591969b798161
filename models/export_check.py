"""The exported model proves itself, or nothing comes after it."""

from __future__ import annotations

import os

import keras
import numpy as np
import tensorflow as tf
from tensorflow.core.protobuf import saved_model_pb2

from objects_that_sound.models.export_probes import ExportProbes
from objects_that_sound.models.load_saved_model import load_saved_model
from objects_that_sound.models.networks.avc_network import AvcNetwork

TOLERANCE = 1e-4
"""Greatest difference of the SavedModel's answers from the network's, and of a batch's from one's."""

LENGTH_TOLERANCE = 1e-3
"""Greatest difference of an embedding's length from 1."""

_PYTHON_OPERATIONS = {"PyFunc", "PyFuncStateless", "EagerPyFunc"}
"""Of stock TensorFlow, but they call back into the process that made them."""


class ExportError(ValueError):
    """An exported model is not what it should be; the message says in which respects."""


def check_export(network: AvcNetwork, folder: str) -> None:
    """Loads an exported model and tries it on silence, noise, and black and noisy images.

    Checked are: all operations are of stock TensorFlow; what is more alike scores higher (a distance
    head may learn the reverse, see AVENet); every signature gives what docs/serving_api.md says,
    finite, alike alone and in a batch; embeddings have unit length; the answers are the network's.

    Args:
        network: that was exported, on the TensorFlow backend.
        folder: of the SavedModel; it stays as it is, also after a failure.

    Raises:
        ExportError: names all that is wrong.
    """
    problems = operation_problems(folder) or [
        *_head_problems(network),
        *_answer_problems(network, load_saved_model(folder)),
    ]
    if problems:
        raise ExportError(
            f"The exported model in {folder} must not be used:"
            + "".join(f"\n- {problem}" for problem in problems)
        )


def operation_problems(folder: str) -> list[str]:
    """Says which operations of a SavedModel are not of stock TensorFlow, one text each."""
    with tf.io.gfile.GFile(os.path.join(folder, "saved_model.pb"), "rb") as file:
        saved_model = saved_model_pb2.SavedModel.FromString(file.read())
    used: set[str] = set()
    for graph in (meta_graph.graph_def for meta_graph in saved_model.meta_graphs):
        functions = graph.library.function
        nodes = [*graph.node, *(node for function in functions for node in function.node_def)]
        used |= {node.op for node in nodes} - {function.signature.name for function in functions}
    # `tf.raw_ops` has the operations TensorFlow was built with, not those of libraries loaded since.
    foreign = {operation for operation in used if not hasattr(tf.raw_ops, operation)}
    return [
        f"not an operation of stock TensorFlow: {operation}"
        for operation in sorted(foreign | used & _PYTHON_OPERATIONS)
    ]


def _head_problems(network: AvcNetwork) -> list[str]:
    low, high = _numpy(network.match_logits(tf.constant([-0.5, 0.9])))
    if low < high:
        return []
    return [
        f"the score does not rise with the similarity: logit {low:.4g} at -0.5, {high:.4g} at 0.9 "
        "(the distance head has the wrong sign)"
    ]


def _expected(network: AvcNetwork, probes: ExportProbes) -> dict[str, dict[str, np.ndarray]]:
    """What the signatures should answer, by signature and output."""
    crops, waveforms = tf.constant(probes.crops), tf.constant(probes.waveforms)
    score = {"score": _numpy(network.score(crops, waveforms))}
    heatmap, best = network.localise(tf.constant(probes.wholes), waveforms)
    facts = {
        "sample_rate": network.config.sample_rate,
        "image_size": network.config.image_size,
        "crop_size": network.config.crop_size,
        "embedding_size": network.embedding_size,
        "frames": network.config.frames,
        "map_threshold": network.map_threshold,
    }
    count = len(probes.names)
    return {
        "score": score,
        "serving_default": score,
        "score_examples": score,
        "embed_image": {"embedding": _numpy(network.embed_image(crops))},
        "embed_audio": {"embedding": _numpy(network.embed_audio(waveforms))},
        "audio_features": {"features": _numpy(network.pooled_audio_features(waveforms))},
        "localise": {
            "heatmap": _numpy(heatmap),
            "score": _numpy(best),
            "crop_box": np.array([[0, 0, 1, 1]] * count, np.float32),
        },
        "describe": {
            name: np.full([count], fact, np.int32 if isinstance(fact, int) else np.float32)
            for name, fact in facts.items()
        },
    }


def _answer_problems(network: AvcNetwork, model) -> list[str]:
    probes = ExportProbes(network)
    problems = []
    for signature, expected in _expected(network, probes).items():
        if signature not in model.signatures:
            problems.append(f"there is no signature {signature}")
            continue
        requests = probes.requests(signature)
        first = {name: values[:1] for name, values in requests.items()}
        try:
            together = _call(model.signatures[signature], requests)
            alone = _call(model.signatures[signature], first)
        except (KeyError, TypeError, tf.errors.OpError) as error:
            problems.append(f"{signature} fails: {error}")
            continue
        if set(together) != set(expected):
            problems.append(f"{signature} gives {sorted(together)}, not {sorted(expected)}")
            continue
        for output, values in expected.items():
            problems += [
                f"{signature}, {output}: {problem}"
                for problem in _value_problems(
                    together[output], alone[output], values, probes.names, output
                )
            ]
    return problems


def _call(signature, inputs: dict[str, list]) -> dict[str, np.ndarray]:
    taken = signature.structured_input_signature[1]
    return {
        name: value.numpy()
        for name, value in signature(**{name: tf.constant(inputs[name]) for name in taken}).items()
    }


def _value_problems(
    together: np.ndarray,
    alone: np.ndarray,
    expected: np.ndarray,
    names: list[str],
    output: str,
) -> list[str]:
    """What is wrong with one output for all probes, and for the first one alone."""
    kinds = [f"{values.dtype} {list(values.shape)}" for values in (together, alone)]
    wanted = [f"{expected.dtype} {list(values.shape)}" for values in (expected, expected[:1])]
    if kinds != wanted:
        return [f"{kinds[0]}, and {kinds[1]} for one, instead of {wanted[0]} and {wanted[1]}"]
    by_probe = range(1, together.ndim)
    finite = np.isfinite(together).all(axis=tuple(by_probe))
    if not finite.all():
        return [f"not finite for {names[int(np.argmin(finite))]}"]
    problems = []
    if output in ("score", "heatmap", "crop_box") and not ((together >= 0) & (together <= 1)).all():
        problems.append(f"not in 0..1 but in {together.min():.4g}..{together.max():.4g}")
    if output == "embedding":
        lengths = np.linalg.norm(together, axis=-1)
        worst = int(np.argmax(np.abs(lengths - 1)))
        if abs(lengths[worst] - 1) > LENGTH_TOLERANCE:
            problems.append(f"length {lengths[worst]:.4g} instead of 1 for {names[worst]}")
    for values, reference, what in (
        (together, expected, "from the network's"),
        (together[:1], alone, "from that for the first alone"),
    ):
        apart = np.abs(values.astype(np.float64) - reference)
        # Written so that NaN fails.
        if not (apart <= TOLERANCE).all():
            worst = int(np.argmax(apart.reshape(len(apart), -1).max(axis=1)))
            problems.append(f"up to {apart.max():.2g} {what}, for {names[worst]}")
    return problems


def _numpy(tensor) -> np.ndarray:
    return keras.ops.convert_to_numpy(keras.ops.cast(tensor, "float32"))
