"""SearchIndexer against a bare loop that calls the same SavedModel on the same batches."""

from __future__ import annotations

import functools
import itertools
import pathlib
import statistics

from benchmarks.cpu_time import cpu_time
from benchmarks.serving.target import Target

BATCH_SIZE = 32
_LIMIT = 1.25  # of the bare loop's CPU time: 0.8 of its rate


def measure(folder: pathlib.Path, rounds: int, count: int) -> list[Target]:
    """Takes the CPU time of both in turn, round after round; the loop before and after.

    SearchIndexer indexes all examples and a quarter of them: the difference is what embedding costs,
    the rest what it costs to load the model, and to write, load and check the index.

    Args:
        folder: for a model, the examples and the indices.
        rounds: repeats.
        count: of examples.

    Returns:
        How many times the bare loop's CPU time an embedded example takes in SearchIndexer: the
        median of the rounds' ratios.
    """
    import tensorflow as tf
    from apache_beam import Pipeline
    from apache_beam.options.pipeline_options import PipelineOptions

    from benchmarks.train.synthetic_examples import write_synthetic_examples
    from objects_that_sound.components.beam_options import local_beam_pipeline_args
    from objects_that_sound.components.evaluation.saved_model import SavedModel
    from objects_that_sound.components.search_indexer.build_index import build_index
    from objects_that_sound.models import examples as contract
    from objects_that_sound.models.networks.factory import build_network
    from objects_that_sound.models.signatures import ServingSignatures
    from objects_that_sound.tfx_pipeline.presets.real import real

    config = real().network
    model_folder = str(folder / "model")
    ServingSignatures(build_network(config)).save(model_folder)
    files = {
        number: write_synthetic_examples(folder / f"examples-{number}", config, number)[0]
        for number in (count // 4, count)
    }
    records = tf.data.TFRecordDataset(files[count], compression_type="GZIP").take(BATCH_SIZE)
    rows = [contract.read_example(record) for record in records.as_numpy_iterator()]
    images, sounds = ([row[name][0] for row in rows] for name in (contract.IMAGE, contract.AUDIO))
    model = SavedModel(model_folder)
    indices = itertools.count()

    def bare() -> None:
        for _ in range(count // BATCH_SIZE):
            model.call("embed_image", {"image": images})
            model.call("embed_audio", {"audio": sounds})

    def index(number: int) -> None:
        index_folder = folder / f"index-{next(indices)}"
        build_index(
            str(index_folder),
            files[number],
            model_folder,
            work_folder=str(index_folder / ".embedded"),
            pipeline=Pipeline(options=PipelineOptions(local_beam_pipeline_args())),
            batch_size=BATCH_SIZE,
        )

    bare()  # warms up, as does the first index
    index(count // 4)
    alone, embedding, beside = [], [], []  # CPU seconds an example; seconds
    for _ in range(rounds):
        before = cpu_time(bare)
        few, many = (cpu_time(functools.partial(index, number)) for number in files)
        both = before + cpu_time(bare)  # where a machine becomes slower, so do both
        alone.append(both / 2 / (count // BATCH_SIZE * BATCH_SIZE))
        embedding.append((many - few) / (count - count // 4))
        beside.append(many - count * embedding[-1])
    print(
        f"Search index of {count} moments of the preset `real`, batches of {BATCH_SIZE}, median of "
        f"{rounds} rounds, CPU ms a moment: {1000 * statistics.median(alone):.2f} in a bare loop, "
        f"{1000 * statistics.median(embedding):.2f} in SearchIndexer, beside "
        f"{statistics.median(beside):.1f} CPU s for what does not grow with the collection"
    )
    ratios = [mine / least for mine, least in zip(embedding, alone, strict=True)]
    return [Target("SearchIndexer / bare loop, a moment", statistics.median(ratios), _LIMIT)]
