from __future__ import annotations

from objects_that_sound.components.folder_names import folder_names, newest_first


def test_names_are_sorted_and_numbers_go_by_their_value(tmp_path):
    for name in ("9", "10", "assets", "1.old"):
        (tmp_path / name).mkdir()
    assert folder_names(str(tmp_path)) == ["1.old", "10", "9", "assets"]
    assert newest_first(str(tmp_path)) == ["10", "9"]


def test_where_there_is_no_folder_there_are_no_names(tmp_path):
    (tmp_path / "file").touch()
    for name in ("nowhere", "file"):
        assert folder_names(str(tmp_path / name)) == newest_first(str(tmp_path / name)) == []
