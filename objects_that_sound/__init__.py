"""Objects that Sound: learns from unlabelled video what things look like and sound like.

    import objects_that_sound as ots

    model = ots.load("runs/mine/serving/objects-that-sound")
    times, image, audio, failed = model.embed_video("some.mp4", every=1.0)

What `__all__` names is the interface for one's own code; it needs no TFX, and imports TensorFlow only
when a model is loaded.

Everything installs below this package, so that no name of ours meets one of yours: the folders
`tfx_pipeline`, `api`, `components`, `models` and `serving` beside this one are its subpackages
(setup.py).
"""

import importlib
import pathlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from objects_that_sound.api.load import load
    from objects_that_sound.api.localised_moment import LocalisedMoment
    from objects_that_sound.api.model import Model
    from objects_that_sound.api.search_results import SearchResults
    from objects_that_sound.api.sound_embeddings import SoundEmbeddings
    from objects_that_sound.api.unusable_file_error import UnusableFileError
    from objects_that_sound.api.video_embeddings import VideoEmbeddings
    from objects_that_sound.api.video_scores import VideoScores
    from objects_that_sound.serving.client.client_options import ClientOptions
    from objects_that_sound.serving.client.model_server_error import ModelServerError

__all__ = [
    "ClientOptions",
    "LocalisedMoment",
    "Model",
    "ModelServerError",
    "SearchResults",
    "SoundEmbeddings",
    "UnusableFileError",
    "VideoEmbeddings",
    "VideoScores",
    "load",
]

_MODULES = {
    "ClientOptions": "serving.client.client_options",
    "LocalisedMoment": "api.localised_moment",
    "Model": "api.model",
    "ModelServerError": "serving.client.model_server_error",
    "SearchResults": "api.search_results",
    "SoundEmbeddings": "api.sound_embeddings",
    "UnusableFileError": "api.unusable_file_error",
    "VideoEmbeddings": "api.video_embeddings",
    "VideoScores": "api.video_scores",
    "load": "api.load",
}

# A checkout works without being installed, on a machine that lends a GPU for example.
_CHECKOUT = pathlib.Path(__file__).resolve().parent.parent
if (_CHECKOUT / "tfx_pipeline" / "pipeline.py").is_file():
    __path__.append(str(_CHECKOUT))


def __getattr__(name: str) -> object:
    """Imports what is used: the command line's help, for one, needs nothing of it."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
