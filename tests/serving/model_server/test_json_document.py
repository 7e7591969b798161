"""JSON as TensorFlow Serving's parser takes it."""

from __future__ import annotations

import json
import math
import tracemalloc

import hypothesis
import pytest
from hypothesis import strategies

from objects_that_sound.serving.model_server import json_document


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("NaN", math.nan),
        ("-NaN", math.nan),
        ("Infinity", math.inf),
        ("-Infinity", -math.inf),
        ("Inf", math.inf),
        ("-Inf", -math.inf),
    ],
)
def test_constants_are_taken_bare(written: str, value: float):
    document = f'\ufeff{{"x": [{written}, 1], "s": "a {written} \\" {written}"}}'
    loaded = json_document.loads(document.encode())
    assert repr(loaded["x"]) == repr([value, 1])
    assert loaded["s"] == f'a {written} " {written}'


@pytest.mark.parametrize("beside", ["0", "NaN"])
@pytest.mark.parametrize(
    "value", ["1e400", "-1E+400", "1.5e999", "9" * 309, f"-{'9' * 400}.0", "9" * 5000]
)
def test_a_number_beyond_float64_is_no_infinity(value: str, beside: str):
    with pytest.raises(ValueError, match=r"Number too big to be stored in double\."):
        json_document.loads(f"[{beside}, {value}]".encode())


@pytest.mark.parametrize("beside", ["0", "Inf"])
@pytest.mark.parametrize(
    "value", ["1e308", "1" + "0" * 305, "1e-400", '"1e400"', '"\\ud83d\\ude00"']
)
def test_what_looks_like_it_is_taken(value: str, beside: str):
    loaded = json_document.loads(f"[{beside}, {value}]".encode())[1]
    expected = json.loads(value)
    kind = type(expected) if isinstance(expected, str) else float
    assert kind(loaded) == kind(expected)


@pytest.mark.parametrize("beside", ["0", "NaN"])
@pytest.mark.parametrize(
    "value", [b'"\\ud800"', b'"\\udc00"', b'{"\\ud800": 1}', b'"\xed\xa0\x80"']
)
def test_half_of_a_surrogate_pair_is_no_text(value: bytes, beside: str):
    with pytest.raises(ValueError, match=r"(?i)surrogate|encoding"):
        json_document.loads(b"[%s, %s]" % (beside.encode(), value))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-32", "latin-1"])
def test_other_encodings_than_utf_8_are_refused(encoding: str):
    with pytest.raises(ValueError, match=r"encoding|Invalid value|control character"):
        json_document.loads('{"caf\u00e9": 1}'.encode(encoding))


@pytest.mark.parametrize("text", ["nan", "inf", "-infinity", "+NaN", "--Inf", "1.NaN", "NaNs", "N"])
def test_what_is_nearly_a_constant_is_none(text: str):
    with pytest.raises(ValueError, match=r"Invalid value|Expecting|no digit|comma"):
        json_document.loads(f"[{text}]".encode())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("instances = [1, 2]", "Invalid value."),
        ("{1: 2}", "Missing a name for object member."),
        ('{"x" 1}', "Missing a colon after a name of object member."),
        ('{"x": 1 "y": 2}', "Missing a comma or } after an object member."),
        ("[1 2]", "Missing a comma or ] after an array element."),
        ("{} {}", "The document root must not be followed by other values."),
    ],
)
def test_errors_are_told_in_rapidjson_s_words(text: str, words: str):
    with pytest.raises(ValueError, match=words):
        json_document.loads(text.encode())


@pytest.mark.parametrize("leaf", ["1", "NaN"])
def test_documents_that_are_nested_too_deeply(leaf: str):
    with pytest.raises(ValueError, match="depth limit"):
        json_document.loads(b"[" * 100_000 + leaf.encode())


@pytest.mark.parametrize(("item", "least"), [("[]", 64), ("[[1], [2]]", 192), ('{"x": 1}', 240)])
def test_lists_and_objects_of_more_memory_than_there_is(
    item: str, least: int, monkeypatch: pytest.MonkeyPatch
):
    body = f"[{', '.join([item] * 100)}]".encode()
    monkeypatch.setattr(json_document, "_MAX_MEMORY_BYTES", 64 + 100 * least)
    assert len(json_document.loads(body)) == 100
    monkeypatch.setattr(json_document, "_MAX_MEMORY_BYTES", 63 + 100 * least)
    with pytest.raises(ValueError, match="send fewer instances at a time"):
        json_document.loads(body)
    in_columns = f'{{"x": [{", ".join(["1"] * 100)}]}}'.encode()
    assert json_document.loads(in_columns) == {"x": [1] * 100}


def test_a_list_takes_about_the_memory_that_is_counted():
    body = b"[" + b"[0]," * 100_000 + b"[0]]"
    tracemalloc.start()
    try:
        loaded = json_document.loads(body)
        taken = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert taken < 2 * json_document._LIST_BYTES * len(loaded)


_NUMBERS = strategies.integers() | strategies.floats()
_DOCUMENTS = strategies.lists(_NUMBERS | strategies.text(), max_size=8)


@hypothesis.given(_DOCUMENTS, strategies.booleans())
@hypothesis.settings(max_examples=300, deadline=None, derandomize=True)
def test_what_python_writes_is_read_as_the_same(document: list, ascii_only: bool):
    body = json.dumps(document, ensure_ascii=ascii_only).encode("utf-8", "replace")
    hypothesis.assume(len(body) < 300)  # an integer of so many digits is infinite
    try:
        loaded = json_document.loads(body)
    except ValueError as error:
        assert "surrogate" in str(error)
        return
    expected = json.loads(body)
    assert repr([float(x) if not isinstance(x, str) else x for x in loaded]) == repr(
        [float(x) if not isinstance(x, str) else x for x in expected]
    )
