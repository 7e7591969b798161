"""The byte strings inside serialized tf.Examples and tf.SequenceExamples."""

from __future__ import annotations

from collections.abc import Iterator

from google.protobuf import descriptor_pb2, descriptor_pool, message, message_factory

_PACKAGE = "objects_that_sound.serving"
_MESSAGES = {
    "BytesList": [("bytes", "value", 1)],
    "Feature": [("BytesList", "bytes_list", 1)],
    "Named": [("bytes", "name", 1), ("Feature", "feature", 2)],
    "Features": [("Named", "feature", 1)],
    "FeatureList": [("Feature", "feature", 1)],
    "NamedList": [("bytes", "name", 1), ("FeatureList", "features", 2)],
    "FeatureLists": [("NamedList", "feature_list", 1)],
    "SequenceExample": [("Features", "context", 1), ("FeatureLists", "feature_lists", 2)],
}
"""core/example/example.proto and feature.proto on the wire. Not TensorFlow's own classes: those
refuse names that are not UTF-8 and forget a feature whose name comes twice, its kernels do not. (A
tf.Example's `features` have the number of a tf.SequenceExample's `context`.)"""


def strings_within(serialized: bytes) -> Iterator[bytes]:
    """Every string of every feature; nothing where it is no serialized example."""
    try:
        example = _SEQUENCE_EXAMPLE.FromString(serialized)
    except message.DecodeError:
        return
    for context in example.context:  # type: ignore[attr-defined]
        for named in context.feature:
            yield from _strings(named.feature)
    for lists in example.feature_lists:  # type: ignore[attr-defined]
        for named in lists.feature_list:
            for listed in named.features:
                yield from _strings(listed.feature)


def _strings(features: list) -> Iterator[bytes]:
    for feature in features:
        for listed in feature.bytes_list:
            yield from listed.value


def _make_class() -> type[message.Message]:
    types = descriptor_pb2.FieldDescriptorProto
    file = descriptor_pb2.FileDescriptorProto(
        name="serving/model_server/packed_examples.proto", package=_PACKAGE, syntax="proto3"
    )
    for name, fields in _MESSAGES.items():
        made = file.message_type.add(name=name)
        for kind, field_name, number in fields:
            # All repeated, so that parts of one message that come apart are all seen.
            field = made.field.add(name=field_name, number=number, label=types.LABEL_REPEATED)
            if kind == "bytes":
                field.type = types.TYPE_BYTES
            else:
                field.type, field.type_name = types.TYPE_MESSAGE, f".{_PACKAGE}.{kind}"
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(file.SerializeToString())
    return message_factory.GetMessageClass(
        pool.FindMessageTypeByName(f"{_PACKAGE}.SequenceExample")
    )


_SEQUENCE_EXAMPLE = _make_class()
