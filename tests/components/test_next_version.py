"""What is pushed is what servers take for the newest."""

from __future__ import annotations

import pytest

from objects_that_sound.components import next_version as module
from objects_that_sound.components.next_version import next_version

HIGHEST = 2**63 - 1


@pytest.fixture(autouse=True)
def clock(set_clock):
    set_clock(module, time=lambda: 1000.9)


@pytest.mark.parametrize(
    ("names", "version"),
    [
        ([], "1000"),
        (["998", "999"], "1000"),
        (["1000"], "1001"),
        (["5000000000", "3"], "5000000001"),  # the clock was set back
        (["0005000"], "5001"),
        ([str(HIGHEST - 1)], str(HIGHEST)),
        (["99999999999999999999", "7"], "1000"),  # no version: above int64
        (["backup-5000", ".5000", "5000.old", "٥٠٠٠", "-5000", "5e9"], "1000"),  # noqa: RUF001
    ],
)
def test_it_is_the_time_or_above_all_versions_there_are(tmp_path, names, version):
    for name in names:
        (tmp_path / name).mkdir()
    assert next_version(str(tmp_path)) == version


def test_a_folder_that_is_not_there_has_no_versions(tmp_path):
    assert next_version(str(tmp_path / "nothing")) == "1000"


def test_above_the_highest_version_there_is_none(tmp_path):
    (tmp_path / str(HIGHEST)).mkdir()
    with pytest.raises(ValueError, match=f"has the version {HIGHEST}.*move that folder away"):
        next_version(str(tmp_path))
