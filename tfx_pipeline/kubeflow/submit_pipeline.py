"""Sends a compiled pipeline to Kubeflow Pipelines, through kfp's client."""

from __future__ import annotations

import json
import time
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import kfp
import kfp_server_api
import urllib3
import yaml

from objects_that_sound.tfx_pipeline.kubeflow.parse_parameters import parse_parameters

SUCCEEDED = "SUCCEEDED"
_POLL_SECONDS = 5.0
_ENDED = (SUCCEEDED, "FAILED", "SKIPPED", "CANCELED", "ERROR")


class SubmitError(Exception):
    """A pipeline can't be submitted, or its server can't be reached; says why."""


def submit_pipeline(
    package: str,
    host: str,
    parameters: Sequence[str] = (),
    *,
    experiment: str | None = None,
    run_name: str | None = None,
    namespace: str | None = None,
    service_account: str | None = None,
    token: str | None = None,
    cache: bool | None = None,
    wait: bool = False,
    tell: Callable[[str], None] = lambda text: None,
) -> tuple[str, str | None]:
    """Starts a run.

    Args:
        package: path of the YAML that `ots compile` wrote.
        host: URL of Kubeflow Pipelines.
        parameters: NAME=VALUE; see `parse_parameters`.
        experiment: that the run is filed under; None for kfp's default.
        run_name: None for the package's name and the time.
        namespace: of multi-user Kubeflow.
        service_account: Kubernetes account that the steps run as; None for the cluster's default.
        token: for the server, if it asks for one.
        cache: whether all steps, or none, may reuse results; None for what was compiled.
        wait: whether to wait for the end.
        tell: takes a line for each state of the run that is waited for.

    Returns:
        The run's id, and how it ended (None without `wait`).

    Raises:
        SubmitError: a parameter is missing or wrong, or the server refused or can't be reached.
    """
    try:
        values = _values(package, parameters)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # of servers before 2.0
            client = kfp.Client(host=host, existing_token=token, namespace=namespace or "kubeflow")
        run = client.create_run_from_pipeline_package(
            package,
            arguments=values,
            run_name=run_name,
            experiment_name=experiment,
            namespace=namespace,
            service_account=service_account,
            enable_caching=cache,
        )
        state = _wait(client, run.run_id, tell) if wait else None
    except kfp_server_api.ApiException as error:
        raise SubmitError(f"{host} refused: {_reason(error)}") from error
    except (OSError, urllib3.exceptions.HTTPError) as error:
        raise SubmitError(f"{host} cannot be reached: {error}") from error
    except ValueError as error:
        raise SubmitError(str(error)) from error
    return run.run_id, state


def _values(package: str, parameters: Sequence[str]) -> dict[str, Any]:
    """The parameters in their types; the server would find fault with them one by one."""
    try:
        with open(package) as file:
            spec = next(yaml.safe_load_all(file))
        definitions = spec["root"]["inputDefinitions"]["parameters"]
    except (yaml.YAMLError, StopIteration, KeyError, TypeError, UnicodeDecodeError) as error:
        raise SubmitError(f"{package} is no pipeline that ots compile wrote") from error
    except OSError as error:
        raise SubmitError(f"can't read {package}: {error.strerror}") from error
    values = parse_parameters(
        parameters, {name: one["parameterType"] for name, one in definitions.items()}
    )
    missing = [
        f"{name} ({one.get('description', one['parameterType'])})"
        for name, one in definitions.items()
        if name not in values and not one.get("isOptional") and "defaultValue" not in one
    ]
    if missing:
        raise SubmitError(f"give --parameter NAME=VALUE for {'; '.join(missing)}")
    return values


def _wait(client: kfp.Client, run_id: str, tell: Callable[[str], None]) -> str:
    # kfp's own wait_for_run_completion never ends for a run that was cancelled.
    told = None
    while True:
        run = client.get_run(run_id)
        state = str(run.state or "PENDING").upper()
        if state != told:
            tell(f"Run {run_id}: {state}")
            told = state
        if state in _ENDED:
            if state != SUCCEEDED and run.error is not None and run.error.message:
                tell(run.error.message)
            return state
        time.sleep(_POLL_SECONDS)


def _reason(error: kfp_server_api.ApiException) -> str:
    """The one sentence in the server's answer."""
    try:
        answer = json.loads(error.body)
        message = answer.get("message") or answer["error"]
    except (TypeError, ValueError, KeyError, AttributeError):
        message = str(error.body or "").strip()[:500]
    hints = {401: "; give --token", 403: "; give --token, or another --namespace"}
    text = f"{error.status} {error.reason}: {message}".rstrip(": ")
    return text + hints.get(error.status, "")
