"""Where a run keeps what."""

from __future__ import annotations

import dataclasses
import os

from objects_that_sound.tfx_pipeline.remote_root.work_folder import work_folder

MODEL_NAME = "objects-that-sound"
SEARCH_NAME = "search"


@dataclasses.dataclass(frozen=True)
class RunPaths:
    """The files and folders under a run's root.

    Attributes:
        root: absolute path of the folder.
    """

    root: str

    @classmethod
    def under(cls, root: str) -> RunPaths:
        """Makes the folder if it is missing; of a root on object storage, that of its copy here.

        Raises:
            OSError: it can't be made.
            ValueError: no root can be on such a storage.
        """
        root = work_folder(root)
        os.makedirs(root, exist_ok=True)
        return cls(root)

    @property
    def video_list(self) -> str:
        """The list of all videos to ingest."""
        return os.path.join(self.root, "videos", "videos.csv")

    @property
    def span_lists(self) -> str:
        """The lists of the videos of all spans, in a continuous training."""
        return os.path.join(self.root, "spans")

    @property
    def schemas(self) -> str:
        """What examples must be like, in a continuous training."""
        return os.path.join(self.root, "schema")

    @property
    def lock(self) -> str:
        """The file that a run locks."""
        return os.path.join(self.root, ".lock")

    @property
    def pipeline_root(self) -> str:
        """Artifacts of all components."""
        return os.path.join(self.root, "artifacts")

    @property
    def metadata(self) -> str:
        """ML Metadata's SQLite file."""
        return os.path.join(self.root, "metadata.sqlite")

    @property
    def serving_dir(self) -> str:
        """The model server's `--model_base_path`: one numbered folder a pushed version."""
        return os.path.join(self.root, "serving", MODEL_NAME)

    @property
    def search_dir(self) -> str:
        """Likewise, of the search index."""
        return os.path.join(self.root, "serving", SEARCH_NAME)
