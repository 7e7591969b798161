"""Lets the runs of one machine at a time work on a root that many machines reach."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from objects_that_sound.serving.s3_folder import OtherContentError, S3Folder
from objects_that_sound.tfx_pipeline.run_error import RunError
from objects_that_sound.tfx_pipeline.this_process import this_process

OWNER_FILE = ".owner.json"
"""Object in the root that says whose work it is, and whether a run is at it."""

BEAT_SECONDS = 10.0
"""How often a run that is at work says so."""

STALE_SECONDS = 120.0
"""A run that has not said so for so long was killed. No file may take longer to be copied."""


class RootLease:
    """Who works on a remote root: taken at the beginning of a run, kept by beats, given back.

    Each change is made only if nobody else made one meanwhile (API: S3's conditional writes), so that
    no clocks of two machines are compared, and of two that begin at once, one is refused.

    Args:
        remote: the root.
        folder_id: of the folder in which this machine works on it; another one for each.
    """

    def __init__(self, remote: S3Folder, folder_id: str):
        self._remote, self._folder_id = remote, folder_id
        self._holder = this_process()
        self._tag: str | None = None
        self._beats = 0
        self._last_beat = 0.0

    def take(self, told: Callable[[str], None] = lambda words: None) -> bool:
        """Takes the root; another process of this machine must not be at it.

        Args:
            told: is told a sentence where it takes long.

        Returns:
            Whether this machine was the last to work on it, so that its folder is not behind.

        Raises:
            RunError: a run of another machine is at work on it.
            OSError: the storage can't be asked.
        """
        owner, self._tag = self._read()
        current = owner.get("folder") == self._folder_id and not owner.get("fetching")
        if owner.get("folder") != self._folder_id and owner.get("at_work"):
            self._wait_until_stale(owner, told)
        self._write(at_work=True, fetching=not current)
        return current

    def fetched(self) -> None:
        """Notes that the folder of this machine has all that the root has."""
        self._write(at_work=True)

    def beat(self, *, due: bool = False) -> None:
        """Says that the run is at work, if that was long ago.

        Args:
            due: whether to say so however short ago that was.

        Raises:
            RunError: another machine has taken the root.
            OSError: the storage can't be asked.
        """
        if due or time.monotonic() - self._last_beat >= BEAT_SECONDS:
            self._write(at_work=True)

    def give_back(self) -> None:
        """Says that the run has ended.

        Raises:
            RunError: another machine has taken the root.
            OSError: the storage can't be asked.
        """
        self._write(at_work=False)

    def _read(self) -> tuple[dict[str, Any], str | None]:
        """What the object says, and its tag."""
        found = self._remote.read(OWNER_FILE)
        if found is None:
            return {}, None
        try:
            return dict(json.loads(found[0])), found[1]
        except (TypeError, ValueError) as error:
            raise RunError(
                f"{self._remote.address}/{OWNER_FILE} is not what a run wrote there: remove it"
            ) from error

    def _wait_until_stale(self, owner: dict[str, Any], told: Callable[[str], None]) -> None:
        root = self._remote.address
        told(
            f"A run of another machine ({owner.get('holder')}) has not ended its work on {root}. If "
            f"nothing is heard of it for {STALE_SECONDS:.0f} seconds, this one goes on from there."
        )
        waited = 0.0
        while waited < STALE_SECONDS:
            time.sleep(BEAT_SECONDS)
            waited += BEAT_SECONDS
            now, tag = self._read()
            if tag == self._tag:
                continue
            if not now.get("at_work"):
                self._tag = tag
                return
            raise RunError(
                f"another run is at work in {root}: {now.get('holder')}. Wait until it has ended, end "
                "it, or give another --root"
            )

    def _write(self, **state: bool) -> None:
        self._beats += 1
        owner = {
            "folder": self._folder_id,
            "holder": self._holder,
            "beats": self._beats,  # or two of them were the same content
            **state,
        }
        content = json.dumps(owner, indent=1).encode()
        try:
            self._tag = self._remote.write(OWNER_FILE, content, self._tag)
        except OtherContentError as error:
            there, tag = self._read()
            if there != owner:
                raise RunError(
                    f"another run has taken {self._remote.address}: what this one makes stays on this "
                    "machine"
                ) from error
            self._tag = tag  # the answer was lost, and the write repeated
        self._last_beat = time.monotonic()
