"""ServingValidator: TFX's InfraValidator for where there is no Docker, with limits."""

import itertools
import json
import os

from absl import logging
from tfx.utils import io_utils
from tfx.v1.dsl.components import InputArtifact, OutputArtifact, Parameter, component
from tfx.v1.types.standard_artifacts import Examples, InfraBlessing, Model

from objects_that_sound.components.evaluation.json_file import write_json
from objects_that_sound.components.evaluation.read_examples import read_examples
from objects_that_sound.components.evaluation.saved_model_path import saved_model_path
from objects_that_sound.components.serving_validator.serving_limits import ServingLimits
from objects_that_sound.components.serving_validator.validate_serving import validate_serving
from objects_that_sound.components.serving_validator.validation_file import VALIDATION_FILE


@component
def ServingValidator(
    model: InputArtifact[Model],
    blessing: OutputArtifact[InfraBlessing],
    examples: InputArtifact[list[Examples]] = None,
    limits: Parameter[str] = "{}",
    local_server: Parameter[str] = "[]",
    max_examples: Parameter[int] = 25,
    split: Parameter[str] = "eval",
):
    """Loads a model with a model server in a process of its own, and asks it.

    The server is `tensorflow_model_server` where one is on the PATH, else the local one. It must
    answer the model's own warm-up requests, and frames and sounds of examples in batches of one at
    every signature that clients call, over gRPC and REST alike, with finite values, within limits of
    time and memory.

    Args:
        model: Model that is to be pushed.
        blessing: verdict as TFX's InfraValidator writes it (`blessed`, INFRA_BLESSED or
            INFRA_NOT_BLESSED), which Pusher takes as `infra_blessing`; with `validation.json`, what
            `validate_serving` returns.
        examples: Examples of VideoExampleGen, to ask about.
        limits: JSON object of what differs from ServingLimits.
        local_server: JSON list of arguments of Python that start a server with
            tensorflow_model_server's flags, such as `["-m", "package.main", "serve"]`.
        max_examples: number of those that are asked about; four requests each, over both protocols.
        split: name of the split that they are from.

    Raises:
        FileNotFoundError: there is no model.
    """
    validation = validate_serving(
        saved_model_path(model.uri),
        itertools.islice(
            read_examples([one.uri for one in examples], split) if examples else (), max_examples
        ),
        json.loads(local_server),
        ServingLimits(**json.loads(limits)),
    )
    passed = validation["blessed"]
    write_json(os.path.join(blessing.uri, VALIDATION_FILE), validation)
    # What tfx.components.InfraValidator leaves, and Pusher reads.
    io_utils.write_string_file(
        os.path.join(blessing.uri, "INFRA_BLESSED" if passed else "INFRA_NOT_BLESSED"), ""
    )
    blessing.set_int_custom_property("blessed", int(passed))
    words = "Can be served" if passed else "Cannot be served"
    logging.info("%s: %s", words, validation["decisions"])
