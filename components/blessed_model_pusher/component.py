"""BlessedModelPusher: keeps what LatestBlessedModel finds in the next run."""

import os

from absl import logging
from tfx import v1 as tfx
from tfx.components.util import model_utils
from tfx.types.standard_artifacts import Model, ModelBlessing, PushedModel

from objects_that_sound.components.blessed_models import add_model


@tfx.dsl.components.component
def BlessedModelPusher(
    model: tfx.dsl.components.InputArtifact[Model],
    model_blessing: tfx.dsl.components.InputArtifact[ModelBlessing],
    pushed_model: tfx.dsl.components.OutputArtifact[PushedModel],
    folder: tfx.dsl.components.Parameter[str],
) -> None:
    """Copies a blessed Model artifact, whole, into a folder of all blessed models.

    Pusher copies the SavedModel alone, and none that can't be served; the next run is to be compared
    with every blessed model, and may train on from its weights.

    Args:
        model: input, the Model.
        model_blessing: input, ModelGate's blessing.
        pushed_model: output, whose custom properties `pushed`, `pushed_destination` and
            `pushed_version` are those of Pusher; it holds no copy.
        folder: path; see `components.blessed_models.add_model`.
    """
    if not model_utils.is_model_blessed(model_blessing):
        pushed_model.set_int_custom_property("pushed", 0)
        logging.info("Not blessed, not kept: %s", model_blessing.uri)
        return
    version = add_model(folder, model.uri)
    pushed_model.set_int_custom_property("pushed", 1)
    pushed_model.set_string_custom_property("pushed_destination", os.path.join(folder, version))
    pushed_model.set_string_custom_property("pushed_version", version)
