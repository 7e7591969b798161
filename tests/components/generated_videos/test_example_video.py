"""The video that the page offers to try."""

from __future__ import annotations

from objects_that_sound.components.generated_videos.example_video import example_video
from objects_that_sound.components.media.clips import probe


def test_it_is_an_mp4_of_three_seconds_with_sound_and_always_the_same(tmp_path):
    content = example_video()
    assert content[4:8] == b"ftyp"
    (tmp_path / "example.mp4").write_bytes(content)
    usable = probe(tmp_path / "example.mp4").usable
    assert usable is not None and usable[1] > 2
    assert example_video.__wrapped__() == content
