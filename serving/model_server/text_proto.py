"""Reads the configuration files of tensorflow_model_server: protocol buffers as text."""

from __future__ import annotations

import pathlib
from typing import TypeVar

from google.protobuf import (
    descriptor_pb2,
    descriptor_pool,
    message,
    message_factory,
    text_format,
    wrappers_pb2,
)

_Message = TypeVar("_Message", bound=message.Message)

_PACKAGE = "tensorflow.serving"
_WRAPPERS = "google.protobuf"
_MESSAGES = {
    "PrometheusConfig": [("bool", "enable", 1), ("string", "path", 2)],
    "MonitoringConfig": [("tensorflow.serving.PrometheusConfig", "prometheus_config", 1)],
    "SSLConfig": [
        ("string", "server_key", 1),
        ("string", "server_cert", 2),
        ("string", "custom_ca", 3),
        ("bool", "client_verify", 4),
    ],
    "BatchingParameters": [
        (f"{_WRAPPERS}.Int64Value", "max_batch_size", 1),
        (f"{_WRAPPERS}.Int64Value", "batch_timeout_micros", 2),
        (f"{_WRAPPERS}.Int64Value", "max_enqueued_batches", 3),
        (f"{_WRAPPERS}.Int64Value", "num_batch_threads", 4),
        (f"{_WRAPPERS}.StringValue", "thread_pool_name", 5),
        ("repeated int64", "allowed_batch_sizes", 6),
        ("bool", "pad_variable_length_inputs", 7),
        (f"{_WRAPPERS}.BoolValue", "enable_large_batch_splitting", 8),
        (f"{_WRAPPERS}.Int64Value", "max_execution_batch_size", 9),
    ],
}
"""TensorFlow Serving's own messages and field numbers (monitoring_config.proto, ssl_config.proto,
session_bundle_config.proto), which the package tensorflow-serving-api does not contain."""


def message_class(name: str) -> type[message.Message]:
    """The class of one of TensorFlow Serving's configuration messages, by its short name."""
    return _CLASSES[name]


def parse(path: pathlib.Path, flag: str, into: _Message) -> _Message:
    """Reads a file into a message.

    Args:
        path: the file.
        flag: the flag that names it, for the error message.
        into: an empty message, which is filled and returned.

    Raises:
        ValueError: the file cannot be read, or does not hold such a message.
    """
    try:
        text = path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"--{flag} {path} cannot be read: {error}") from error
    return parse_text(text, f"--{flag} {path}", into)


def parse_text(text: str, origin: str, into: _Message) -> _Message:
    """As `parse`, of text already read; `origin` begins the error message."""
    try:
        return text_format.Parse(text, into)
    except text_format.ParseError as error:
        # The protocol buffer library's own words, which tensorflow_model_server prints.
        raise ValueError(
            f"{origin}: Error parsing text-format {into.DESCRIPTOR.full_name}: {error}"
        ) from error


def _make_classes() -> dict[str, type[message.Message]]:
    file = descriptor_pb2.FileDescriptorProto(
        name="serving/model_server/configuration.proto",
        package=_PACKAGE,
        syntax="proto3",
        dependency=[wrappers_pb2.DESCRIPTOR.name],
    )
    types = descriptor_pb2.FieldDescriptorProto
    for name, fields in _MESSAGES.items():
        made = file.message_type.add(name=name)
        for declared, field_name, number in fields:
            repeated = declared.startswith("repeated ")
            kind = declared.removeprefix("repeated ")
            field = made.field.add(name=field_name, number=number)
            field.label = types.LABEL_REPEATED if repeated else types.LABEL_OPTIONAL
            if "." in kind:
                field.type, field.type_name = types.TYPE_MESSAGE, f".{kind}"
            else:
                field.type = types.Type.Value(f"TYPE_{kind.upper()}")
    # A pool of its own: should these messages come with a later tensorflow-serving-api, no clash.
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(wrappers_pb2.DESCRIPTOR.serialized_pb)
    pool.AddSerializedFile(file.SerializeToString())
    return {
        name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{_PACKAGE}.{name}"))
        for name in _MESSAGES
    }


_CLASSES = _make_classes()
