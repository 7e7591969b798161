"""How much of generated videos' classes can be told without recognising anything.

Prints, for a folder of `ots videos generate`: the ceiling of audio-visual correspondence (AVC), how
often the image centre is inside the sounding object's box, and what linear classifiers reach that
are *given the classes* but see only a frame's colour histogram or a second's mean spectrum.

    python benchmarks/generated_videos_baselines.py DIR
"""

from __future__ import annotations

import json
import pathlib

import av
import click
import numpy as np
import tqdm
from sklearn import linear_model, model_selection, pipeline, preprocessing

_RATE = 16000
_WINDOW = 512


def read_frames(path: pathlib.Path, times: np.ndarray) -> list[np.ndarray]:
    """The frames on show at times in seconds, each RGB uint8 [height, width, 3]."""
    with av.open(str(path)) as container:
        frames = [(frame.time, frame) for frame in container.decode(video=0)]
    shown = np.searchsorted([time for time, _ in frames], times, side="right") - 1
    return [frames[max(k, 0)][1].to_ndarray(format="rgb24") for k in shown]


def read_sound(path: pathlib.Path) -> np.ndarray:
    """The mono sound at 16 kHz, float32 [samples]."""
    resampler = av.AudioResampler(format="flt", layout="mono", rate=_RATE)
    with av.open(str(path)) as container:
        blocks = [
            block.to_ndarray()[0]
            for frame in [*container.decode(audio=0), None]
            for block in resampler.resample(frame)
        ]
    return np.concatenate(blocks)


def colour_histogram(image: np.ndarray) -> np.ndarray:
    """Square roots of the shares of 8 x 8 x 8 RGB bins, [512]."""
    bins = (image // 32).reshape(-1, 3) @ np.array([64, 8, 1])
    return np.sqrt(np.bincount(bins, minlength=512) / len(bins))


def mean_spectrum(sound: np.ndarray) -> np.ndarray:
    """Log power spectrum averaged over time, at constant loudness, [257]."""
    windows = np.lib.stride_tricks.sliding_window_view(sound, _WINDOW)[:: _WINDOW // 2]
    power = np.mean(np.abs(np.fft.rfft(windows * np.hanning(_WINDOW))) ** 2, axis=0)
    return np.log(power / power.sum() + 1e-6)


def ceiling(annotations: list[dict]) -> float:
    """AVC accuracy of an oracle that knows every class and hears and sees perfectly.

    Half of the pairs match. A mismatched pair (the sound of any other video) is told unless the
    class of the sound happens to be visible in the frame, sounding there or not.
    """
    sounds = np.array([row["label"] for row in annotations])
    confusable = [
        (np.isin(sounds, [o["label"] for o in row["objects"]]).sum() - 1) / (len(sounds) - 1)
        for row in annotations
    ]
    return float(1 - 0.5 * np.mean(confusable))


def centre_share(annotations: list[dict]) -> float:
    """Share of frames whose centre is inside the box of the sounding object."""
    boxes = np.concatenate([row["objects"][0]["boxes"] for row in annotations])
    return float(np.mean((boxes[:, :2] <= 0.5).all(axis=1) & (boxes[:, 2:] >= 0.5).all(axis=1)))


def class_probabilities(features: np.ndarray, labels: np.ndarray, videos: np.ndarray) -> np.ndarray:
    """Out-of-fold probabilities of a linear classifier, [examples, classes]; split by video."""
    model = pipeline.make_pipeline(
        preprocessing.StandardScaler(), linear_model.LogisticRegression(C=0.01, max_iter=2000)
    )
    folds = model_selection.StratifiedGroupKFold(5, shuffle=True, random_state=0)
    return model_selection.cross_val_predict(
        model, features, labels, groups=videos, cv=folds, method="predict_proba"
    )


def avc_accuracy(
    image_probabilities: np.ndarray, labels: np.ndarray, videos: np.ndarray, classes: np.ndarray
) -> float:
    """AVC accuracy of an image classifier beside perfect hearing, at the best threshold."""
    rng = np.random.default_rng(0)
    rows = np.arange(len(labels))
    other = rng.permutation(len(labels))
    other = np.where(videos[other] == videos, (other + len(labels) // 2) % len(labels), other)
    matched = image_probabilities[rows, np.searchsorted(classes, labels)]
    mismatched = image_probabilities[rows, np.searchsorted(classes, labels[other])]
    thresholds = np.quantile(np.concatenate([matched, mismatched]), np.linspace(0, 1, 101))
    return float(max(((matched >= t).mean() + (mismatched < t).mean()) / 2 for t in thresholds))


@click.command()
@click.argument("directory", type=click.Path(exists=True, file_okay=False, path_type=pathlib.Path))
@click.option("--examples-per-video", type=click.IntRange(min=1), default=4, show_default=True)
def main(directory: pathlib.Path, examples_per_video: int) -> None:
    """Print chance, ceiling and what colours and mean spectra tell, for generated videos in DIR."""
    lines = (directory / "annotations.jsonl").read_text().splitlines()
    annotations = [json.loads(line) for line in lines]
    histograms, spectra, labels, videos = [], [], [], []
    for number, row in enumerate(tqdm.tqdm(annotations, desc="Reading videos", unit="video")):
        path = directory / row["video"]
        sound = read_sound(path)
        seconds = len(sound) / _RATE
        times = np.linspace(0.5, max(0.5, seconds - 0.6), examples_per_video)
        for time, image in zip(times, read_frames(path, times), strict=True):
            start = int((time - 0.5) * _RATE)
            histograms.append(colour_histogram(image))
            spectra.append(mean_spectrum(sound[start : start + _RATE]))
            labels.append(row["label"])
            videos.append(number)
    labels, videos = np.array(labels), np.array(videos)
    classes = np.unique(labels)
    visible = np.mean([1 / len(row["objects"]) for row in annotations])
    by_colour = class_probabilities(np.array(histograms), labels, videos)
    by_spectrum = class_probabilities(np.array(spectra), labels, videos)

    def accuracy(probabilities: np.ndarray) -> float:
        return float(np.mean(classes[probabilities.argmax(axis=1)] == labels))

    click.echo(f"videos {len(annotations)}, examples {len(labels)}, classes {len(classes)}")
    click.echo("Audio-visual correspondence, accuracy")
    click.echo("  chance                                     0.500")
    click.echo(
        "  colour histogram, beside perfect hearing   "
        f"{avc_accuracy(by_colour, labels, videos, classes):.3f}"
    )
    click.echo(f"  ceiling                                    {ceiling(annotations):.3f}")
    click.echo("Class of the sounding object, accuracy")
    click.echo(f"  chance                                     {1 / len(classes):.3f}")
    click.echo(f"  colour histogram, linear classifier        {accuracy(by_colour):.3f}")
    click.echo(f"  ceiling from the image alone               {visible:.3f}")
    click.echo(f"  mean spectrum, linear classifier           {accuracy(by_spectrum):.3f}")
    click.echo("Localisation, pointing accuracy")
    click.echo(f"  image centre                               {centre_share(annotations):.3f}")


if __name__ == "__main__":
    main()
