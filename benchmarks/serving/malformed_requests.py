"""Requests that are wrong in every way that comes to mind, and the statuses that are right."""

from __future__ import annotations

import base64
import dataclasses
import io
import itertools
import json
import socket
import struct
import wave
from collections.abc import Callable, Iterator

import grpc
import numpy as np
import requests
import tensorflow as tf
from PIL import Image
from tensorflow_serving.apis import predict_pb2

_PREDICT = "/tensorflow.serving.PredictionService/Predict"
_FUZZED_REST = frozenset({"200", "400", "404"})
"""A changed byte may leave a request right, or name another signature or input."""
_FUZZED_GRPC = frozenset(
    {"OK", "INVALID_ARGUMENT", "FAILED_PRECONDITION", "NOT_FOUND", "unparsable"}
)
_HUGE = 100 * 2**20
_PATIENCE_SECONDS = 600.0


@dataclasses.dataclass
class Malformed:
    """One request; `send` gives the status of its answer, which should be one of `right`."""

    name: str
    send: Callable[[], str]
    right: frozenset[str]


class MalformedRequests:
    """Makes them for a server of the models `toy` and `sound`.

    `toy` is the tests' SavedModel with signatures of many types, `sound` one with this project's.
    """

    def __init__(self, port: int, rest_api_port: int, sample_rate: int, jpeg_bomb: bytes):
        """Args: `sample_rate`: of `sound`; `jpeg_bomb`: states a size that nobody could decode."""
        self._rest_api_port = rest_api_port
        self._session = requests.Session()
        self._channel = grpc.insecure_channel(
            f"127.0.0.1:{port}", [("grpc.max_send_message_length", -1)]
        )
        self._call = self._channel.unary_unary(_PREDICT)  # bytes as they are
        self._generator = np.random.default_rng(0)
        self._sound = bytes(2 * sample_rate)
        self._sample_rate = sample_rate
        self._jpeg_bomb = jpeg_bomb

    def close(self) -> None:
        """Closes the connections."""
        self._session.close()
        self._channel.close()

    def make(self, count: int, huge: int) -> Iterator[Malformed]:
        """So many, of which so many are of 100 MB; each a little different from the others."""
        kinds = itertools.cycle(
            [
                self._fuzzed_json,
                self._cut_json,
                self._fuzzed_protobuf,
                self._fuzzed_protobuf,
                self._random_bytes,
                self._wrong_rest,
                self._wrong_rest,
                self._wrong_grpc,
                self._cut_jpeg,
                self._jpeg_of_30000_pixels,
                self._wrong_sound,
                self._not_a_number,
                self._no_http,
            ]
        )
        every = max(1, count // max(1, huge))
        for number in range(count):
            is_huge = huge and number % every == every - 1
            yield self._huge(number) if is_huge else next(kinds)()

    def _post(self, body: object, path: str = "toy:predict", method: str = "POST") -> str:
        data = body if isinstance(body, bytes) else json.dumps(body)
        url = f"http://127.0.0.1:{self._rest_api_port}/v1/models/{path}"
        response = self._session.request(method, url, data=data, timeout=_PATIENCE_SECONDS)
        if not response.ok:
            assert list(response.json()) == ["error"]  # in this form, whatever went wrong
        return str(response.status_code)

    def _predict(self, message: bytes) -> str:
        try:
            self._call(message, timeout=_PATIENCE_SECONDS)
        except grpc.RpcError as error:
            if "deserializing request" in error.details():
                return "unparsable"  # what gRPC itself says, before the server's own code
            return error.code().name
        return "OK"

    def _rest(self, name: str, body: object, *right: str, **how: str) -> Malformed:
        return Malformed(f"REST: {name}", lambda: self._post(body, **how), frozenset(right))

    def _grpc(self, name: str, message: bytes, *right: str) -> Malformed:
        return Malformed(f"gRPC: {name}", lambda: self._predict(message), frozenset(right))

    def _message(self, signature: str, model: str = "toy", **inputs: object) -> bytes:
        request = predict_pb2.PredictRequest()
        request.model_spec.name, request.model_spec.signature_name = model, signature
        for name, value in inputs.items():
            request.inputs[name].CopyFrom(tf.make_tensor_proto(value))
        return request.SerializeToString()

    def _image(self) -> bytes:
        buffer = io.BytesIO()
        pixels = self._generator.integers(0, 255, (60, 80, 3), np.uint8)
        Image.fromarray(pixels).save(buffer, "jpeg")
        return buffer.getvalue()

    def _spoil(self, data: bytes) -> bytes:
        """Changes up to 8 bytes."""
        spoilt = np.frombuffer(data, np.uint8).copy()
        places = self._generator.integers(0, len(spoilt), self._generator.integers(1, 9))
        spoilt[places] = self._generator.integers(0, 256, len(places))
        return spoilt.tobytes()

    def _fuzzed_json(self) -> Malformed:
        body = json.dumps({"inputs": {"x": [[1, 2.5], [3, 4]], "tag": ["a", {"b64": "Yg=="}]}})
        return self._rest("fuzzed", self._spoil(body.encode()), *_FUZZED_REST)

    def _cut_json(self) -> Malformed:
        body = json.dumps({"instances": [{"x": [1, 2], "tag": "a"}]}).encode()
        return self._rest("cut", body[: self._generator.integers(0, len(body))], "400")

    def _fuzzed_protobuf(self) -> Malformed:
        message = self._message("", x=np.ones((2, 2), np.float32), tag=["a", "b"])
        return self._grpc("fuzzed", self._spoil(message), *_FUZZED_GRPC)

    def _random_bytes(self) -> Malformed:
        size = self._generator.integers(1, 300)
        return self._grpc("random", self._generator.bytes(size), *_FUZZED_GRPC - {"OK"})

    def _wrong_rest(self) -> Malformed:
        ones, deep = [1.0] * int(self._generator.integers(1, 99)), 2000
        bodies = {
            "type": {"signature_name": "scaled", "inputs": ["1"]},
            "shape": {"inputs": {"x": ones, "tag": ["a"]}},
            "ragged": {"signature_name": "scaled", "inputs": [[1], 2]},
            "missing": {"inputs": {"x": [[1, 2]]}},
            "extra": {"instances": [{"x": [1, 2], "tag": "a", "z": 1}]},
            "signature": {"signature_name": f"no{ones}", "inputs": 1},
            "signature's type": {"signature_name": 5, "inputs": 1},
            "both": {"instances": ones, "inputs": ones},
            "base64": {"signature_name": "decode", "inputs": [{"b64": "%%%"}]},
            "overflow": {"signature_name": "types", "inputs": {"u8": [256]}},
            "null": {"signature_name": "scaled", "inputs": None},
            "nested": b'{"inputs": ' + b"[" * deep + b"]" * deep + b"}",
            "very nested": b"[" * 10**6,
            "no UTF-8": b'{"inputs": "\xff"}',
            "no object": [1, 2],
        }
        name = list(bodies)[self._generator.integers(len(bodies))]
        other = {
            "model": {"path": "nope:predict", "right": "404"},
            "version": {"path": "toy/versions/9:predict", "right": "404"},
            "great version": {"path": f"toy/versions/{10**30}:predict", "right": "400"},
            "label": {"path": "toy/labels/new:predict", "right": "400"},
            "verb": {"path": "toy:explode", "right": "400"},
            "path": {"path": "toy/%00/..%2f:predict", "right": "400"},
            "method": {"method": "DELETE", "right": "400"},
            "classify": {"path": "toy:classify", "right": "400"},
        }
        if self._generator.random() < 0.3:
            name = list(other)[self._generator.integers(len(other))]
            how = dict(other[name])
            return self._rest(name, {"inputs": 1}, how.pop("right"), **how)
        return self._rest(name, bodies[name], "400")

    def _wrong_grpc(self) -> Malformed:
        size = int(self._generator.integers(1, 99))
        broken = predict_pb2.PredictRequest.FromString(self._message("scaled", x=[1.0]))
        broken.inputs["x"].tensor_shape.dim[0].size = 10**12
        messages = {
            "type": (self._message("scaled", x=["text"]), "INVALID_ARGUMENT"),
            "shape": (self._message("", x=np.ones(size, "f"), tag=["a"]), "INVALID_ARGUMENT"),
            "missing": (self._message(""), "INVALID_ARGUMENT"),
            "signature": (self._message("no" * size), "FAILED_PRECONDITION"),
            "long name": (self._message("n" * 10**6), "FAILED_PRECONDITION"),
            "model": (self._message("", model="no" * size), "NOT_FOUND"),
            "empty": (b"", "INVALID_ARGUMENT"),
            "asks for terabytes": (broken.SerializeToString(), "INVALID_ARGUMENT"),
        }
        name = list(messages)[self._generator.integers(len(messages))]
        message, right = messages[name]
        return self._grpc(name, message, right)

    def _score(self, name: str, image: bytes, sound: bytes) -> Malformed:
        if self._generator.random() < 0.5:
            message = self._message("score", "sound", image=[image], audio=[sound])
            return self._grpc(name, message, "INVALID_ARGUMENT")
        columns = {
            key: [{"b64": base64.b64encode(value).decode()}]
            for key, value in (("image", image), ("audio", sound))
        }
        body = {"signature_name": "score", "inputs": columns}
        return self._rest(name, body, "400", path="sound:predict")

    def _cut_jpeg(self) -> Malformed:
        image = self._image()
        return self._score("cut JPEG", image[: self._generator.integers(0, 800)], self._sound)

    def _jpeg_of_30000_pixels(self) -> Malformed:
        return self._score("30,000 x 30,000 JPEG", self._jpeg_bomb, self._sound)

    def _wrong_sound(self) -> Malformed:
        floats = np.full(self._sample_rate, np.nan, "<f4").tobytes()
        header = b"RIFF" + struct.pack("<I", 36 + len(floats)) + b"WAVEfmt "
        header += struct.pack("<IHHIIHH", 16, 3, 1, self._sample_rate, 4 * self._sample_rate, 4, 32)
        stereo = io.BytesIO()
        with wave.open(stereo, "wb") as file:
            file.setparams((2, 2, self._sample_rate, 0, "NONE", ""))
            file.writeframes(2 * self._sound)
        sounds = {
            "WAV of NaN": header + b"data" + struct.pack("<I", len(floats)) + floats,
            "short sound": self._sound[: self._generator.integers(0, len(self._sound))],
            "cut WAV": stereo.getvalue()[: self._generator.integers(12, 99)],
            "no sound": b"",
        }
        name = list(sounds)[self._generator.integers(len(sounds))]
        return self._score(name, self._image(), sounds[name])

    def _not_a_number(self) -> Malformed:
        if self._generator.random() < 0.5:  # these are numbers to TensorFlow Serving as well
            return self._rest("NaN", b'{"signature_name": "scaled", "inputs": [NaN, 1]}', "200")
        message = self._message("scaled", x=np.array([np.nan, np.inf], np.float32))
        return self._grpc("NaN", message, "OK")

    def _no_http(self) -> Malformed:
        def send() -> str:
            address = "127.0.0.1", self._rest_api_port
            with socket.create_connection(address, _PATIENCE_SECONDS) as connection:
                connection.sendall(b"\x16\x03" + self._generator.bytes(60) + b"\r\n\r\n")
                answer = connection.recv(100)
            return answer.split()[1].decode() if answer else "closed"

        return Malformed("no HTTP", send, frozenset({"400", "closed"}))

    def _huge(self, number: int) -> Malformed:
        if number % 2:
            message = self._message("", tag=[bytes(_HUGE)])
            return self._grpc("100 MB", message, "RESOURCE_EXHAUSTED")
        return self._rest("100 MB", b" " * _HUGE, "413")
