"""SearchIndexer: a collection to search by image and by sound."""

from __future__ import annotations

import json
from collections.abc import Sequence

from tfx import types
from tfx.dsl.components.base import base_beam_component, executor_spec
from tfx.types import component_spec, standard_artifacts

from objects_that_sound.components.search_indexer.executor import Executor
from objects_that_sound.components.search_indexer.vector_table import DTYPES


class SearchIndexerSpec(component_spec.ComponentSpec):
    """Inputs, outputs and parameters of SearchIndexer."""

    PARAMETERS = {  # noqa: RUF012 - TFX's base class declares it so
        "splits": component_spec.ExecutionParameter(type=str),
        "dtype": component_spec.ExecutionParameter(type=str),
        "thumbnail_size": component_spec.ExecutionParameter(type=int),
        "batch_size": component_spec.ExecutionParameter(type=int),
    }
    INPUTS = {  # noqa: RUF012 - TFX's base class declares it so
        "examples": component_spec.ChannelParameter(type=standard_artifacts.Examples),
        "model": component_spec.ChannelParameter(type=standard_artifacts.Model),
        "model_blessing": component_spec.ChannelParameter(
            type=standard_artifacts.ModelBlessing, optional=True
        ),
    }
    OUTPUTS = {  # noqa: RUF012 - TFX's base class declares it so
        "index": component_spec.ChannelParameter(type=standard_artifacts.Model)
    }


class SearchIndexer(base_beam_component.BaseBeamComponent):
    """Embeds a collection on Beam and writes an index that TensorFlow Serving answers from.

    Output `index`: a Model for TFX's Pusher, the network with the vectors of all frames and sounds
    (signatures `search_by_image`, `search_by_audio` and `describe`, see docs/search.md), thumbnails
    in its `assets.extra`; custom property `num_items`. Nothing is indexed, and `num_items` is 0,
    where the model is not blessed: hand the same blessing to the index's Pusher.
    """

    SPEC_CLASS = SearchIndexerSpec
    EXECUTOR_SPEC = executor_spec.BeamExecutorSpec(Executor)

    def __init__(
        self,
        examples: types.BaseChannel,
        model: types.BaseChannel,
        model_blessing: types.BaseChannel | None = None,
        splits: Sequence[str] = (),
        dtype: str = "int16",
        thumbnail_size: int = 128,
        batch_size: int = 32,
    ):
        """Configures the component.

        Args:
            examples: channel of Examples, the collection.
            model: channel of a Model with signatures `embed_image` and `embed_audio`.
            model_blessing: channel of the ModelBlessing without which nothing is indexed.
            splits: names of those to index; none for all.
            dtype: what vectors are stored as: "int16", "float16" (of the same size, slower to search)
                or "int8" (half the memory, and coarser).
            thumbnail_size: longest side in pixels; 0 for no thumbnails.
            batch_size: examples a call of the model.

        Raises:
            ValueError: there is no such dtype.
        """
        if dtype not in DTYPES:
            raise ValueError(f"dtype must be one of {', '.join(DTYPES)}, not {dtype!r}")
        super().__init__(
            spec=SearchIndexerSpec(
                examples=examples,
                model=model,
                model_blessing=model_blessing,
                splits=json.dumps(list(splits)),
                dtype=dtype,
                thumbnail_size=thumbnail_size,
                batch_size=batch_size,
                index=types.Channel(type=standard_artifacts.Model),
            )
        )
