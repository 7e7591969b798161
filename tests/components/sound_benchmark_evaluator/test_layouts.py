from __future__ import annotations

import pytest

from objects_that_sound.components.evaluation.benchmark_error import BenchmarkError
from objects_that_sound.components.sound_benchmark_evaluator.layouts import read_benchmark


def _sides(benchmark, fold):
    return tuple(sorted(benchmark.clips[i].name for i in side) for side in (fold.train, fold.test))


def _esc_rows(*rows):
    header = ["filename", "fold", "target", "category", "esc10", "src_file", "take"]
    return header, [[f"{f}-{s}-A-0.wav", f, 0, c, e, s, "A"] for f, c, e, s in rows]


def test_esc50_and_esc10(tmp_path, save_csv):
    rows = [(1, "dog", True, 7), (1, "cat", False, 8), (1, "cow", True, 9)]
    rows += [(2, "dog", True, 17), (2, "cat", False, 18), (2, "cow", True, 19)]
    save_csv(tmp_path / "meta" / "esc50.csv", *_esc_rows(*rows))
    all_classes = read_benchmark("esc50", str(tmp_path))
    assert all_classes.classes == ["cat", "cow", "dog"]
    assert [fold.name for fold in all_classes.folds] == ["1", "2"]
    assert all_classes.folds_from == "official"
    ten = read_benchmark("esc10", str(tmp_path))
    assert ten.classes == ["cow", "dog"]
    assert _sides(ten, ten.folds[1]) == (
        ["1-7-A-0.wav", "1-9-A-0.wav"],
        ["2-17-A-0.wav", "2-19-A-0.wav"],
    )


def test_cuts_of_one_recording_on_both_sides_are_an_error(tmp_path, save_csv):
    rows = [(1, "dog", True, 7), (1, "cow", True, 9), (2, "dog", True, 7), (2, "cow", True, 19)]
    save_csv(tmp_path / "meta" / "esc50.csv", *_esc_rows(*rows))
    with pytest.raises(BenchmarkError, match=r"fold 1 leaks.*1-7-A-0\.wav, 2-7-A-0\.wav"):
        read_benchmark("esc10", str(tmp_path))


def test_without_the_column_the_name_tells_the_recording(tmp_path, save_csv):
    rows = [[f"{f}-7-{t}-0.wav", f, c] for f, t, c in ((1, "A", "a"), (1, "B", "b"), (2, "C", "a"))]
    save_csv(tmp_path / "meta" / "esc50.csv", ["filename", "fold", "category"], rows)
    with pytest.raises(BenchmarkError, match="leaks"):
        read_benchmark("folder", str(tmp_path))


def test_urbansound8k_has_ten_folds_of_recordings(tmp_path, save_csv):
    header = ["slice_file_name", "fsID", "start", "end", "salience", "fold", "classID", "class"]
    rows = [
        [f"{fold}{target}-{target}-0-{cut}.wav", f"{fold}{target}", 0, 4, 1, fold, target, label]
        for fold in range(1, 11)
        for target, label in enumerate(("siren", "drilling"))
        for cut in range(2)
    ]
    path = tmp_path / "metadata" / "UrbanSound8K.csv"
    save_csv(path, header, rows)
    benchmark = read_benchmark("urbansound8k", str(tmp_path))
    assert [fold.name for fold in benchmark.folds] == [str(i) for i in range(1, 11)]
    assert all(len(fold.test) == 4 and len(fold.train) == 36 for fold in benchmark.folds)
    assert benchmark.clips[0].path == str(tmp_path / "audio" / "fold1" / "10-0-0-0.wav")
    rows[-1][1] = "10"  # a cut of the first recording
    save_csv(path, header, rows)
    with pytest.raises(BenchmarkError, match="leaks"):
        read_benchmark("urbansound8k", str(tmp_path))


