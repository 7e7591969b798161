"""Finds what ML Metadata knows in a root that was moved, or copied: its paths are absolute."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import ml_metadata as mlmd

from objects_that_sound.tfx_pipeline.run_paths import RunPaths


class MovedRoot:
    """Translates the paths of a root's ML Metadata to where things are now.

    TFX keeps an artifact in `<pipeline root>/<node>/<output>/<execution>`: where the pipeline root in
    front of that is another than the root's own, the root was elsewhere when the artifact was made.
    """

    def __init__(self, root: str):
        """Names the root, as it is called now."""
        self._paths = RunPaths(os.path.abspath(root))

    def was(self, uri: str) -> str:
        """The root that an artifact was made in; "" if it is this one, or the URI is no root's."""
        now = self._paths.pipeline_root
        then = uri.rstrip("/").rsplit("/", 3)[0]
        if then == now or os.path.basename(then) != os.path.basename(now):
            return ""
        here = now + uri[len(then) :]
        if os.path.exists(uri) and (not os.path.exists(here) or os.path.samefile(uri, here)):
            return ""  # it is no copy that is here, or the same by another name of the folder
        return os.path.dirname(then)

    def path(self, path: str, was: str) -> str:
        """A path in the root, given what the root was called; other paths as they are."""
        return self._paths.root + path[len(was) :] if path.startswith(f"{was}/") else path

    def properties(self, properties: Mapping[str, Any], was: str) -> dict[str, Any]:
        """Properties of an artifact, of which some are paths."""
        return {
            name: self.path(value, was) if isinstance(value, str) else value
            for name, value in properties.items()
        }


def follow_move(store: mlmd.MetadataStore, root: str) -> str:
    """Writes the paths of today into ML Metadata, where the root was moved.

    Args:
        store: of the root's ML Metadata.
        root: as it is called now.

    Returns:
        What the root was called; "" if it was not moved.
    """
    moved, before = MovedRoot(root), ""
    artifacts = []
    for artifact in store.get_artifacts():
        was = moved.was(artifact.uri)
        if was:
            before = was
            artifact.uri = moved.path(artifact.uri, was)
            for value in artifact.custom_properties.values():
                if value.HasField("string_value"):
                    value.string_value = moved.path(value.string_value, was)
            artifacts.append(artifact)
    if artifacts:
        store.put_artifacts(artifacts)
    return before
