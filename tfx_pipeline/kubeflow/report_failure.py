"""The step that follows when a run has ended: posts to a webhook that it did not succeed.

    REPORT_WEBHOOK=URL python -m objects_that_sound.tfx_pipeline.kubeflow.report_failure --status JSON

The message is what Slack, Mattermost, Teams' workflows and others take: `{"text": "..."}`.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import requests

WEBHOOK = "REPORT_WEBHOOK"
"""Environment variable that holds the URL; it is a secret, and never printed."""

_SUCCEEDED = ("SUCCEEDED", "COMPLETE", "CACHED")
"""As Vertex AI and Kubeflow since 2.14, from ML Metadata's states, call it."""
_FAILED = ("FAILED", "ERROR")
_SECONDS = 30.0


def failure(status: Mapping[str, Any]) -> str:
    """What is to be said of a run.

    Args:
        status: a PipelineTaskFinalStatus of Kubeflow's, as JSON values.

    Returns:
        A sentence or two; "" if the run succeeded.
    """
    state = str(status.get("state") or "unknown")
    if state in _SUCCEEDED:
        return ""
    run = status.get("pipelineJobResourceName") or "without a name"
    said = f"The run {run} of Objects that Sound "
    if state in _FAILED:
        said += "failed."
    else:  # a step that was killed for its memory has told nobody
        said += f"ended, and Kubeflow does not say that it succeeded (its state is {state})."
    error = (status.get("error") or {}).get("message")
    return f"{said} {error}" if error else said


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the step."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--status", required=True)
    text = failure(json.loads(parser.parse_args(arguments).status))
    if not text:
        print("The run succeeded. There is nothing to report.")
        return
    print(text)
    try:
        response = requests.post(os.environ[WEBHOOK], json={"text": text}, timeout=_SECONDS)
    except KeyError:
        sys.exit(f"The report was not sent: {WEBHOOK} is not set.")
    except requests.RequestException as error:
        # The error's words have the URL in them.
        sys.exit(
            f"The report was not sent: the webhook cannot be reached ({type(error).__name__})."
        )
    if not response.ok:
        sys.exit(f"The report was not sent: the webhook answered {response.status_code}.")
    print("The report was sent.")


if __name__ == "__main__":
    main()
