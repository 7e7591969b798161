"""`ots embed` and `ots score` of many videos: tables, rejects, and going on after a stop."""

from __future__ import annotations

import csv
import json
import pathlib
import shutil

import numpy as np
import pytest
from click.testing import CliRunner

from objects_that_sound.api import video_table
from objects_that_sound.tfx_pipeline.commands import embed, score, table_options


@pytest.fixture
def videos(video_file: pathlib.Path, tmp_path: pathlib.Path) -> pathlib.Path:
    """Two videos at different depths, and a text."""
    folder = tmp_path / "videos"
    (folder / "deep").mkdir(parents=True)
    shutil.copy(video_file, folder / "a.mp4")
    shutil.copy(video_file, folder / "deep" / "b.mp4")
    (folder / "text.mp4").write_text("no video")
    return folder


def run(command, *arguments: object):
    return CliRunner().invoke(command, list(map(str, arguments)))


def test_a_parquet_file_has_a_row_for_each_moment_of_each_video(videos, model_folder, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    output = tmp_path / "embeddings.parquet"
    pattern = f"{videos}/**/*.mp4"
    result = run(embed.command, pattern, "--model", model_folder, "-o", output, "--every=0.5")
    assert result.exit_code == 0, result.output
    assert "10 moments of 2 videos. 1 videos could not be used" in result.output
    table = parquet.read_table(output)
    assert table.column_names == ["video", "time", "image", "audio"]
    assert set(table["video"].to_pylist()) == {str(videos / "a.mp4"), str(videos / "deep/b.mp4")}
    image, audio = (np.array(table[name].to_pylist()) for name in ("image", "audio"))
    assert image.shape == audio.shape == (10, 2)
    white = np.array(table["time"]) >= 1.5 - 1e-6
    assert image[:, 0] == pytest.approx(white.astype(float), abs=0.03)
    with open(f"{output}.rejects.csv", newline="") as file:
        [reject] = csv.DictReader(file)
    assert reject["video"] == str(videos / "text.mp4") and reject["reason"] == "cannot_open"
    assert not pathlib.Path(f"{output}.unfinished").exists()


def test_an_npz_file_of_scores_from_a_server(videos, model_server, tmp_path):
    output = tmp_path / "scores.npz"
    flags = [f"--server=127.0.0.1:{model_server.rest_api_port}", "--protocol=rest", "--json"]
    result = run(score.command, videos / "a.mp4", videos / "deep", "-o", output, *flags)
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["rows"] == 6
    with np.load(output) as table:
        assert set(table.files) == {"video", "time", "score"}
        assert table["score"] == pytest.approx(np.where(table["time"] < 1.5, 0, 0.25), abs=0.05)


def test_a_command_that_was_stopped_goes_on_where_it_was(
    videos, model_folder, tmp_path, monkeypatch
):
    output = tmp_path / "embeddings.npz"
    ask = video_table._ask

    def stopped(reader, video, *rest):
        if video.endswith("b.mp4"):
            raise KeyboardInterrupt
        return ask(reader, video, *rest)

    arguments = [embed.command, videos, "--model", model_folder, "-o", output, "--json"]
    monkeypatch.setattr(video_table, "_ask", stopped)
    monkeypatch.setattr(table_options, "usable_processors", lambda: 1)
    result = run(*arguments)
    assert result.exit_code == 130
    assert "the same command goes on from there" in result.output
    assert not output.exists()
    monkeypatch.setattr(video_table, "_ask", ask)
    result = json.loads(run(*arguments).stdout)
    assert (result["videos"], result["kept"], result["rows"]) == (2, 1, 6)
    # Now all is asked anew: what was unfinished is gone.
    assert json.loads(run(*arguments).stdout)["kept"] == 0


def test_where_no_video_can_be_used_no_table_is_written(videos, model_folder, tmp_path):
    output = tmp_path / "scores.npz"
    result = run(score.command, videos / "text.mp4", "--model", model_folder, "-o", output)
    assert result.exit_code == 1
    assert "none of 1 videos could be used" in result.output and "text.mp4" in result.output
    assert [path.name for path in tmp_path.iterdir()] == ["videos"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["videos"], "give the table to write"),
        (["videos", "-o", "table.csv"], "-o TABLE.parquet"),
        (["videos", "-o", "t.npz", "--time", "1"], "not both"),
        (["-o", "t.npz"], "give VIDEOS as well"),
    ],
)
def test_options_that_do_not_go_together_are_told(arguments, words):
    for command in (embed.command, score.command):
        result = run(command, *arguments)
        assert result.exit_code == 2
        assert words in result.output
