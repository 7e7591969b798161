"""A run whose root lies on object storage."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

from objects_that_sound.serving.s3_folder import S3Folder
from objects_that_sound.tfx_pipeline.remote_root.root_lease import BEAT_SECONDS, RootLease
from objects_that_sound.tfx_pipeline.remote_root.root_mirror import RootMirror
from objects_that_sound.tfx_pipeline.remote_root.work_folder import is_address
from objects_that_sound.tfx_pipeline.run_error import RunError
from objects_that_sound.tfx_pipeline.run_listener import RunListener
from objects_that_sound.tfx_pipeline.run_paths import RunPaths


@contextlib.contextmanager
def remote_root(root: str, paths: RunPaths, listener: RunListener) -> Iterator[None]:
    """Has the work folder follow the root at the beginning, and the root follow it from then on.

    Everything is read and written in the folder of this machine; what has changed there is copied every
    few seconds, so that little is lost with the machine. The root is one machine's at a time.

    Args:
        root: as the user gave it. Nothing happens where it is a folder of this machine.
        paths: of the work folder, whose lock is held.
        listener: is told what is copied, and what can't be.

    Raises:
        RunError: another machine is at work on the root, has taken it meanwhile, or it can't be read or
            written.
    """
    if not is_address(root):
        yield
        return
    try:
        remote = S3Folder(root)
        mirror = RootMirror(remote, paths)
        lease = RootLease(remote, mirror.folder_id())
        listener.root_copied(f"The root {remote.address} is worked on in {paths.root}.")
        if lease.take(listener.root_copied):
            mirror.go_on()
            mirror.push(lease.beat, last=True)  # what a run made that was killed
        else:
            mirror.fetch(lease.beat)
            lease.fetched()
    except (OSError, ValueError) as error:
        raise RunError(str(error)) from error
    copier = _Copier(mirror, lease, listener)
    copier.start()

    def end() -> None:
        copier.stop()
        try:
            lease.beat(due=True)
            mirror.push(lease.beat, last=True)
            lease.give_back()
        except OSError as error:
            raise RunError(
                f"{root} lacks what this run made last, which is in {paths.root}: {error}. The same "
                "command copies it, and goes on from there"
            ) from error

    try:
        yield
    except BaseException:  # what was made is copied all the same
        try:
            end()
        except RunError as error:
            listener.root_copied(str(error))
        raise
    end()


class _Copier(threading.Thread):
    """Copies while a run is at work."""

    def __init__(self, mirror: RootMirror, lease: RootLease, listener: RunListener):
        super().__init__(name="root-copier", daemon=True)
        self._mirror, self._lease, self._listener = mirror, lease, listener
        self._ended = threading.Event()
        self._complaint = ""

    def run(self) -> None:
        while not self._ended.wait(BEAT_SECONDS):
            try:
                self._lease.beat()
                self._mirror.push(self._lease.beat)
                self._complaint = ""
            except RunError as error:  # another machine has the root: told again at the end
                self._listener.root_copied(str(error))
                return
            except OSError as error:  # tried again
                if not self._complaint:
                    self._listener.root_copied(f"Copying is tried again later: {error}")
                self._complaint = str(error)

    def stop(self) -> None:
        """Lets what is being copied end."""
        self._ended.set()
        self.join()
