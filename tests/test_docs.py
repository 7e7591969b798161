"""Every command, option, target and file that the documentation names is there."""

from __future__ import annotations

import ast
import importlib
import pathlib
import re
import shlex
import textwrap

import click
import pytest

from objects_that_sound.tfx_pipeline.cli import main

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
PAGES = [
    REPOSITORY / "README.md",
    REPOSITORY / "CONTRIBUTING.md",
    *sorted((REPOSITORY / "docs").rglob("*.md")),
]


def _name(page: pathlib.Path) -> str:
    return page.relative_to(REPOSITORY).as_posix()


_FENCED = re.compile(r"^ *```[^\n]*\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
_INDENTED = re.compile(r"(?:^ {4}.*\n)+", re.MULTILINE)
_INLINE = re.compile(r"`([^`\n]+)`")
_PYTHON = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
_PACKAGES = "benchmarks|components|models|serving|tfx_pipeline"
_SCRIPT = re.compile(rf"python3? (?:-m ((?:{_PACKAGES})[\w.]*)|(\S+\.py))(.*)")
_LINK = re.compile(r"\]\(([^)\s]+)\)")


def _blocks(text: str) -> list[str]:
    fenced = _FENCED.findall(text)
    return [*fenced, *_INDENTED.findall(_FENCED.sub("", text))]


def _commands(text: str) -> list[str]:
    """Lines of code blocks and inline code that start with `ots`."""
    blocks = "\n".join(_blocks(text)).replace("\\\n", " ")
    lines = [line.strip().removeprefix("$ ") for line in blocks.splitlines()]
    inline = _INLINE.findall(_INDENTED.sub("", _FENCED.sub("", text)))
    return [line for line in [*lines, *inline] if line.startswith("ots ")]


def _scripts(text: str) -> list[tuple[str, str]]:
    """This project's files that lines of code, also inline, start, and what follows them."""
    lines = [*"\n".join(_blocks(text)).replace("\\\n", " ").splitlines(), *_INLINE.findall(text)]
    found = [match for line in lines if (match := _SCRIPT.search(line))]
    return [
        (match[2] or f"{match[1].replace('.', '/')}.py", match[3].partition("#")[0])
        for match in found
    ]


def _words(line: str) -> list[str]:
    # [--option VALUE] says that an option may be left out, a|b that there is a choice.
    return shlex.split(re.sub(r"[\[\]]", " ", line), comments=True)[1:]


def _resolve(line: str) -> list[str]:
    """What is wrong with a command line; empty if nothing is."""
    command: click.Command = main
    context = click.Context(main)
    words = _words(line)
    while words and isinstance(command, click.Group) and not words[0].startswith("-"):
        names = words.pop(0).split("|")  # ots score|embed|localise
        found = [command.get_command(context, name) for name in names]
        if None in found:
            return [f"no command {names}"]
        command = found[0]
    options = {
        name: parameter
        for parameter in command.get_params(click.Context(command))
        if isinstance(parameter, click.Option)
        for name in (*parameter.opts, *parameter.secondary_opts)
    }
    wrong = []
    for place, word in enumerate(words):
        if not re.match(r"--?[a-z]", word):
            continue
        name, equals, value = word.partition("=")
        if name not in options:
            wrong.append(f"no option {name}")
            continue
        option = options[name]
        # tensorflow_model_server's switches: --ui is --ui=true.
        is_switch = option.is_flag or option.flag_value == "true"
        if is_switch and not equals:
            continue
        if not equals:
            value = words[place + 1] if place + 1 < len(words) else "-"
            if re.match(r"--?[a-z]", value) or value == "-":
                wrong.append(f"{name} needs a value")
                continue
        if isinstance(option.type, click.Choice) and value not in option.type.choices:
            wrong.append(f"{name} cannot be {value}")
    return wrong


def test_there_is_a_readme():
    assert PAGES[0].is_file()
    assert len(PAGES) > 1


def test_the_readme_shows_how_to_run_serve_and_ask():
    named = {_words(line)[0] for line in _commands(PAGES[0].read_text())}
    assert {"run", "serve", "score", "embed", "localise"} <= named


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_command_and_option_exists(page):
    lines = _commands(page.read_text())
    wrong = {line: problems for line in lines if (problems := _resolve(line))}
    assert wrong == {}


def _examples(command: click.Command, context: click.Context) -> list[str]:
    """Example lines of a command's help, and of those below it."""
    with click.Context(command, parent=context, info_name="") as here:
        lines = [line.strip() for line in command.get_help(here).splitlines()]
        found = [line for line in lines if line.startswith("ots ") and "`" not in line]
        if isinstance(command, click.Group):
            for name in command.list_commands(here):
                found += _examples(command.get_command(here, name), here)
    return found


def test_every_example_of_the_help_is_right():
    lines = _examples(main, click.Context(main, max_content_width=200))
    assert len(lines) > 20
    assert {line: problems for line in lines if (problems := _resolve(line))} == {}


def test_the_table_of_a_runs_options_has_all_of_them():
    page = (REPOSITORY / "docs" / "running.md").read_text()
    rows = re.findall(r"^\| `(--[a-z-]+)[ `]", page, re.MULTILINE)
    run = main.get_command(click.Context(main), "run")
    options = {name for parameter in run.params for name in parameter.opts}
    assert sorted(rows) == sorted(options)


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_make_target_exists(page):
    targets = set(re.findall(r"^([a-z-]+):", (REPOSITORY / "Makefile").read_text(), re.MULTILINE))
    text = page.read_text()
    code = [*"\n".join(_blocks(text)).splitlines(), *_INLINE.findall(text)]
    named = {
        word
        for line in code
        if line.strip().startswith("make ")
        for word in shlex.split(line, comments=True)[1:]
        if "=" not in word
    }
    assert named <= targets


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_module_that_is_started_exists_and_knows_the_options(page):
    wrong = {}
    text = page.read_text()
    shown = set(re.findall(r"^# (\S+\.py)$", text, re.MULTILINE))  # which the reader writes
    for path, options in _scripts(text):
        if path in shown:
            continue
        source = (REPOSITORY / path).read_text() if (REPOSITORY / path).is_file() else ""
        unknown = [
            option for option in re.findall(r" (--[\w-]+)", options) if f'"{option}"' not in source
        ]
        if unknown or not source:
            wrong[path] = unknown
    assert wrong == {}


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_python_is_python_and_imports_what_there_is(page):
    for block in _PYTHON.findall(page.read_text()):
        for node in ast.walk(ast.parse(textwrap.dedent(block))):
            if isinstance(node, ast.ImportFrom) and not node.module.startswith("google."):
                module = importlib.import_module(node.module)
                assert [one.name for one in node.names if not hasattr(module, one.name)] == []


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_nothing_is_left_to_be_filled_in(page):
    assert re.findall(r"@@\w*|\bTODO\b|\bTBD\b|\bFIXME\b", page.read_text()) == []


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_linked_file_exists(page):
    links = {link.partition("#")[0] for link in _LINK.findall(page.read_text())}
    local = {link for link in links if link and not re.match(r"[a-z]+:", link)}
    assert {link for link in local if not (page.parent / link).exists()} == set()


def _anchors(page: pathlib.Path) -> set[str]:
    """Of headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_linked_section_exists(page):
    missing = set()
    for link in _LINK.findall(page.read_text()):
        name, hash_, anchor = link.partition("#")
        if hash_ and not re.match(r"[a-z]+:", link):
            target = page.parent / name if name else page
            if anchor not in _anchors(target):
                missing.add(link)
    assert missing == set()


def test_every_message_of_troubleshooting_is_printed_somewhere():
    folders = ("tfx_pipeline", "api", "components", "models", "serving")
    files = [path for name in folders for path in sorted((REPOSITORY / name).rglob("*.py"))]
    source = "\n".join(path.read_text() for path in [*files, REPOSITORY / "Makefile"])
    source = re.sub(r'"\s+f?"', "", source)  # a literal in several pieces
    page = (REPOSITORY / "docs" / "troubleshooting.md").read_text()
    cells = [line.split("|")[1] for line in page.splitlines() if line.startswith("| ")]
    messages = [message for cell in cells for message in _INLINE.findall(cell)]
    assert len(messages) > 20
    assert [message for message in messages if message not in source] == []


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("ots run --videos 'a b' --root c  # a comment", None),
        ("ots videos generate DIR [--count N] [--quiet]", None),
        ("ots score|embed|localise", None),
        ("ots walk", "no command"),
        ("ots videos make", "no command"),
        ("ots run --video a", "no option --video"),
        ("ots run --videos a --preset huge", "--preset cannot be huge"),
        ("ots run --videos --root a", "--videos needs a value"),
        ("ots serve --model_base_path=a --ports=3", "no option --ports"),
    ],
)
def test_this_check_finds_what_is_wrong(line, problem):
    found = _resolve(line)
    if problem is None:
        assert found == []
    else:
        assert any(problem in text for text in found)
