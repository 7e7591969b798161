"""The certificate of --ssl_config_file, for gRPC and REST."""

from __future__ import annotations

import pathlib
import ssl
import tempfile

import grpc

from objects_that_sound.serving.model_server import text_proto


class Tls:
    """An SSLConfig: the server's key and certificate, and whether clients must show theirs."""

    def __init__(self, path: pathlib.Path):
        """Reads the file.

        Raises:
            ValueError: it is no SSLConfig, or lacks the key or the certificate.
        """
        self._flag = f"--ssl_config_file {path}"
        proto_class = text_proto.message_class("SSLConfig")
        self._config = text_proto.parse(path, "ssl_config_file", proto_class())
        if not self._config.server_key or not self._config.server_cert:
            raise ValueError(
                f"{self._flag} must have server_key and server_cert, the PEM texts themselves"
            )
        if self._config.client_verify and not self._config.custom_ca:
            raise ValueError(f"{self._flag} has client_verify, which needs custom_ca")
        self.context()  # what is wrong with the PEM is told now, not at the first handshake

    def credentials(self) -> grpc.ServerCredentials:
        """For gRPC."""
        config = self._config
        return grpc.ssl_server_credentials(
            [(config.server_key.encode(), config.server_cert.encode())],
            root_certificates=config.custom_ca.encode() or None,
            require_client_auth=config.client_verify,
        )

    def context(self) -> ssl.SSLContext:
        """For REST.

        Raises:
            ValueError: key, certificate or authority are no PEM, or do not belong together.
        """
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        try:
            # Python's ssl reads them from a file only. (Only its owner can read it.)
            with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:
                file.write(self._config.server_cert + "\n" + self._config.server_key)
                file.flush()
                context.load_cert_chain(file.name)
            if self._config.custom_ca:
                context.load_verify_locations(cadata=self._config.custom_ca)
        except (ssl.SSLError, OSError) as error:
            raise ValueError(f"{self._flag}: {error}") from error
        if self._config.client_verify:
            context.verify_mode = ssl.CERT_REQUIRED
        return context
