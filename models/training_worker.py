"""One of several processes that train a network together; see docs/training.md.

    python -m objects_that_sound.models.training_worker FN_ARGS [--addresses HOST:PORT,HOST:PORT,...]

FN_ARGS is a JSON file of the arguments of `models.trainer.run_fn`, the same for all of them. Which of
them this is, says TF_CONFIG; with `--addresses`, which name all in order, the number that Kubernetes
gives to each pod of an indexed Job.
"""

from __future__ import annotations

import argparse
import json
import os
import types
from collections.abc import Sequence

INDEX = "JOB_COMPLETION_INDEX"
"""Environment variable of a pod of an indexed Job (Kubernetes API: `completionMode: Indexed`)."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Trains."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("fn_args")
    parser.add_argument("--addresses", type=lambda text: text.split(","))
    given = parser.parse_args(arguments)
    if given.addresses:
        os.environ["TF_CONFIG"] = json.dumps(
            {
                "cluster": {"worker": given.addresses},
                "task": {"type": "worker", "index": int(os.environ[INDEX])},
            }
        )
    import tensorflow as tf

    from objects_that_sound.models.object_storage import reach
    from objects_that_sound.models.trainer import run_fn

    reach(given.fn_args)
    with tf.io.gfile.GFile(given.fn_args) as file:
        run_fn(types.SimpleNamespace(**json.load(file)))


if __name__ == "__main__":
    main()
