"""The client over REST; needs no TensorFlow."""

from __future__ import annotations

import urllib.parse
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import orjson
import pybase64
import requests
import urllib3
from requests import adapters

from objects_that_sound.serving.client.client_options import ONCE, ClientOptions
from objects_that_sound.serving.client.model_client import Image, ModelClient
from objects_that_sound.serving.client.model_server_error import ModelServerError
from objects_that_sound.serving.client.version_status import VersionStatus

_CODES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    404: "NOT_FOUND",
    413: "RESOURCE_EXHAUSTED",
    429: "RESOURCE_EXHAUSTED",
    501: "UNIMPLEMENTED",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}


class RestClient(ModelClient):
    """Speaks TensorFlow Serving's RESTful API; `server` is `host:port` of `--rest_api_port`."""

    def __init__(
        self,
        server: str,
        model_name: str,
        timeout_seconds: float = 30.0,
        options: ClientOptions = ONCE,
    ):
        super().__init__(server, model_name, timeout_seconds)
        scheme = "https" if options.encrypted else "http"
        self._url = f"{scheme}://{server}/v1/models/{_quoted(model_name)}"
        if options.version is not None:
            self._url += f"/versions/{options.version}"
        if options.version_label is not None:
            self._url += f"/labels/{_quoted(options.version_label)}"
        if options.ca_file is not None and not options.ca_file.is_file():
            raise FileNotFoundError(f"there is no file {options.ca_file}")
        # Given with each request, since the environment would replace the session's.
        self._verify = None if options.ca_file is None else str(options.ca_file)
        self._session = _session(options)

    def predict(
        self,
        signature_name: str,
        inputs: Mapping[str, Sequence[Image] | np.ndarray],
        outputs: Mapping[str, type[np.generic]],
    ) -> dict[str, np.ndarray]:
        """See `ModelClient.predict`."""
        columns = {
            name: values.tolist()
            if isinstance(values, np.ndarray)
            else [_to_json(value) for value in values]
            for name, values in inputs.items()
        }
        body = {"signature_name": signature_name, "inputs": columns}
        answer = self._request("POST", f"{self._url}:predict", orjson.dumps(body))["outputs"]
        if len(outputs) == 1 and not isinstance(answer, dict):
            answer = {name: answer for name in outputs}  # a single output comes without its name
        wanted = outputs or dict.fromkeys(answer)
        return {name: np.asarray(answer[name], dtype) for name, dtype in wanted.items()}

    def model_status(self) -> list[VersionStatus]:
        """See `ModelClient.model_status`."""
        return [
            VersionStatus(
                int(entry["version"]),
                entry["state"],
                entry["status"]["error_code"],
                entry["status"]["error_message"],
            )
            for entry in self._request("GET", self._url)["model_version_status"]
        ]

    def close(self) -> None:
        """See `ModelClient.close`."""
        self._session.close()

    def _request(self, method: str, url: str, body: bytes | None = None) -> dict[str, Any]:
        try:
            response = self._session.request(
                method,
                url,
                data=body,
                headers={"Content-Type": "application/json"},
                timeout=self.timeout_seconds,
                verify=self._verify,
            )
        except requests.Timeout as error:
            raise self._timed_out() from error
        except requests.exceptions.SSLError as error:
            raise ConnectionError(
                f"no model server at {self.server} over TLS: {error.args[0]}"
            ) from error
        except requests.RequestException as error:
            raise self._no_server("rest_api_port") from error
        try:
            answer = response.json()
        except ValueError:
            answer = {"error": f"no JSON but {response.text[:200]!r}"}
        if not response.ok or "error" in answer:
            code = _CODES.get(response.status_code, "INTERNAL")
            raise ModelServerError(code, answer.get("error", response.reason))
        return answer


class _BearerToken(requests.auth.AuthBase):
    """The token of each request. (A mere header would give way to what a .netrc file says.)"""

    def __init__(self, token: str):
        self._header = f"Bearer {token}"

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = self._header
        return request


def _session(options: ClientOptions) -> requests.Session:
    """A session whose requests are tried again by urllib3."""
    session = requests.Session()
    if options.token is not None:
        session.auth = _BearerToken(options.token)
    retry = urllib3.Retry(
        options.retries,
        read=False,  # a timeout is not tried again
        other=0,  # nor a wrong certificate
        status_forcelist=[503],
        allowed_methods=None,
        backoff_factor=0.2,
        backoff_max=2.0,
        raise_on_status=False,
        respect_retry_after_header=False,
    )
    for scheme in ("http://", "https://"):
        session.mount(scheme, adapters.HTTPAdapter(max_retries=retry))
    return session


def _quoted(name: str) -> str:
    return urllib.parse.quote(name, safe="")


def _to_json(value: Image) -> dict | list:
    if isinstance(value, bytes):
        return {"b64": pybase64.b64encode_as_string(value)}
    return [_to_json(frame) for frame in value]
