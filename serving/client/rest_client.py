"""The client over REST; needs no TensorFlow."""

from __future__ import annotations

import base64
import urllib.parse
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import orjson
import requests

from serving.client.model_client import Image, ModelClient
from serving.client.model_server_error import ModelServerError
from serving.client.version_status import VersionStatus

_CODES = {
    400: "INVALID_ARGUMENT",
    404: "NOT_FOUND",
    413: "RESOURCE_EXHAUSTED",
    429: "RESOURCE_EXHAUSTED",
    501: "UNIMPLEMENTED",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}


class RestClient(ModelClient):
    """Speaks TensorFlow Serving's RESTful API; `server` is `host:port` of `--rest_api_port`."""

    def __init__(self, server: str, model_name: str, timeout_seconds: float = 30.0):
        super().__init__(server, model_name, timeout_seconds)
        self._url = f"http://{server}/v1/models/{urllib.parse.quote(model_name, safe='')}"
        self._session = requests.Session()

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
            )
        except requests.Timeout as error:
            raise self._timed_out() from error
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


def _to_json(value: Image) -> dict | list:
    if isinstance(value, bytes):
        return {"b64": base64.b64encode(value).decode()}
    return [_to_json(frame) for frame in value]
