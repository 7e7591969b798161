"""Mixed load on a server while versions are swapped under it and corrupt ones are pushed.

    python -m benchmarks.serving.load --minutes 10

Tiny SavedModels, whose answers tell their version; callers over gRPC and REST, single and in batches,
with batching on. Versions are copied file after file, as TFX's Pusher does.
"""

from __future__ import annotations

import collections
import dataclasses
import os
import pathlib
import shutil
import tempfile
import threading
import time
from collections.abc import Callable

import click
import numpy as np
import psutil

_NAME = "load"


@dataclasses.dataclass
class Outcome:
    """What happened.

    Attributes:
        requests: that were answered, by kind.
        failures: requests that were not, and answers that were wrong.
        versions: that answered.
        pushed: good versions that were pushed.
        reported: the error that the server's status gives for the corrupt version.
        growth: of the server's memory from the third swap to the last, in bytes.
    """

    requests: collections.Counter[str] = dataclasses.field(default_factory=collections.Counter)
    failures: list[str] = dataclasses.field(default_factory=list)
    versions: set[int] = dataclasses.field(default_factory=set)
    pushed: set[int] = dataclasses.field(default_factory=set)
    reported: str = ""
    growth: int = 0


def run(folder: pathlib.Path, seconds: float, swaps: int, callers: int = 2) -> Outcome:
    """Loads a server for so many seconds with so many swaps and one corrupt version.

    Args:
        folder: an empty one.
        seconds: in all.
        swaps: new versions, evenly spread over the time.
        callers: of each of the four kinds, at the same time.
    """
    from objects_that_sound.components.isolated_python import isolated_python
    from objects_that_sound.serving.client.grpc_client import GrpcClient
    from objects_that_sound.serving.client.rest_client import RestClient
    from objects_that_sound.serving.launcher.launch_server import launch_server
    from objects_that_sound.tfx_pipeline.local_server import LOCAL_SERVER

    outcome = Outcome()
    corrupt = swaps // 2 + 1
    for version in range(swaps + 2):
        _save(folder / "made" / str(version), version)
    (folder / "served").mkdir()
    _push(folder, 0)
    batching = folder / "batching.config"
    batching.write_text("max_batch_size { value: 16 } batch_timeout_micros { value: 500 }")
    command = [
        *isolated_python(*LOCAL_SERVER),
        f"--model_base_path={folder / 'served'}",
        f"--model_name={_NAME}",
        "--enable_batching",
        f"--batching_parameters_file={batching}",
    ]
    stop = threading.Event()
    with launch_server(command, [_NAME], folder / "server.log") as server:
        memory_of = psutil.Process(server.pid).memory_info

        def ask(kind: str, size: int, client) -> None:
            latest = 0
            while not stop.is_set():
                values = np.random.default_rng().integers(0, 1000, size)
                texts = [str(value).encode() for value in values]
                try:
                    outputs = {"value": np.float32, "version": np.int64}
                    answer = client.predict("serving_default", {"text": texts}, outputs)
                    if answer["value"].tolist() != values.tolist():
                        outcome.failures.append(f"{kind}: a wrong answer: {answer}")
                    version = int(answer["version"][0])
                    if len(set(answer["version"].tolist())) != 1 or version < latest:
                        outcome.failures.append(f"{kind}: {latest}, then {answer['version']}")
                    latest = version
                    outcome.versions.add(version)
                    outcome.requests[kind] += 1
                except Exception as error:
                    outcome.failures.append(f"{kind}: {error!r}")

        clients = {
            "gRPC": lambda: GrpcClient(server.addresses["grpc"], _NAME),
            "REST": lambda: RestClient(server.addresses["rest"], _NAME),
        }
        threads = [
            threading.Thread(target=ask, args=(f"{way}, {size}", size, make()), daemon=True)
            for way, make in clients.items()
            for size in (1, 16)
            for _ in range(callers)
        ]
        watching = clients["REST"]()
        start, memory = time.monotonic(), 0
        for thread in threads:
            thread.start()
        for number in range(1, swaps + 2):
            time.sleep(max(0.0, start + seconds * number / (swaps + 2) - time.monotonic()))
            _push(folder, number, spoil=number == corrupt)
            states = _wait(watching.model_status, number)
            if number == corrupt:
                outcome.reported = states[number].error_message
            elif states[number].state == "AVAILABLE":
                outcome.pushed.add(number)
            shutil.rmtree(folder / "served" / str(number - 2), ignore_errors=True)
            if number == 3:
                memory = memory_of().rss
        time.sleep(max(0.0, start + seconds - time.monotonic()))
        outcome.growth = memory_of().rss - memory
        stop.set()
        for thread in threads:
            thread.join(30)
        if not server.is_running:
            outcome.failures.append("the server has ended")
    return outcome


@click.command(help=__doc__.splitlines()[0])
@click.option("--minutes", default=10.0, show_default=True, help="In all.")
@click.option("--swaps", default=20, show_default=True, help="New versions.")
def main(minutes: float, swaps: int) -> None:
    """See the module."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with tempfile.TemporaryDirectory() as folder:
        outcome = run(pathlib.Path(folder), 60 * minutes, swaps)
    answered = ", ".join(f"{kind}: {count}" for kind, count in sorted(outcome.requests.items()))
    print(f"answered in {minutes:g} min: {answered}")
    print(f"{len(outcome.pushed)} swaps; versions that answered: {sorted(outcome.versions)}")
    print(f"the corrupt version was reported: {outcome.reported!r}")
    print(f"memory grew by {outcome.growth / 2**20:.0f} MiB")
    print(f"failed requests: {len(outcome.failures)}")
    for failure in outcome.failures[:10]:
        print(f"  {failure}")
    if outcome.failures or len(outcome.pushed) < swaps or not outcome.reported:
        raise SystemExit(1)


def _save(folder: pathlib.Path, version: int) -> None:
    import tensorflow as tf

    class Model(tf.Module):
        """Reads numbers; tells its version from a variable."""

        def __init__(self) -> None:
            self.version = tf.Variable(version, dtype=tf.int64)
            self.weights = tf.Variable(tf.zeros([500_000]))  # as a small network's

        @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "text")])
        def read(self, text: tf.Tensor) -> dict[str, tf.Tensor]:
            value = tf.strings.to_number(text) + tf.reduce_sum(self.weights)
            return {"value": value, "version": tf.fill(tf.shape(text), self.version)}

    model = Model()
    tf.saved_model.save(model, str(folder), signatures=model.read)


def _push(folder: pathlib.Path, version: int, spoil: bool = False) -> None:
    source, target = folder / "made" / str(version), folder / "served" / str(version)
    for file in sorted(source.rglob("*"), key=lambda f: len(f.parts)):
        if file.is_file():
            copy = target / file.relative_to(source)
            copy.parent.mkdir(parents=True, exist_ok=True)
            data = file.read_bytes()
            if spoil and file.name.startswith("variables.data"):
                data = data[: len(data) // 2] + os.urandom(len(data) - len(data) // 2)
            copy.write_bytes(data)
            time.sleep(0.05)


def _wait(statuses: Callable[[], list], version: int) -> dict:
    """The states once that version is served or refused, and the one before it unloaded."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        states = {status.version: status for status in statuses()}
        if version in states and states[version].state in ("AVAILABLE", "END"):
            return states
        time.sleep(0.05)
    raise TimeoutError(f"version {version} was neither served nor refused within a minute")


if __name__ == "__main__":
    main()
