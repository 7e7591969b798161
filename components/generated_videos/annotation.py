"""Ground truth of a scene, for evaluation only: nothing may learn from it.

One JSON object a line in `annotations.jsonl`, beside the videos:

    {"video": "video_00012.mp4",         # file name
     "label": "bell",                    # class of the sounding object
     "objects": [                        # all objects in the frame; the first is the sounding one
       {"label": "bell", "sounding": true,
        "times": [0.0, 0.04, ...],       # seconds, rising, one entry a frame
        "boxes": [[ymin, xmin, ymax, xmax], ...]},  # as many; 0..1 of the frame's height and width
       {"label": "drum", "sounding": false, "times": [...], "boxes": [...]}]}

The box of an object at time t is that of the last entry with `times[k] <= t`. Where not one object
sounds all the time, those that sound at one time or another have `"sounds": [[start, end]]` too, in
seconds.
"""

from __future__ import annotations

import math

from objects_that_sound.components.generated_videos.renderer import Renderer
from objects_that_sound.components.generated_videos.scene import Scene


def annotate(scene: Scene, renderer: Renderer) -> dict:
    """The annotation of a video, as in the module's docstring, ready for `json.dumps`."""
    frame_times = [scene.frame_time(k) for k in range(scene.frames)]
    # WebM keeps whole milliseconds; rounding down never puts a frame before its box.
    times = [math.floor(1000 * time + 1e-6) / 1000 for time in frame_times]
    by_frame = [renderer.boxes(time) for time in frame_times]
    return {
        "video": scene.name,
        "label": scene.labels[0],
        "objects": [
            {
                "label": label,
                "sounding": k < scene.story.sounding_objects,
                **_sounds(scene, k),
                "times": times,
                "boxes": [_normalised(boxes[k], scene) for boxes in by_frame],
            }
            for k, label in enumerate(scene.labels)
        ],
    }


def _sounds(scene: Scene, place: int) -> dict:
    if scene.story.plot == "alone" or place >= scene.story.sounding_objects:
        return {}
    return {"sounds": [[round(edge, 4) for edge in scene.story.interval(place)]]}


def _normalised(box: tuple[int, int, int, int], scene: Scene) -> list[float]:
    left, top, right, bottom = box
    return [
        round(top / scene.height, 4),
        round(left / scene.width, 4),
        round(bottom / scene.height, 4),
        round(right / scene.width, 4),
    ]
