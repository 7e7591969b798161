"""How a client reaches its server and model, beside address and name."""

from __future__ import annotations

import dataclasses
import pathlib

_MOST_RETRIES = 4  # gRPC makes five attempts at most


@dataclasses.dataclass(frozen=True)
class ClientOptions:
    """What both protocols take.

    Attributes:
        token: sent as `Authorization: Bearer TOKEN`; keep it to TLS where others can listen.
        tls: encrypt, and check the server's certificate.
        ca_file: PEM of the authorities to check it by, instead of the system's; implies `tls`.
        retries: after no connection, or the answer UNAVAILABLE (503), 0..4 more tries, each after a
            longer wait (0.2 s and twice as long each time, with some chance in it over gRPC). A
            request changes nothing on the server, so that asking twice does no harm.
        version: of the model, of those that are served; None leaves it to the server, which takes the
            newest.
        version_label: the version that the server's configuration gives this label, instead.
    """

    token: str | None = None
    tls: bool = False
    ca_file: pathlib.Path | None = None
    retries: int = 3
    version: int | None = None
    version_label: str | None = None

    def __post_init__(self) -> None:
        """Checks the values.

        Raises:
            ValueError: too many retries, the token is not one line of printable ASCII, the version is no
                version's number, the label is empty, or both are given.
        """
        if not 0 <= self.retries <= _MOST_RETRIES:
            raise ValueError(f"retries must be in 0..{_MOST_RETRIES}")
        if self.token is not None and not (
            self.token and self.token.isascii() and self.token.isprintable()
        ):
            raise ValueError("the token must be one line of printable ASCII")
        if self.version is not None and not 0 <= self.version < 2**63:
            raise ValueError("the version must be in 0..2**63-1")
        if self.version_label == "":
            raise ValueError("the version's label is empty")
        if self.version is not None and self.version_label is not None:
            raise ValueError("give a version or a version's label, not both")

    @property
    def encrypted(self) -> bool:
        """Whether to use TLS."""
        return self.tls or self.ca_file is not None


ONCE = ClientOptions(retries=0)
"""No TLS, no token, no second try."""
