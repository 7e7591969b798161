"""LatestBlessedModel: the model to compare with, on runners without ML Metadata's queries."""

from absl import logging
from tfx.v1.dsl.components import OutputArtifact, Parameter, component
from tfx.v1.types.standard_artifacts import Model

from objects_that_sound.components.blessed_models import latest_version, read_model


@component
def LatestBlessedModel(
    model: OutputArtifact[Model],
    folder: Parameter[str],
    version: Parameter[str] = "",
):
    """Does the work of a Resolver with LatestBlessedModelStrategy, from a folder of models.

    That strategy asks ML Metadata; Vertex AI does so too, open-source Kubeflow Pipelines runs no
    resolvers. BlessedModelPusher fills the folder.

    Args:
        model: Model that was blessed last; before the first one, an artifact that
            `components.blessed_models.is_no_model` tells.
        folder: path of the folder that BlessedModelPusher writes to.
        version: name that `latest_version` gave, so that a cache can tell one from the next; "" to look it
            up when the component runs.

    Raises:
        FileNotFoundError: there is no such version.
    """
    version = version or latest_version(folder)
    read_model(folder, version, model.uri)
    model.set_string_custom_property("blessed_version", version)
    logging.info("Latest blessed model in %s: %s", folder, version)
