"""What to say where a model is to be served and none was pushed."""

from __future__ import annotations

import json
import os

from objects_that_sound.tfx_pipeline.remote_root.work_folder import is_address
from objects_that_sound.tfx_pipeline.run_paths import RunPaths


def unpushed(base_path: str | os.PathLike) -> str:
    """Sentences that say that nothing was pushed yet, and what the last run decided.

    Args:
        base_path: folder of numbered versions.

    Returns:
        "" where there are versions, or where the server itself looks on object storage.
    """
    if is_address(os.fspath(base_path)):
        return ""
    from objects_that_sound.components.folder_names import newest_first  # imports TensorFlow

    folder = os.path.abspath(base_path)
    if os.path.isdir(folder) and newest_first(folder):
        return ""
    words = f"nothing was pushed to {folder} yet: requests are answered once there is a version."
    if os.path.exists(RunPaths(folder).metadata):
        return (
            f"{folder} is the root of runs, and its models are pushed to a folder below it: give "
            f"--model_base_path={RunPaths(folder).serving_dir}"
        )
    root = os.path.dirname(os.path.dirname(folder))
    if folder not in (RunPaths(root).serving_dir, RunPaths(root).search_dir):
        return words
    try:
        with open(os.path.join(root, "report.json"), encoding="utf-8") as file:
            advice = json.load(file)["advice"]
        decided, commands = str(advice["headline"]), list(map(str, advice["commands"]))
    except (OSError, ValueError, LookupError, TypeError):  # no run is over yet, or an older one's
        return f"{words} No run under {root} has ended with a decision."
    words += f" The last run under {root} decided: {decided.rstrip('.')}."
    if commands:
        words += f" To try its model: {commands[0]}"
    return words