def _dcase2016(folder, places):
    setup = folder / "evaluation_setup"
    setup.mkdir(exist_ok=True)
    names = [f"audio/{place}_{i}.wav" for i, (place, _) in enumerate(places)]
    lines = [f"{n}\t{label}\t{place}" for n, (place, label) in zip(names, places, strict=True)]
    (folder / "meta.txt").write_text("\n".join(lines) + "\n")
    labelled = [line.rsplit("\t", 1)[0] for line in lines]
    half = len(names) // 2
    for fold, (train, test) in {
        1: (labelled[:half], labelled[half:]),
        2: (labelled[half:], labelled[:half]),
    }.items():
        (setup / f"fold{fold}_train.txt").write_text("\n".join(train))
        (setup / f"fold{fold}_test.txt").write_text("\n".join(n.split("\t")[0] for n in test))
        (setup / f"fold{fold}_evaluate.txt").write_text("\n".join(test))


def test_dcase_2016_has_official_folds_by_place(tmp_path):
    places = [("a1", "bus"), ("a2", "park"), ("b1", "bus"), ("b2", "park")]
    _dcase2016(tmp_path, places)
    benchmark = read_benchmark("dcase2016", str(tmp_path))
    assert benchmark.folds_from == "official"
    assert _sides(benchmark, benchmark.folds[0]) == (
        ["audio/a1_0.wav", "audio/a2_1.wav"],
        ["audio/b1_2.wav", "audio/b2_3.wav"],
    )
    _dcase2016(tmp_path, [*places[:3], ("a2", "park")])
    with pytest.raises(BenchmarkError, match="leaks"):
        read_benchmark("dcase2016", str(tmp_path))


def test_dcase_2013_trains_on_one_folder_and_tests_the_other(tmp_path):
    for folder in ("scenes_stereo", "scenes_stereo_testset"):
        (tmp_path / folder).mkdir()
        for label in ("bus", "quietstreet"):
            for number in (1, 2, 6):
                (tmp_path / folder / f"{label}{number:02}.wav").touch()
    benchmark = read_benchmark("dcase2013", str(tmp_path))
    (fold,) = benchmark.folds
    assert benchmark.classes == ["bus", "quietstreet"]
    assert all("testset" in benchmark.clips[i].path for i in fold.test)
    assert not any("testset" in benchmark.clips[i].path for i in fold.train)
    alone = read_benchmark("dcase2013", str(tmp_path / "scenes_stereo"))
    assert _sides(alone, alone.folds[0])[1] == [
        "bus01.wav",
        "bus06.wav",
        "quietstreet01.wav",
        "quietstreet06.wav",
    ]
    assert alone.folds_from != "official"


def test_other_sound_formats_are_found(tmp_path, save_csv):
    rows = [(1, "dog", True, 7), (1, "cow", True, 9), (2, "dog", True, 17), (2, "cow", True, 19)]
    save_csv(tmp_path / "meta" / "esc50.csv", *_esc_rows(*rows))
    (tmp_path / "audio").mkdir()
    (tmp_path / "audio" / "1-7-A-0.flac").touch()
    paths = [clip.path for clip in read_benchmark("esc10", str(tmp_path)).clips]
    assert paths[0].endswith("1-7-A-0.flac")
    assert paths[1].endswith("1-9-A-0.wav")  # missing: refused when it is read


@pytest.mark.parametrize(
    ("dataset", "words"),
    [
        ("esc50", "esc50.csv"),
        ("urbansound8k", "UrbanSound8K.csv"),
        ("dcase2016", "meta.txt"),
        ("dcase2013", "bus01.wav"),
        ("gtzan", "is no dataset"),
    ],
)
def test_a_folder_of_another_layout_says_what_is_missing(tmp_path, dataset, words):
    with pytest.raises(BenchmarkError, match=words):
        read_benchmark(dataset, str(tmp_path))


def test_one_fold_or_one_class_is_an_error(tmp_path, save_csv):
    path = tmp_path / "meta" / "esc50.csv"
    save_csv(path, *_esc_rows((1, "dog", True, 7), (1, "cow", True, 8)))
    with pytest.raises(BenchmarkError, match="are in fold 1"):
        read_benchmark("esc50", str(tmp_path))
    save_csv(path, *_esc_rows((1, "dog", True, 7), (2, "dog", True, 8)))
    with pytest.raises(BenchmarkError, match="clips are of 1 class"):
        read_benchmark("esc50", str(tmp_path))
