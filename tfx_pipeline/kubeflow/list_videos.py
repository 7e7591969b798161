"""The step that lists the videos of a run.

    python -m objects_that_sound.tfx_pipeline.kubeflow.list_videos --videos JSON --segments CSV --eval_videos JSON --fingerprint HEX --output FOLDER

Its output is cached by the fingerprint, so that ingest is not repeated while the videos stay the same.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence

from objects_that_sound.components.video_example_gen.video_list import list_videos, write_list
from objects_that_sound.tfx_pipeline.kubeflow.video_list_file import VIDEO_LIST, fingerprint


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the step."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--videos", required=True)
    parser.add_argument("--segments", required=True)
    parser.add_argument("--eval_videos", required=True)
    parser.add_argument("--fingerprint", required=True)
    parser.add_argument("--output", required=True)
    given = parser.parse_args(arguments)
    path = os.path.join(given.output, VIDEO_LIST)
    try:
        videos, held_out = json.loads(given.videos), json.loads(given.eval_videos)
        write_list(list_videos(videos, given.segments, held_out), path)
    except (OSError, ValueError) as error:
        sys.exit(str(error))
    # Under a fingerprint of other videos the cache would give these to a later run.
    if fingerprint(path) != given.fingerprint:
        sys.exit("The videos changed after the run had begun: submit it again.")


if __name__ == "__main__":
    main()
