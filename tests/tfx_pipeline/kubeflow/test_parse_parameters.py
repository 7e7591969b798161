"""NAME=VALUE on the command line."""

from __future__ import annotations

import pytest

from objects_that_sound.tfx_pipeline.kubeflow.parse_parameters import parse_parameters

TYPES = {
    "name": "STRING",
    "steps": "NUMBER_INTEGER",
    "level": "NUMBER_DOUBLE",
    "loud": "BOOLEAN",
    "videos": "LIST",
}


def test_values_get_the_parameters_types():
    given = ["name=a=b", "steps=7", "level=-40", "loud=true", "videos=a", "videos=b,c"]
    assert parse_parameters(given, TYPES) == {
        "name": "a=b",
        "steps": 7,
        "level": -40.0,
        "loud": True,
        "videos": ["a", "b,c"],
    }
    assert parse_parameters(['videos=["a", "b"]', "name="], TYPES) == {
        "videos": ["a", "b"],
        "name": "",
    }


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (["steps"], "'steps' is not NAME=VALUE"),
        (["stepz=1"], "there is no parameter 'stepz', only level, loud, name, steps, videos"),
        (["steps=1.5"], "parameter steps must be an integer, not '1.5'"),
        (["level=loud"], "parameter level must be a number, not 'loud'"),
        (["loud=1"], "parameter loud must be true or false, not '1'"),
        (["name=a", "name=b"], "parameter name is given twice"),
        (["videos=[a"], "parameter videos is no list in JSON"),
    ],
)
def test_what_can_not_be_right_is_told(given, message):
    with pytest.raises(ValueError, match=message.replace("(", r"\(")):
        parse_parameters(given, TYPES)
