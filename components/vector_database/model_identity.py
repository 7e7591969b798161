"""Which model made a vector?"""

from __future__ import annotations

import tensorflow as tf


def model_identity(folder: str) -> str:
    """Names a SavedModel by its graph and weights: copies have one name, other weights another.

    API: TensorFlow's fingerprint of a SavedModel, which is written beside it, without its parts that
    differ from one export of the same model to the next.

    Args:
        folder: the one that holds `saved_model.pb`.

    Raises:
        ValueError: it has no fingerprint: it was written before TensorFlow 2.13, or by other means.
    """
    try:
        return tf.saved_model.experimental.read_fingerprint(folder).singleprint()
    except (tf.errors.OpError, FileNotFoundError, RuntimeError, ValueError) as error:
        raise ValueError(
            f"The model in {folder} has no fingerprint, by which vectors of different models are "
            "kept apart: export it again."
        ) from error
