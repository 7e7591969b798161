"""Every layout, on files made as its authors publish them."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image

from objects_that_sound.components.evaluation.benchmark_error import BenchmarkError
from objects_that_sound.components.localisation_benchmark_evaluator.ground_truth import ground_truth
from objects_that_sound.components.localisation_benchmark_evaluator.layouts.registry import (
    LAYOUTS,
    read_localisation_benchmark,
)
from objects_that_sound.components.localisation_benchmark_evaluator.sample import (
    SIDE,
)


def _flickr_xml(path, boxes):
    path.parent.mkdir(parents=True, exist_ok=True)
    people = "".join(
        "<person><bbox><index>1</index>"
        + "".join(f"<{name}>{value}</{name}>" for name, value in zip("abcd", box, strict=True))
        + "</bbox></person>"
        for box in boxes
    )
    path.write_text(f"<annotation>{people}</annotation>")


@pytest.fixture
def flickr(tmp_path, wav, picture):
    for name in ("10", "11", "12"):
        picture(tmp_path / "frames" / f"{name}.jpg", [])
        wav(tmp_path / "audio" / f"{name}.wav", 200)
    _flickr_xml(tmp_path / "Annotations/10.xml", [(0, 0, 128, 128), (64, 0, 192, 128)])
    _flickr_xml(tmp_path / "Annotations/11.xml", [(10, 10, 300, 20)])
    _flickr_xml(tmp_path / "Annotations/12.xml", [(50, 50, 50, 90)])
    return tmp_path


def test_flickr_soundnet_weighs_each_annotator_by_half(flickr):
    benchmark = read_localisation_benchmark("flickr-soundnet", str(flickr))
    assert [sample.name for sample in benchmark.samples] == ["10", "11"]
    truth = ground_truth(benchmark.samples[0])
    assert truth.shape == (SIDE, SIDE)
    # 256 pixels became 224: 0..56 one annotator, 56..112 both, 112..168 the other one.
    assert [truth[0, x] for x in (0, 55, 56, 111, 112, 167, 168)] == [0.5, 0.5, 1, 1, 0.5, 0.5, 0]
    assert truth[112].sum() == 0
    assert benchmark.listed == 3
    assert {(fault.name, fault.reason) for fault in benchmark.faults} == {
        ("11", "box_outside"),
        ("12", "box_empty"),
    }


def test_flickr_soundnet_counts_listed_pairs_that_are_not_there(flickr):
    (flickr / "flickr_test.csv").write_text("10,0\n99,1\n")
    benchmark = read_localisation_benchmark("flickr-soundnet", str(flickr))
    assert ([one.name for one in benchmark.samples], benchmark.listed) == (["10"], 2)


def test_flickr_soundnet_in_its_authors_folders(tmp_path, wav, picture):
    picture(tmp_path / "5k_labeled/Data/some/10.jpg", [])
    wav(tmp_path / "5k_labeled/Data/some/10.wav", 200)
    _flickr_xml(tmp_path / "5k_labeled/Annotations/10.xml", [(0, 0, 128, 128)])
    benchmark = read_localisation_benchmark("flickr-soundnet", str(tmp_path))
    assert [one.name for one in benchmark.samples] == ["10"]


def test_silent_pairs_have_another_sound_and_nothing_to_mark(flickr):
    (flickr / "flickr_test_plus_silent.csv").write_text(
        "video,audio,label\n10,11,non-sounding\n10,404,non-sounding\n10,10,sounding\n"
    )
    benchmark = read_localisation_benchmark("flickr-soundnet", str(flickr))
    silent = [one for one in benchmark.samples if not one.sounds]
    assert len(silent) == 1
    assert silent[0].picture.path.endswith("10.jpg")
    assert silent[0].sound.path.endswith("11.wav")
    assert benchmark.listed == 3 + 2


def test_vggss_boxes_are_shares_of_the_frame_and_the_absurd_ones_are_named(tmp_path):
    rows = [
        {"file": "abc_000012", "class": "harp", "bbox": [[0.25, 0.0, 0.75, 0.5]]},
        {"file": "d_f_000100", "class": "drum", "bbox": [[-2.88e16, 0.5, 0.5, 1.0], [0, 0, 0, 1]]},
        {"file": "gone_000001", "class": "cat", "bbox": [[0, 0, 1, 1]]},
        {"file": "none_000001", "class": "cat", "bbox": [[0.5, 0.5, 0.4, 0.6]]},
    ]
    (tmp_path / "vggss.json").write_text(json.dumps(rows))
    (tmp_path / "videos").mkdir()
    for name in ("abc_000012.mp4", "d_f_100000_110000.mkv", "none_000001.mp4"):
        (tmp_path / "videos" / name).touch()
    benchmark = read_localisation_benchmark("vggss", str(tmp_path))
    assert [(one.name, one.label) for one in benchmark.samples] == [
        ("abc_000012", "harp"),
        ("d_f_000100", "drum"),
    ]
    assert all(one.picture.time == 5.0 for one in benchmark.samples)
    assert benchmark.listed == 4
    truth = ground_truth(benchmark.samples[0])
    assert truth[:112, 56:168].all() and truth.sum() == 112 * 112
    assert benchmark.samples[1].boxes == ((0.0, 0.5, 0.5, 1.0),)
    assert [(fault.name, fault.reason) for fault in benchmark.faults] == [
        ("d_f_000100", "box_outside"),
        ("d_f_000100", "box_empty"),
        ("none_000001", "box_empty"),
    ]


def test_the_official_boxes_of_real_clips(shared_data):
    folder = shared_data / "vggss_mini"
    if not folder.is_dir():
        pytest.skip("four VGG-SS clips are not in ../shared/data/vggss_mini")
    benchmark = read_localisation_benchmark("vggss", str(folder))
    assert (len(benchmark.samples), benchmark.listed) == (4, 4)
    waterfall = next(one for one in benchmark.samples if one.label == "waterfall burbling")
    assert len(waterfall.boxes) == 2
    assert benchmark.faults == ()


def _is3(folder, wav, picture, gt_boxes):
    rows = []
    for source, truth in gt_boxes.items():
        name = f"red_blue_7_{source}"
        picture(folder / "images" / f"{name}.jpg", [])
        wav(folder / "audio_wav" / f"{name}.wav", 200)
        rows.append({"image": f"/x/{name}.jpg", "audio": f"/x/{name}.wav", "gt_box": truth})
    (folder / "synthetic3240_bbox.json").write_text(json.dumps(rows))


def test_is3_has_two_sounds_a_picture(tmp_path, wav, picture):
    _is3(
        tmp_path,
        wav,
        picture,
        {"red": [0.0, 0.0, 112.0, 224.0], "blue": [112.0, 0.0, 224.0, 224.0]},
    )
    benchmark = read_localisation_benchmark("is3", str(tmp_path))
    assert [(one.label, one.group) for one in benchmark.samples] == [
        ("red", "red_blue_7"),
        ("blue", "red_blue_7"),
    ]
    assert ground_truth(benchmark.samples[1])[:, 112:].all()
    assert not ground_truth(benchmark.samples[1])[:, :112].any()


def test_is3_by_masks(tmp_path, wav, picture):
    _is3(tmp_path, wav, picture, {"red": "/x/red_blue_7_red.png"})
    (tmp_path / "gt_segmentation").mkdir()
    mask = np.zeros((100, 100), np.uint8)
    mask[:50] = 1  # not 255
    Image.fromarray(mask).save(tmp_path / "gt_segmentation/red_blue_7_red.png")
    [sample] = read_localisation_benchmark("is3", str(tmp_path)).samples
    assert sample.picture.path.endswith("images/red_blue_7_red.jpg")
    assert ground_truth(sample)[:112].all() and not ground_truth(sample)[112:].any()


def _masks(folder, name, count=5):
    folder.mkdir(parents=True)
    for number in range(1, count + 1):
        mask = Image.new("P", (224, 224))
        if number > 1:  # the first one is empty
            mask.paste(3, (0, 0, 112, 224))
        mask.save(folder / f"{name}_{number}.png")


def test_avsbench_s4_has_a_mask_a_second(tmp_path, wav, picture):
    (tmp_path / "s4_meta_data.csv").write_text(
        "name,split,category\nv1,test,dog\nv2,train,dog\nv3,test,cat\n"
    )
    for number in range(1, 6):
        picture(tmp_path / f"visual_frames/test/dog/v1/v1_{number}.png", [])
    _masks(tmp_path / "gt_masks/test/dog/v1", "v1")
    wav(tmp_path / "audio_wav/test/dog/v1.wav", 200, 5)
    benchmark = read_localisation_benchmark("avsbench", str(tmp_path))
    assert benchmark.name == "AVSBench S4"
    assert (len(benchmark.samples), benchmark.listed) == (5, 10)
    assert [one.sound.time for one in benchmark.samples] == [0.5, 1.5, 2.5, 3.5, 4.5]
    assert not ground_truth(benchmark.samples[0]).any()
    assert ground_truth(benchmark.samples[1])[:, :112].all()


def test_avsbench_ms3_names_its_frames_otherwise(tmp_path, wav, picture):
    (tmp_path / "ms3_meta_data.csv").write_text("video_id,split\nv1,test\n")
    for number in range(1, 6):
        picture(tmp_path / f"visual_frames/v1/v1.mp4_{number}.png", [])
    _masks(tmp_path / "gt_masks/test/v1", "v1")
    wav(tmp_path / "audio_wav/test/v1.wav", 200, 5)
    benchmark = read_localisation_benchmark("avsbench", str(tmp_path))
    assert (benchmark.name, len(benchmark.samples)) == ("AVSBench MS3", 5)


def test_boxes_of_ones_own_as_csv(tmp_path):
    for name in ("a.mp4", "b.mp4"):
        (tmp_path / name).touch()
    (tmp_path / "boxes.csv").write_text(
        "file,time,xmin,ymin,xmax,ymax,class,source\n"
        "a.mp4,2.5,0,0,0.5,0.5,dog,1\n"
        "a.mp4,2.5,0.5,0.5,1,1,dog,1\n"
        "a.mp4,2.5,0.5,0,1,0.5,cat,2\n"
        "b.mp4,1.0,,,,,,\n"
        "c.mp4,1.0,0,0,1,1,,\n"
        "a.mp4,soon,0,0,1,1,,\n"
        "a.mp4,9,zero,0,1,1,,\n"
    )
    benchmark = read_localisation_benchmark("folder", str(tmp_path))
    assert [(one.label, len(one.boxes), one.sounds) for one in benchmark.samples] == [
        ("dog", 2, True),
        ("cat", 1, True),
        ("", 0, False),
    ]
    assert benchmark.samples[0].group == benchmark.samples[1].group
    assert benchmark.listed == 6
    assert [fault.reason for fault in benchmark.faults] == ["not_a_time", "not_a_box"]


def test_boxes_of_ones_own_as_json(tmp_path, wav, picture):
    picture(tmp_path / "a.png", [])
    wav(tmp_path / "a.wav", 200)
    rows = [{"file": "a.png", "sound": "a.wav", "boxes": [[0, 0, 0.5, 1]], "class": "dog"}]
    (tmp_path / "boxes.json").write_text(json.dumps(rows))
    [sample] = read_localisation_benchmark("folder", str(tmp_path)).samples
    assert (sample.sound.path, sample.sound.time) == (str(tmp_path / "a.wav"), None)


@pytest.mark.parametrize("dataset", LAYOUTS)
def test_a_folder_of_another_kind_is_refused_in_words(dataset, tmp_path):
    (tmp_path / "holiday.txt").write_text("photographs")
    with pytest.raises(BenchmarkError, match=str(tmp_path)):
        read_localisation_benchmark(dataset, str(tmp_path))
    with pytest.raises(BenchmarkError, match="not a folder"):
        read_localisation_benchmark(dataset, str(tmp_path / "nowhere"))


@pytest.mark.parametrize("content", ["[", "{}", "[1]", '[{"file": "a"}]', "[]"])
def test_lists_that_are_something_else_are_refused(content, tmp_path):
    (tmp_path / "vggss.json").write_text(content)
    with pytest.raises(BenchmarkError):
        read_localisation_benchmark("vggss", str(tmp_path))


def test_an_unknown_dataset_is_refused(tmp_path):
    with pytest.raises(BenchmarkError, match="flickr-soundnet"):
        read_localisation_benchmark("flicker", str(tmp_path))
