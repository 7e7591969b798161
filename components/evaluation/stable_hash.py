"""A hash that is the same in every process, for choices that must not depend on chance."""

from __future__ import annotations

import hashlib


def stable_hash(*parts: object) -> int:
    """Hashes the string forms of the parts to an integer in 0..2**64-1.

    Python's own `hash` of strings differs between processes; this one never does.
    """
    text = "\x1f".join(map(str, parts))
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")
