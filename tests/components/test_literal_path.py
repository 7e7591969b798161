from __future__ import annotations

import pathlib

import pytest
import tensorflow as tf
from apache_beam.io.filesystems import FileSystems

from objects_that_sound.components.literal_path import check_literal_path
from objects_that_sound.components.video_example_gen.component import VideoExampleGen

HARMLESS = "a b%20#;,'\"$~é:(!)-@|<>&=+{x}]"


def _found(folder: pathlib.Path) -> tuple[list[str], list[str]]:
    """What TFX's two ways of globbing find below a folder."""
    pattern = f"{folder}/*"
    [match] = FileSystems.match([pattern])
    return tf.io.gfile.glob(pattern), [one.path for one in match.metadata_list]


@pytest.mark.parametrize("character", "*?[\\")
def test_what_a_glob_takes_for_a_pattern_is_refused_and_named(character):
    with pytest.raises(ValueError, match=r"--root /r/a.*b has . in its path") as error:
        check_literal_path(f"/r/a{character}b", "--root")
    assert f" has {character} in its path" in str(error.value)


def test_everything_else_is_taken_and_found(tmp_path):
    folder = tmp_path / HARMLESS
    folder.mkdir()
    (folder / "file").touch()
    check_literal_path(str(folder), "--root")
    assert _found(folder) == ([str(folder / "file")], [str(folder / "file")])


@pytest.mark.parametrize("name", ["a[1]", "a?"])
def test_what_is_refused_would_not_be_found_or_not_only(tmp_path, name):
    for folder in (name, "a1"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "file").touch()
    wanted = [str(tmp_path / name / "file")]
    assert wanted not in _found(tmp_path / name)


@pytest.mark.parametrize("character", "{}^$|]")
def test_what_the_search_for_spans_takes_for_a_regex_is_refused_there(character):
    with pytest.raises(ValueError, match=r"has . in its path"):
        check_literal_path(f"/r/a{character}", "--root", spans=True)
    check_literal_path(f"/r/a{character}", "--root")


def test_a_component_refuses_such_a_folder_too():
    with pytest.raises(ValueError, match=r"/videos \[2024\] has \[ in its path"):
        VideoExampleGen("/videos [2024]")
    with pytest.raises(ValueError, match=r"/r\? has \? in its path"):
        VideoExampleGen(video_list="/r?/videos.csv")
