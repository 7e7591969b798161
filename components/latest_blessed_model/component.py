"""LatestBlessedModel: the model to compare with, on runners without ML Metadata's queries."""

from absl import logging
from tfx import v1 as tfx
from tfx.types.standard_artifacts import Model

from objects_that_sound.components.blessed_models import latest_version, read_model


@tfx.dsl.components.component
def LatestBlessedModel(
    model: tfx.dsl.components.OutputArtifact[Model],
    folder: tfx.dsl.components.Parameter[str],
    version: tfx.dsl.components.Parameter[str] = "",
) -> None:
    """Does the work of a Resolver with LatestBlessedModelStrategy, from a folder of models.

    That strategy asks ML Metadata; Vertex AI does so too, open-source Kubeflow Pipelines runs no
    resolvers. BlessedModelPusher fills the folder.

    Args:
        model: output, the Model that was blessed last; before the first one, an artifact that
            `components.blessed_models.is_no_model` tells.
        folder: path that BlessedModelPusher writes to.
        version: name of `latest_version`, so that a cache can tell one from the next; "" to look it
            up when the component runs.

    Raises:
        FileNotFoundError: there is no such version.
    """
    version = version or latest_version(folder)
    read_model(folder, version, model.uri)
    model.set_string_custom_property("blessed_version", version)
    logging.info("Latest blessed model in %s: %s", folder, version)
