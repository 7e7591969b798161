"""How much two classes have in common, by a tree of classes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import numpy as np

Path = tuple[str, ...]
"""Ids of the nodes from below the root down to a class."""


class LabelTree:
    """A tree of classes such as AudioSet's ontology, or none at all (flat classes).

    The similarity of two classes a and b is Wu and Palmer's (1994), which is 1 less their distance
    in the tree relative to that through the root: 1 - distance(a, b) / (depth(a) + depth(b)), all
    counted in edges, for a root above the top-level classes. It is 1 for the same class, 0 for two
    that have only the root in common, and in between the larger the deeper their common ancestor
    is. Of a class that stands in several places of the tree, the places that match best count.
    """

    def __init__(self, paths: Mapping[str, Sequence[Path]]):
        """Makes a tree; see `flat` and `from_json`.

        Args:
            paths: by name of a class, the places where it stands.
        """
        self._paths = paths

    @classmethod
    def flat(cls) -> LabelTree:
        """Makes the tree of classes that have nothing in common."""
        return cls({})

    @property
    def is_flat(self) -> bool:
        """Whether no class is above or below another."""
        return not self._paths

    @classmethod
    def from_json(cls, path: str) -> LabelTree:
        """Reads a tree in the format of AudioSet's `ontology.json`.

        Args:
            path: of a JSON list of objects with `id`, `name` and `child_ids`. Labels may be ids or
                names.

        Raises:
            OSError: the file can't be read.
            ValueError: the file is not of that format, or the tree has a cycle.
        """
        try:
            content = json.loads(_text(path))
            if not isinstance(content, list):
                raise TypeError("not a list")
            nodes = {node["id"]: node for node in content}
            children = {key: list(node["child_ids"]) for key, node in nodes.items()}
            names = {key: node["name"] for key, node in nodes.items()}
        except (ValueError, TypeError, KeyError) as error:
            raise ValueError(
                f"{path} is not a label tree: it must be a JSON list of objects with id, name and "
                f"child_ids, as AudioSet's ontology.json ({error!r})"
            ) from error
        below_another = {child for below in children.values() for child in below}
        missing = sorted(below_another - set(nodes))
        if missing:
            raise ValueError(f"{path} has no node {missing[0]!r}, which is named as a child")
        paths: dict[str, list[Path]] = {key: [] for key in nodes}
        pending: list[Path] = [(key,) for key in nodes if key not in below_another]
        while pending:
            place = pending.pop()
            paths[place[-1]].append(place)
            for child in children[place[-1]]:
                if child in place:
                    raise ValueError(f"{path} has a cycle: {child!r} is below itself")
                pending.append((*place, child))
        unreached = sorted(key for key, places in paths.items() if not places)
        if unreached:
            raise ValueError(f"{path} has a cycle: {unreached[0]!r} is below itself")
        for key, name in names.items():
            if name not in nodes:
                paths[name] = paths.get(name, []) + paths[key]
        return cls(paths)

    def __contains__(self, label: str) -> bool:
        """Tells whether a class is in the tree, by its id or its name."""
        return label in self._paths

    def similarity(self, labels: Sequence[str]) -> np.ndarray:
        """Computes the similarity of all pairs of classes.

        Args:
            labels: ids or names; one that is not in the tree has nothing in common with others.

        Returns:
            float64[labels, labels] in 0..1, symmetric.
        """
        places = [self._paths.get(label, [(label,)]) for label in labels]
        similarity = np.eye(len(labels))
        for i, ours in enumerate(places):
            for j in range(i):
                similarity[i, j] = similarity[j, i] = max(
                    _wu_palmer(a, b) for a in ours for b in places[j]
                )
        return similarity


def _text(path: str) -> str:
    if "://" not in path:
        try:
            with open(path, encoding="utf-8") as file:
                return file.read()
        except FileNotFoundError as error:
            raise FileNotFoundError(f"the label tree {path} is not there") from error
    import tensorflow as tf  # heavy: the command line checks a tree of this machine without it

    with tf.io.gfile.GFile(path) as file:
        return file.read()


def _wu_palmer(a: Path, b: Path) -> float:
    common = 0
    for ours, theirs in zip(a, b, strict=False):
        if ours != theirs:
            break
        common += 1
    return 2 * common / (len(a) + len(b))
