"""The switches of commands that run the pipeline, down to what TFX is told."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from objects_that_sound.tfx_pipeline.cli import main
from objects_that_sound.tfx_pipeline.commands import run_and_tell
from objects_that_sound.tfx_pipeline.run import run
from objects_that_sound.tfx_pipeline.run_error import RunError
from objects_that_sound.tfx_pipeline.run_options import RunOptions

COMMANDS = {
    "run": ["run", "--videos", "videos"],
    "continue": ["continue", "--videos", "videos"],
    "demo": ["demo"],
}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("switches", "wanted"),
    [
        ((), (True, False, False)),
        (("--no-cache",), (False, False, False)),
        (("--forget-missing",), (True, True, False)),
        (("--no-cache", "--verbose"), (False, False, True)),
    ],
)
def test_every_command_that_runs_the_pipeline_has_them(
    command, switches, wanted, tmp_path, monkeypatch
):
    asked = []

    def refuse(options, root, **how):
        names = ("enable_cache", "forget_missing", "verbose")
        asked.append(tuple(how[name] for name in names))
        raise RunError("not here")

    monkeypatch.setattr(run_and_tell, "run", refuse)
    result = CliRunner().invoke(
        main, [*COMMANDS[command], "--root", str(tmp_path / "root"), *switches]
    )
    assert "Error: not here" in result.output
    assert asked == [wanted]


class _StopError(Exception):
    """In place of a run."""


@pytest.mark.parametrize("enable_cache", [True, False])
def test_tfx_reuses_all_or_nothing(enable_cache, tmp_path, monkeypatch):
    from tfx import v1 as tfx

    compiled = []

    def stop(self, pipeline):
        compiled.append(pipeline)
        raise _StopError

    monkeypatch.setattr(tfx.orchestration.LocalDagRunner, "run_with_ir", stop)
    for name in "abcd":  # the least that can be learnt from
        (tmp_path / f"{name}.mp4").touch()
    with pytest.raises(RunError, match="_StopError"):
        run(RunOptions((str(tmp_path),)), str(tmp_path / "root"), enable_cache=enable_cache)
    [pipeline] = compiled
    told = {
        node.pipeline_node.execution_options.caching_options.enable_cache for node in pipeline.nodes
    }
    assert told == {enable_cache}
    assert len(pipeline.nodes) > 10


def test_a_root_that_no_model_can_be_pushed_to_is_refused_before_anything_runs(tmp_path):
    highest = tmp_path / "root" / "serving" / "search" / str(2**63 - 1)
    highest.mkdir(parents=True)
    for name in "abcd":
        (tmp_path / f"{name}.mp4").touch()
    with pytest.raises(RunError, match=f"has the version {2**63 - 1}.*move that folder away"):
        run(RunOptions((f"{tmp_path}/*.mp4",)), str(tmp_path / "root"))
    assert not (tmp_path / "root" / "artifacts").exists()


@pytest.mark.parametrize(
    ("command", "name", "words"),
    [
        ("run", "a[1]", "has [ in its path"),
        ("demo", "a*", "has * in its path"),
        ("continue", "a{2}", "has { } in its path"),
        ("run", "", "the name of the root is empty"),
        ("run", "gs://bucket/root", "s3://bucket/root, not gs://bucket/root"),
    ],
)
def test_a_root_that_cannot_be_one_is_refused_at_once(command, name, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "videos").mkdir()
    (tmp_path / "videos" / "a.mp4").touch()
    result = CliRunner().invoke(main, [*COMMANDS[command], "--root", name])
    assert result.exit_code == 1
    assert words in result.output
    assert [path.name for path in tmp_path.iterdir()] == ["videos"]
