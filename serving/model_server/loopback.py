"""Addresses and names that mean this machine only."""

from __future__ import annotations

import ipaddress
import urllib.parse


def is_loopback(name: str) -> bool:
    """Whether an address, or `localhost` (RFC 6761), is of this machine only."""
    name = name.lower().rstrip(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def is_loopback_host(header: str) -> bool:
    """Whether a Host header (name or address, maybe a port) asks for this machine by itself."""
    try:
        name = urllib.parse.urlsplit(f"//{header}").hostname
    except ValueError:  # brackets that hold no address
        return False
    return name is not None and is_loopback(name)
