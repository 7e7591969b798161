"""Makes the client for a protocol, importing only what that one needs."""

from __future__ import annotations

from objects_that_sound.serving.client.client_options import ClientOptions
from objects_that_sound.serving.client.model_client import ModelClient

DEFAULT_SERVERS = {"grpc": "localhost:8500", "rest": "localhost:8501"}
"""Where tensorflow_model_server usually listens, by protocol."""


def connect(
    model_name: str,
    server: str | None = None,
    protocol: str = "grpc",
    timeout_seconds: float = 30.0,
    options: ClientOptions | None = None,
) -> ModelClient:
    """A client; nothing is sent yet.

    Args:
        model_name: the name that the model is served under.
        server: `host:port`; None for the protocol's usual one on this machine.
        protocol: `grpc` or `rest`.
        timeout_seconds: for each request; over gRPC, its retries included.
        options: token, TLS, retries, version; None for ClientOptions().

    Raises:
        ValueError: no such protocol.
        FileNotFoundError: there is no `ca_file`.
    """
    options = options or ClientOptions()
    if protocol not in DEFAULT_SERVERS:
        raise ValueError(f"protocol {protocol!r} is none of {sorted(DEFAULT_SERVERS)}")
    server = server or DEFAULT_SERVERS[protocol]
    if protocol == "rest":
        from objects_that_sound.serving.client.rest_client import RestClient

        return RestClient(server, model_name, timeout_seconds, options)
    from objects_that_sound.serving.client.grpc_client import GrpcClient

    return GrpcClient(server, model_name, timeout_seconds, options)
