"""Serves a pushed model for a moment and asks it about raw videos, over gRPC and REST."""

from __future__ import annotations

import contextlib
import itertools
import pathlib
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from objects_that_sound.components.media.clips import Clip, probe, read_clips
from objects_that_sound.components.media.media_error import MediaError
from objects_that_sound.components.video_example_gen import storage
from objects_that_sound.serving.client.connect import connect
from objects_that_sound.serving.client.model_client import Image, ModelClient
from objects_that_sound.serving.client.model_description import ModelDescription
from objects_that_sound.tfx_pipeline.run_paths import MODEL_NAME

_START_SECONDS = 120.0
_REQUESTS = 20
_TOLERANCE = 1e-5


def serving_trial(serving_dir: str, version: str, videos: Sequence[str]) -> dict[str, Any]:
    """Starts `ots serve` in a process of its own, sends it requests and stops it.

    Args:
        serving_dir: the `--model_base_path`.
        version: that must be served.
        videos: paths; the first few that decode are asked about.

    Returns:
        For the report: `version`, `start_seconds`, `grpc_p50_ms` and `rest_p50_ms` of single
        `score` requests, the largest difference between the two protocols' answers, and `answers`,
        one row a video: `video`, `time`, `own_sound` and `other_sound` (scores 0..1).

    Raises:
        RuntimeError: the server does not start, or the protocols' answers differ.
    """
    with model_server(serving_dir) as (grpc, rest, start_seconds):
        served = [
            str(status.version) for status in grpc.model_status() if status.state == "AVAILABLE"
        ]
        if version not in served:
            raise RuntimeError(f"version {version} was pushed, but the server has {served}")
        description = grpc.describe()
        clips = list(itertools.islice(_clips(videos, description), 6))
        images: list[Image] = [clip.frames or clip.jpeg for _, clip in clips]
        sounds = [clip.pcm for _, clip in clips]
        others = sounds[1:] + sounds[:1]
        answers = {client: _ask(client, images, sounds, others) for client in (grpc, rest)}
        difference = max(
            float(np.max(np.abs(a - b))) for a, b in zip(*answers.values(), strict=True)
        )
        if difference > _TOLERANCE:
            raise RuntimeError(f"gRPC and REST answers differ by {difference}")
        own, other = answers[grpc][:2]
        return {
            "version": version,
            "start_seconds": round(start_seconds, 2),
            "grpc_p50_ms": _median_ms(grpc, images[0], sounds[0]),
            "rest_p50_ms": _median_ms(rest, images[0], sounds[0]),
            "largest_difference": difference,
            "answers": [
                {
                    "video": name,
                    "time": round(clip.time, 2),
                    "own_sound": round(float(own[i]), 4),
                    "other_sound": round(float(other[i]), 4),
                }
                for i, (name, clip) in enumerate(clips)
            ],
        }


@contextlib.contextmanager
def model_server(serving_dir: str) -> Iterator[tuple[ModelClient, ModelClient, float]]:
    """Runs `ots serve` on free ports: yields a gRPC client, a REST client, seconds to start.

    Raises:
        RuntimeError: it ends or serves nothing within two minutes; with what it printed.
    """
    grpc_port, rest_port = _free_ports(2)
    started = time.monotonic()
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "objects_that_sound.tfx_pipeline.cli", "serve"),
            f"--model_base_path={serving_dir}",
            f"--model_name={MODEL_NAME}",
            f"--port={grpc_port}",
            f"--rest_api_port={rest_port}",
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        with (
            connect(MODEL_NAME, f"localhost:{grpc_port}", "grpc") as grpc,
            connect(MODEL_NAME, f"localhost:{rest_port}", "rest") as rest,
        ):
            _wait(process, rest)
            yield grpc, rest, time.monotonic() - started
    finally:
        process.terminate()
        try:
            process.communicate(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()


def _wait(process: subprocess.Popen, client: ModelClient) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(Exception):
            if any(status.state == "AVAILABLE" for status in client.model_status()):
                return
        time.sleep(0.2)
    process.terminate()
    output, _ = process.communicate(timeout=30)
    raise RuntimeError(f"`ots serve` did not serve the model; it printed:\n{output}")


def _free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("localhost", 0))
        return [each.getsockname()[1] for each in sockets]


def _clips(videos: Sequence[str], description: ModelDescription) -> Iterator[tuple[str, Clip]]:
    for path in videos:
        # What is wrong with others was counted and named by VideoExampleGen.
        with contextlib.suppress(MediaError), storage.local_copy(path) as local:
            usable = probe(local).usable
            if usable is None:
                continue
            [clip] = read_clips(
                local,
                [sum(usable) / 2],
                image_size=description.image_size,
                sample_rate=description.sample_rate,
                frames=description.frames,
            )
            yield pathlib.Path(path).name, clip


def _ask(
    client: ModelClient, images: list[Image], sounds: list[bytes], others: list[bytes]
) -> list[np.ndarray]:
    """Every signature once: scores, embeddings and heat maps."""
    return [
        client.score(images, sounds),
        client.score(images, others),
        client.embed_image(images),
        client.embed_audio(sounds),
        np.stack([place.heatmap for place in client.localise(images, sounds)]),
    ]


def _median_ms(client: ModelClient, image: Image, sound: bytes) -> float:
    seconds = []
    for _ in range(_REQUESTS):
        start = time.perf_counter()
        client.score([image], [sound])
        seconds.append(time.perf_counter() - start)
    return round(1000 * statistics.median(seconds), 2)
