"""BlessedModelPusher: keeps what LatestBlessedModel finds in the next run."""

import os

from absl import logging
from tfx.components.util import model_utils
from tfx.v1.dsl.components import InputArtifact, OutputArtifact, Parameter, component
from tfx.v1.types.standard_artifacts import Model, ModelBlessing, PushedModel

from objects_that_sound.components.blessed_models import add_model


@component
def BlessedModelPusher(
    model: InputArtifact[Model],
    model_blessing: InputArtifact[ModelBlessing],
    pushed_model: OutputArtifact[PushedModel],
    folder: Parameter[str],
):
    """Copies a blessed Model artifact, whole, into a folder of all blessed models.

    Pusher copies the SavedModel alone, and none that can't be served; the next run is to be compared
    with every blessed model, and may train on from its weights.

    Args:
        model: Model to keep.
        model_blessing: verdict of ModelGate.
        pushed_model: PushedModel that holds no copy; its custom properties `pushed`,
            `pushed_destination` and `pushed_version` are those of Pusher.
        folder: path of the folder; see `components.blessed_models.add_model`.
    """
    if not model_utils.is_model_blessed(model_blessing):
        pushed_model.set_int_custom_property("pushed", 0)
        logging.info("Not blessed, not kept: %s", model_blessing.uri)
        return
    version = add_model(folder, model.uri)
    pushed_model.set_int_custom_property("pushed", 1)
    pushed_model.set_string_custom_property("pushed_destination", os.path.join(folder, version))
    pushed_model.set_string_custom_property("pushed_version", version)
