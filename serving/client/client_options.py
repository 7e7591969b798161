"""How a client reaches its server, beside the address."""

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
    """

    token: str | None = None
    tls: bool = False
    ca_file: pathlib.Path | None = None
    retries: int = 3

    def __post_init__(self) -> None:
        """Checks the values.

        Raises:
            ValueError: too many retries, or the token is not one line of printable ASCII.
        """
        if not 0 <= self.retries <= _MOST_RETRIES:
            raise ValueError(f"retries must be in 0..{_MOST_RETRIES}")
        if self.token is not None and not (
            self.token and self.token.isascii() and self.token.isprintable()
        ):
            raise ValueError("the token must be one line of printable ASCII")

    @property
    def encrypted(self) -> bool:
        """Whether to use TLS."""
        return self.tls or self.ca_file is not None


ONCE = ClientOptions(retries=0)
"""No TLS, no token, no second try."""
