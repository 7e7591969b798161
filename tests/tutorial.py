"""Runs what docs/tutorial.md shows, in its order, and writes into it what was printed.

.venv/bin/python tests/tutorial.py --videos ../shared/data/videos/ucf101
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator

PAGE = pathlib.Path(__file__).resolve().parent.parent / "docs" / "tutorial.md"
CLIPS = 120

_BLOCK = re.compile(
    r"(?:<!-- shown: (\d+) and (\d+) lines -->\n)?^```(console|python)\n(.*?)^```",
    re.MULTILINE | re.DOTALL,
)
_PROMPT = "$ "
_MORE = "..."
_HOME = "/home/you"
_WIDTH = 160
_THRESHOLD = re.compile(r"--threshold=(?:'[^']*'|\S+)")
_PROGRESS = re.compile(r"\d+%\||pairs/s|\dvideos/s")


@dataclasses.dataclass
class Command:
    """A line that the tutorial types, with what it printed.

    Attributes:
        line: words of the line, as bash takes them.
        output: text that the tutorial shows; after `run`, all that was printed.
        status: exit status, once it ran.
    """

    line: str
    output: str = ""
    status: int = 0


@dataclasses.dataclass
class Block:
    """A block of the page.

    Attributes:
        span: place in the page's text.
        limits: numbers of lines to show of a long output, of its beginning and of its end.
        commands: lines of a console.
        file: name and content of a block of Python, whose first line is a comment with the name.
    """

    span: tuple[int, int]
    limits: tuple[int, int]
    commands: list[Command]
    file: tuple[str, str] | None = None


def blocks_of(text: str) -> list[Block]:
    """Reads the blocks of a page that are run, in their order."""
    blocks = []
    for match in _BLOCK.finditer(text):
        limits = (int(match[1] or 12), int(match[2] or 6))
        if match[3] == "python":
            name = match[4].partition("\n")[0].removeprefix("# ")
            blocks.append(Block(match.span(), limits, [], (name, match[4])))
            continue
        commands: list[Command] = []
        for line in match[4].splitlines(keepends=True):
            if line.startswith(_PROMPT):
                commands.append(Command(line.removeprefix(_PROMPT).rstrip("\n")))
            elif commands[-1].line.endswith("\\"):
                commands[-1].line += "\n" + line.rstrip("\n")
            else:
                commands[-1].output += line
        blocks.append(Block(match.span(), limits, commands))
    return blocks


def choose_clips(folder: pathlib.Path, videos: pathlib.Path) -> None:
    """Links the clips that the tutorial names: the first two of each scene, 120 in all."""
    videos.mkdir(parents=True)
    for path in sorted(folder.glob("*_c0[12].mp4"))[:CLIPS]:
        (videos / path.name).symlink_to(path.resolve())


class Terminal:
    """Runs lines as a user's shell would; a context manager that ends the servers.

    Attributes:
        folder: path of the working directory.
    """

    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        self._status = 0
        self._servers: list[subprocess.Popen[str]] = []
        own = pathlib.Path(sys.executable).parent
        self._environment = os.environ | {
            "PATH": f"{own}{os.pathsep}{os.environ['PATH']}",
            "COLUMNS": "100",
            "NO_COLOR": "1",
            "no_proxy": "localhost,127.0.0.1",
        }

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        for server in self._servers:
            server.terminate()
        for server in self._servers:
            with server:
                server.wait()

    def run(self, command: Command) -> None:
        """Runs a line to its end; a server, until it answers. Keeps what it printed and its status.

        Raises:
            RuntimeError: a server did not begin.
        """
        if command.line.startswith("ots serve "):
            command.output, command.status = self._serve(command.line), 0
        else:
            # The shell of `echo $?` must know how the line before ended.
            line = f"(exit {self._status})\n{command.line}"
            done = self._start(line)
            command.output, _ = done.communicate()
            command.status = done.returncode
        self._status = command.status

    def _serve(self, line: str) -> str:
        server = self._start(f"exec {line}")
        self._servers.append(server)
        assert server.stdout is not None
        printed = []
        for text in server.stdout:
            printed.append(text)
            if text.startswith("Exporting HTTP/REST"):
                return "".join(printed)
        raise RuntimeError(f"{line}\n{''.join(printed)}")

    def _start(self, line: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            ["bash", "-c", line],
            cwd=self.folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )


def as_named(line: str, printed: str) -> str:
    """A line with the options that a refused run has named, instead of those of an earlier run.

    Args:
        line: line of the page.
        printed: all that was printed before.
    """
    named = list(dict.fromkeys(found.rstrip(".") for found in _THRESHOLD.findall(printed)))
    if named and _THRESHOLD.search(line):
        before = _THRESHOLD.split(line)[0]
        line = before + " \\\n    ".join(named)
    return line


def run_page(
    blocks: list[Block], terminal: Terminal, edit: Callable[[str], str] = str
) -> Iterator[Command]:
    """Runs all blocks.

    Args:
        blocks: blocks of the page; get the options that a refused run has named, and what was printed.
        terminal: where they are run.
        edit: makes of a line of the page the one that is run.

    Yields:
        Every command once it has run.

    Raises:
        RuntimeError: a command failed, and the page does not ask for its status after it.
    """
    printed = ""
    for block in blocks:
        if block.file is not None:
            (terminal.folder / block.file[0]).write_text(block.file[1])
        for number, command in enumerate(block.commands):
            after = block.commands[number + 1 :][:1]
            command.line = as_named(command.line, printed)
            ran = Command(edit(command.line))
            terminal.run(ran)
            command.output, command.status = ran.output, ran.status
            printed += ran.output
            if command.status and not (after and after[0].line == "echo $?"):
                raise RuntimeError(f"{ran.line}\n{ran.output}exit status {ran.status}")
            yield command


def written(text: str, blocks: list[Block], folder: pathlib.Path) -> str:
    """The page with what was printed, shortened.

    Args:
        text: text of the page.
        blocks: its blocks, after `run_page`.
        folder: path of the working directory, which the page calls by another name.
    """
    for block in reversed(blocks):
        if not block.commands:
            continue
        lines = []
        for command in block.commands:
            lines.append(_PROMPT + command.line)
            lines += _shortened(command.output.replace(str(folder), _HOME), block.limits)
        start, end = block.span
        head = re.match(r"(?:<!--.*\n)?```console\n", text[start:end])
        assert head is not None
        text = text[: start + head.end()] + "\n".join(lines) + "\n```" + text[end:]
    return text


def _shortened(output: str, limits: tuple[int, int]) -> list[str]:
    """Leaves out progress, the middle of what is long, and the end of long lines."""
    lines = [line.rstrip() for line in output.splitlines()]
    lines = [line for line in lines if line and not _PROGRESS.search(line)]
    first, last = limits
    if len(lines) > first + last + 1:
        lines = [*lines[:first], _MORE, *lines[len(lines) - last :]]
    return [_narrow(line) for line in lines]


def _narrow(line: str) -> str:
    if len(line) <= _WIDTH or line.lstrip().startswith("ots "):
        return line
    return f"{line[:_WIDTH].rpartition(' ')[0]} {_MORE}"


def main() -> None:
    """Runs the page literally, which takes about a quarter of an hour on two cores."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--videos", type=pathlib.Path, required=True, help="Folder of UCF101.")
    parser.add_argument(
        "--folder", help="Folder to run in and to keep.  [default: a temporary one]"
    )
    options = parser.parse_args()
    text = PAGE.read_text()
    blocks = blocks_of(text)
    with contextlib.ExitStack() as stack:
        where = options.folder or stack.enter_context(tempfile.TemporaryDirectory())
        folder = pathlib.Path(where).resolve()
        choose_clips(options.videos, folder / "videos")
        terminal = stack.enter_context(Terminal(folder))
        for command in run_page(blocks, terminal):
            print(f"{time.strftime('%H:%M:%S')} $ {command.line}\n{command.output}", flush=True)
    PAGE.write_text(written(text, blocks, folder))


if __name__ == "__main__":
    main()
