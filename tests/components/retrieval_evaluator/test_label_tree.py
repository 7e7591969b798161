"""Similarities of classes in a tree in AudioSet's format."""

from __future__ import annotations

import json

import numpy as np
import pytest

from objects_that_sound.components.retrieval_evaluator.label_tree import LabelTree

NODES = [
    {"id": "/m/music", "name": "Music", "child_ids": ["/m/instrument", "/m/bell"]},
    {"id": "/m/instrument", "name": "Instrument", "child_ids": ["/m/guitar", "/m/piano"]},
    {"id": "/m/guitar", "name": "Guitar", "child_ids": ["/m/electric"], "restrictions": []},
    {"id": "/m/electric", "name": "Electric guitar", "child_ids": []},
    {"id": "/m/piano", "name": "Piano", "child_ids": []},
    {"id": "/m/bell", "name": "Bell", "child_ids": []},
    {"id": "/m/things", "name": "Things", "child_ids": ["/m/alarm"]},
    {"id": "/m/alarm", "name": "Alarm", "child_ids": ["/m/bell"]},
]


def _write(folder, nodes) -> str:
    path = folder / "ontology.json"
    path.write_text(nodes if isinstance(nodes, str) else json.dumps(nodes))
    return str(path)


@pytest.fixture
def tree(tmp_path) -> LabelTree:
    return LabelTree.from_json(_write(tmp_path, NODES))


@pytest.mark.parametrize(
    ("one", "other", "similarity"),
    [
        ("/m/guitar", "/m/guitar", 1.0),
        ("Guitar", "/m/piano", 4 / 6),  # depths 3 and 3, in common 2: 1 - 2 / 6
        ("Electric guitar", "Piano", 4 / 7),
        ("Electric guitar", "Guitar", 6 / 7),
        ("Music", "Piano", 2 / 4),
        ("Piano", "Alarm", 0.0),
        ("Bell", "Piano", 2 / 5),  # below Music
        ("Bell", "Alarm", 4 / 5),  # and below Alarm
        ("Guitar", "unheard of", 0.0),
    ],
)
def test_similarity_is_that_of_wu_and_palmer(tree, one, other, similarity):
    expected = [[1.0, similarity], [similarity, 1.0]]
    np.testing.assert_allclose(tree.similarity([one, other]), expected)


def test_knows_ids_and_names(tree):
    assert "Bell" in tree and "/m/bell" in tree and "Gong" not in tree


def test_flat_classes_have_nothing_in_common():
    np.testing.assert_array_equal(LabelTree.flat().similarity(["a", "b", "c"]), np.eye(3))


@pytest.mark.parametrize(
    ("nodes", "message"),
    [
        ("no JSON", "not a label tree"),
        ({}, "not a label tree"),
        ([{"id": "a", "child_ids": []}], "not a label tree"),
        ([{"id": "a", "name": "A", "child_ids": ["b"]}], "no node 'b'"),
        ([{"id": "a", "name": "A", "child_ids": ["a"]}], "cycle"),
        (
            [
                {"id": "a", "name": "A", "child_ids": ["b"]},
                {"id": "b", "name": "B", "child_ids": ["c"]},
                {"id": "c", "name": "C", "child_ids": ["b"]},
            ],
            "cycle",
        ),
    ],
)
def test_says_what_is_wrong(tmp_path, nodes, message):
    with pytest.raises(ValueError, match=message):
        LabelTree.from_json(_write(tmp_path, nodes))
