"""Names of what VideoExampleGen leaves, for whoever reads it; imports nothing."""

from __future__ import annotations

REJECTS_NAME = "rejects.jsonl"
"""Name of the file of rejects in the folder of the examples artifact."""
VIDEOS_NAME = "videos.jsonl"
"""Likewise, of all videos that were to be ingested: `video`, `path`, `split`, `version` and `group`."""
STORE_NAME = ".unfinished"
"""Name of the folder of finished shards beside the examples artifact of an unfinished run."""
