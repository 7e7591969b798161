"""`ots localise VIDEO -o OUT.mp4` with a model in this process, and its options."""

from __future__ import annotations

import json
import pathlib
from collections.abc import Callable

import numpy as np
import pytest
import tensorflow as tf
from click.testing import CliRunner, Result

from objects_that_sound.components.generated_videos.generator import generate_videos
from objects_that_sound.tfx_pipeline.commands.localise import command

_TEXT = tf.TensorSpec([None], tf.string)


class _Model(tf.Module):
    """The map's left half is 0.8, its right half 0; the score is 0.6."""

    @tf.function(input_signature=[_TEXT, _TEXT])
    def localise(self, image, audio):
        with tf.control_dependencies([tf.debugging.assert_equal(tf.strings.length(audio), 8000)]):
            batch = tf.shape(image)[0]
        return {
            "heatmap": tf.tile([[[0.8, 0.0], [0.8, 0.0]]], [batch, 1, 1]),
            "score": tf.fill([batch], 0.6),
            "crop_box": tf.tile([[0.0, 0.0, 1.0, 1.0]], [batch, 1]),
        }

    @tf.function(input_signature=[_TEXT])
    def describe(self, query):
        facts = {"sample_rate": 4000, "image_size": 32, "embedding_size": 4}
        return {name: tf.fill(tf.shape(query), value) for name, value in facts.items()}


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A folder of versions."""
    folder = tmp_path_factory.mktemp("model")
    module = _Model()
    signatures = {"localise": module.localise, "describe": module.describe}
    tf.saved_model.save(module, str(folder / "3"), signatures)
    return folder


@pytest.fixture(scope="module")
def dark_model(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """The same model, which says that what sounds reaches 0.9."""

    class Strict(_Model):
        @tf.function(input_signature=[_TEXT])
        def describe(self, query):
            threshold = tf.fill(tf.shape(query), 0.9)
            return {**super().describe(query), "map_threshold": threshold}

    folder = tmp_path_factory.mktemp("dark_model")
    module = Strict()
    signatures = {"localise": module.localise, "describe": module.describe}
    tf.saved_model.save(module, str(folder / "1"), signatures)
    return folder


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    folder = tmp_path_factory.mktemp("video")
    generate_videos(folder, count=1, seed=1, seconds=2.0, workers=1, progress=False)
    (path,) = folder.glob("video_00000.*")
    return path.rename(folder / "clip.mp4")


def _run(*arguments: object) -> Result:
    return CliRunner().invoke(command, [str(argument) for argument in arguments])


def test_a_model_in_this_process(model: pathlib.Path, video: pathlib.Path, tmp_path: pathlib.Path):
    output = tmp_path / "out.mp4"
    result = _run(video, "-o", output, "--model", model, "--fps", 10, "--json")
    assert result.exit_code == 0, result.output
    *frames, made = map(json.loads, result.stdout.splitlines())
    assert [frame["time"] for frame in frames] == pytest.approx([n / 10 for n in range(20)])
    for frame in frames:
        assert frame["score"] == pytest.approx(0.6)
        assert np.allclose(frame["heatmap"], [[0.8, 0], [0.8, 0]])
        # 0.8 falls to the threshold of 0.5 between the middles of the two columns.
        [box] = frame["boxes"]
        assert box == pytest.approx([0, 0, 1, 0.25 + 0.3 / 0.8 * 0.5], abs=0.01)
    assert made["dark_frames"] == 0
    assert made["frames"] == 20 and output.stat().st_size > 1000
    assert made["mean_score"] == pytest.approx(0.6)
    assert made["mean_peak"] == pytest.approx(0.8)


def test_the_suffix_of_the_output_says_whether_a_whole_video_or_one_frame_is_shown(
    model: pathlib.Path, video: pathlib.Path, tmp_path: pathlib.Path
):
    film, picture = tmp_path / "out.mp4", tmp_path / "overlay.jpg"
    result = _run("--video", video, "--model", model, "--fps", 5, "-o", film, "--quiet")
    assert result.exit_code == 0, result.output
    assert f"{film}: 10 frames" in result.output
    result = _run(video, "--model", model, "--time", 1, "-o", picture)
    assert result.exit_code == 0, result.output
    assert "at 1.00 s" in result.output and picture.is_file()


def test_one_frame_of_a_model_in_this_process(
    model: pathlib.Path, video: pathlib.Path, tmp_path: pathlib.Path
):
    output = tmp_path / "overlay.png"
    result = _run("--video", video, "--model", model / "3", "--json", "-o", output)
    assert result.exit_code == 0, result.output
    assert np.allclose(json.loads(result.stdout)["heatmap"], [[0.8, 0], [0.8, 0]])
    assert output.is_file()


def test_a_map_below_the_models_threshold_is_dark(
    dark_model: pathlib.Path, video: pathlib.Path, tmp_path: pathlib.Path
):
    result = _run("--video", video, "--model", dark_model)
    assert result.exit_code == 0, result.output
    assert "nothing in the picture makes this sound" in result.output
    assert "0.8000, is below 0.9000" in result.output
    output = tmp_path / "out.mp4"
    result = _run(video, "-o", output, "--model", dark_model, "--fps", 5, "--json")
    *frames, made = map(json.loads, result.stdout.splitlines())
    assert len(frames) == made["dark_frames"] == 10
    assert all(frame["boxes"] == [] for frame in frames)


def _no_sound(video: pathlib.Path, model: pathlib.Path, folder: pathlib.Path) -> tuple[list, str]:
    import av

    silent = folder / "silent.mkv"
    with av.open(str(video)) as there, av.open(str(silent), "w") as here:
        stream = here.add_stream_from_template(there.streams.video[0])
        for packet in there.demux(there.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                here.mux(packet)
    return [silent, "-o", folder / "a.mp4", "--model", model], "silent.mkv: no_audio_stream"


def _no_model(video: pathlib.Path, model: pathlib.Path, folder: pathlib.Path) -> tuple[list, str]:
    return [video, "-o", folder / "a.mp4", "--model", folder], f"no model in {folder}"


def _no_folder(video: pathlib.Path, model: pathlib.Path, folder: pathlib.Path) -> tuple[list, str]:
    output = folder / "missing" / "a.mp4"
    return [video, "-o", output, "--model", model], f"cannot write {output}"


def _no_server(video: pathlib.Path, model: pathlib.Path, folder: pathlib.Path) -> tuple[list, str]:
    arguments = [video, "-o", folder / "a.mp4", "--protocol=rest", "--server=127.0.0.1:1"]
    return arguments, "no model server at 127.0.0.1:1"


@pytest.mark.parametrize("case", [_no_sound, _no_model, _no_folder, _no_server])
def test_what_cannot_be_done(case: Callable, video, model, tmp_path: pathlib.Path):
    arguments, words = case(video, model, tmp_path)
    result = _run(*arguments)
    assert result.exit_code == 1, result.output
    assert words in result.output
    assert not list(tmp_path.rglob("*a.mp4*"))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["VIDEO", "-o", "a.gif"], "neither an .mp4, nor a .png or .jpg"),
        (["VIDEO", "-o", "overlay"], "neither an .mp4, nor a .png or .jpg"),
        (["VIDEO", "-o", "VIDEO"], "is a file to read"),
        (["VIDEO", "-o", "a.mp4", "--time=1"], "an .mp4 shows a whole video"),
        (["VIDEO", "--video", "VIDEO"], "give VIDEO or --video, not both"),
        (["VIDEO", "-o", "a.png", "--fps=3"], "only for a whole video"),
        (["--video", "VIDEO", "--max-seconds=3"], "only for a whole video"),
        (["VIDEO", "-o", "a.mp4", "--model=.", "--server=h:1"], "give --model or --server"),
    ],
)
def test_options_that_do_not_go_together(arguments: list[str], words: str, video: pathlib.Path):
    result = _run(*(video if argument == "VIDEO" else argument for argument in arguments))
    assert result.exit_code == 2
    assert words in result.output
