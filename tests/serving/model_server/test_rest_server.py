"""Where REST listens."""

from __future__ import annotations

import socket

import pytest

from objects_that_sound.serving.model_server.rest_server import RestServer


@pytest.mark.parametrize("address", ["127.0.0.1", "localhost", "::1"])
def test_addresses_of_this_machine(address: str):
    if address == "::1" and not socket.has_ipv6:
        pytest.skip("this machine has no IPv6")
    with RestServer.listen(address, 0) as listening:
        host, port = listening.getsockname()[:2]
        assert host == address.replace("localhost", "127.0.0.1") and port


@pytest.mark.parametrize("address", ["nowhere.invalid", "999.1.1.1", "192.0.2.1", "2001:db8::1"])
def test_addresses_of_nobody_or_others(address: str):
    with pytest.raises(OSError, match="give an address of this machine with --bind_address"):
        RestServer.listen(address, 0)


def test_a_port_that_is_taken():
    with RestServer.listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match="choose another port with --rest_api_port"):
            RestServer.listen("127.0.0.1", port)
