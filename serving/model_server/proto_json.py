"""The JSON of GetModelStatusResponse and GetModelMetadataResponse, as TensorFlow Serving's."""

from __future__ import annotations

import inspect
import json
from typing import Any

from google.protobuf import json_format
from tensorflow_serving.apis import get_model_metadata_pb2, get_model_status_pb2

# protobuf 5 renamed the option; both names must work (TFX 1.16 has 4.x, TFX 1.21 has 6.x).
_PRINT_DEFAULTS = next(
    name
    for name in ("always_print_fields_with_no_presence", "including_default_value_fields")
    if name in inspect.signature(json_format.MessageToDict).parameters
)


def status_json(response: get_model_status_pb2.GetModelStatusResponse) -> bytes:
    """`{"model_version_status": [{"version", "state", "status"}, ...]}`."""
    return json.dumps(_to_dict(response), indent=1).encode()


def metadata_json(response: get_model_metadata_pb2.GetModelMetadataResponse) -> bytes:
    """`{"model_spec", "metadata": {"signature_def": {"signature_def": {name: ...}}}}`.

    The doubled `signature_def` is TensorFlow Serving's: the map is a message with one field.
    """
    signatures = get_model_metadata_pb2.SignatureDefMap()
    response.metadata["signature_def"].Unpack(signatures)
    document = {
        "model_spec": _to_dict(response.model_spec),
        "metadata": {"signature_def": _to_dict(signatures)},
    }
    return json.dumps(document, indent=1).encode()


def _to_dict(message: Any) -> dict[str, Any]:
    return json_format.MessageToDict(
        message, preserving_proto_field_name=True, **{_PRINT_DEFAULTS: True}
    )
