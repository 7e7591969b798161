"""Gives PyAV's own FFmpeg libraries their plain names, under which torchcodec looks for them.

    python -m benchmarks.ingest.ffmpeg_links FOLDER

The folder belongs into LD_LIBRARY_PATH. So torchcodec decodes with the FFmpeg that PyAV has.
"""

from __future__ import annotations

import pathlib
import re
import sys

import av


def link(folder: pathlib.Path) -> None:
    """Makes links such as libavutil.so.60 in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for library in (pathlib.Path(av.__file__).parents[1] / "av.libs").iterdir():
        match = re.match(r"(lib(?:av|sw)\w+)-\w+(\.so\.\d+)", library.name)
        if match:
            name = folder / "".join(match.groups())
            name.unlink(missing_ok=True)
            name.symlink_to(library.resolve())


if __name__ == "__main__":
    link(pathlib.Path(sys.argv[1]))
