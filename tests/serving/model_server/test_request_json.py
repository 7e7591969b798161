"""Bytes in base64."""

from __future__ import annotations

import base64

import numpy as np
import pytest

from objects_that_sound.serving.model_server.request_json import decode_base64


@pytest.mark.parametrize("text", ["AA==", "AA", "AA=", "AA====", " A A = =", "AA\r\n=="])
def test_white_space_and_padding_do_not_count_in_base64(text):
    assert decode_base64(text) == b"\x00"


@pytest.mark.parametrize("text", ["A", "AAAAA", "AA=A", "AA==AA==", "-_-_", "\u00e9A==", "A\0A="])
def test_what_is_no_base64_is_refused(text):
    with pytest.raises(ValueError, match=r"base64|ASCII"):
        decode_base64(text)


@pytest.mark.parametrize("size", [0, 1, 2, 3, 47, 48, 49, 10_000])
def test_bytes_survive_base64(size):
    content = np.random.default_rng(size).bytes(size)
    assert decode_base64(base64.b64encode(content).decode()) == content
