"""FarmHash's fingerprints, as pyfarmhash's functions of the same names give them.

TensorFlow Data Validation imports pyfarmhash, which would have to be compiled by a C++ compiler with
Python's headers. It calls the two functions below, to deal features out to partitions and to compare
examples: rarely, and never in this project's pipeline.

The algorithm is `farmhashmk::Hash32` of Google's FarmHash (Geoff Pike, 2014, MIT licence).
"""

from __future__ import annotations

import struct

_C1, _C2, _C3 = 0xCC9E2D51, 0x1B873593, 0xE6546B64
_MASK = 0xFFFFFFFF


def fingerprint32(text: str) -> int:
    """The 32-bit fingerprint of a string in UTF-8."""
    data = text.encode()
    if len(data) <= 4:
        return _up_to_4(data)
    if len(data) <= 12:
        return _up_to_12(data)
    if len(data) <= 24:
        return _up_to_24(data)
    return _longer(data)


def fingerprint64(text: str) -> int:
    """The 64-bit fingerprint of a string in UTF-8; TensorFlow has it."""
    import tensorflow as tf

    return int.from_bytes(tf.fingerprint([text.encode()]).numpy().tobytes(), "little")


def _up_to_4(data: bytes) -> int:
    b, c = 0, 9
    for byte in struct.unpack(f"{len(data)}b", data):
        b = (b * _C1 + byte) & _MASK
        c ^= b
    return _finish(_mur(b, _mur(len(data), c)))


def _up_to_12(data: bytes) -> int:
    size = len(data)
    a = size + _fetch(data, 0)
    b = size * 5 + _fetch(data, size - 4)
    c = 9 + _fetch(data, (size >> 1) & 4)
    return _finish(_mur(c, _mur(b, _mur(a, size * 5))))


def _up_to_24(data: bytes) -> int:
    size = len(data)
    places = ((size >> 1) - 4, 4, size - 8, size >> 1, 0, size - 4)
    a, b, c, d, e, f = (_fetch(data, place) for place in places)
    a = (_rotate(a, 12) + f) & _MASK
    h = _mur(c, d * _C1 + size) + a
    a = (_rotate(a, 3) + c) & _MASK
    h = _mur(e, h) + a
    a = (_rotate(a + f, 12) + d) & _MASK
    return _finish(_mur(b, h) + a)


def _longer(data: bytes) -> int:
    size = len(data)
    ends = [_rotate(_fetch(data, size - place) * _C1, 17) * _C2 for place in (4, 8, 16, 12, 20)]
    h, g, f = size, _C1 * size, _C1 * size
    h = _step(_step(h ^ ends[0]) ^ ends[2])
    g = _step(_step(g ^ ends[1]) ^ ends[3])
    f = _rotate(f + ends[4], 19) + 113
    for start in range(0, 20 * ((size - 1) // 20), 20):
        a, b, c, d, e = struct.unpack_from("<5I", data, start)
        h, g, f = h + a, g + b, f + c
        h = _mur(d, h) + e
        g = _mur(c, g) + a
        f = _mur(b + e * _C1, f) + d
        f += g
        g += f
    g = _rotate(_rotate(g, 11) * _C1, 17) * _C1
    f = _rotate(_rotate(f, 11) * _C1, 17) * _C1
    for other in (g, f):
        h = _rotate(_rotate(h + other, 19) * 5 + _C3, 17) * _C1
    return h & _MASK


def _step(h: int) -> int:
    return (_rotate(h, 19) * 5 + _C3) & _MASK


def _mur(a: int, h: int) -> int:
    return _step(h ^ (_rotate(a * _C1, 17) * _C2))


def _finish(h: int) -> int:
    h &= _MASK
    h = ((h ^ (h >> 16)) * 0x85EBCA6B) & _MASK
    h = ((h ^ (h >> 13)) * 0xC2B2AE35) & _MASK
    return h ^ (h >> 16)


def _rotate(value: int, places: int) -> int:
    """To the right, of the lowest 32 bits."""
    value &= _MASK
    return ((value >> places) | (value << (32 - places))) & _MASK


def _fetch(data: bytes, place: int) -> int:
    [value] = struct.unpack_from("<I", data, place)
    return value
