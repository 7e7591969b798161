"""Classification and regression: signatures that take serialized tf.Examples."""

from __future__ import annotations

from collections.abc import Callable

import grpc
import numpy as np
from tensorflow.core.framework import types_pb2
from tensorflow.core.protobuf import meta_graph_pb2
from tensorflow_serving.apis import classification_pb2, input_pb2, regression_pb2

from objects_that_sound.serving.model_server import tensor_proto
from objects_that_sound.serving.model_server.servable import Servable
from objects_that_sound.serving.model_server.serving_error import ServingError

CLASSIFY = "tensorflow/serving/classify"
REGRESS = "tensorflow/serving/regress"
PREDICT = "tensorflow/serving/predict"

_INPUTS = "inputs"
_CLASSES, _SCORES = "classes", "scores"
_REGRESSION_OUTPUTS = "outputs"

Method = Callable[..., "classification_pb2.ClassificationResult | regression_pb2.RegressionResult"]


def method(name: str) -> Method:
    """`classify` or `regress`, by the method name of a MultiInference task.

    Raises:
        ServingError: UNIMPLEMENTED, it is neither.
    """
    if name not in (CLASSIFY, REGRESS):
        raise ServingError(
            grpc.StatusCode.UNIMPLEMENTED, f"Unsupported signature method_name: {name}"
        )
    return classify if name == CLASSIFY else regress


def classify(
    servable: Servable,
    signature_name: str,
    examples: input_pb2.Input,
    timeout_seconds: float | None = None,
    check_method: bool = False,
) -> classification_pb2.ClassificationResult:
    """Classifies tf.Examples.

    Args:
        servable: the model.
        signature_name: a signature with the input `inputs` (string [B]) and the outputs `classes`
            (string [B, n]), `scores` (float32 [B, n]) or both; empty for `serving_default`.
        examples: the examples, with or without a context.
        timeout_seconds: how long it may run; None for ever.
        check_method: require the signature to be declared as a classification.

    Returns:
        Label and score of each class, for each example.

    Raises:
        ServingError: INVALID_ARGUMENT or FAILED_PRECONDITION, the signature is none for
            classification or does not give what it should; as `Servable.predict`.
    """
    signature = _signature(
        servable, signature_name, CLASSIFY if check_method else None, "classification"
    )
    if len(signature.outputs) > 2:
        raise ServingError.invalid_argument(
            f"Expected one or two output Tensors, found {len(signature.outputs)}"
        )
    names = {_CLASSES, _SCORES} & set(signature.outputs)
    if not names:
        raise _precondition(
            f'Expected classification signature outputs to contain at least one of "{_CLASSES}" or '
            f'"{_SCORES}". They are: {", ".join(sorted(signature.outputs))}'
        )
    serialized = _serialize(examples)
    outputs = servable.predict(
        signature_name, {_INPUTS: serialized}, sorted(names), timeout_seconds
    )
    for name, dtype in ((_CLASSES, "DT_STRING"), (_SCORES, "DT_FLOAT")):
        if name in outputs:
            _check_output(name, outputs[name], dtype, len(serialized))
    if len(outputs) == 2 and outputs[_CLASSES].shape != outputs[_SCORES].shape:
        raise ServingError.invalid_argument(
            "Tensors class and score should match in dim_size(1). Got "
            f"{outputs[_CLASSES].shape[1]} vs. {outputs[_SCORES].shape[1]}"
        )
    count = next(iter(outputs.values())).shape[1]
    result = classification_pb2.ClassificationResult()
    for row in range(len(serialized)):
        classifications = result.classifications.add()
        for column in range(count):
            made = classifications.classes.add()
            if _CLASSES in outputs:
                made.label = outputs[_CLASSES][row, column].decode("utf-8", "replace")
            if _SCORES in outputs:
                made.score = outputs[_SCORES][row, column]
    return result


def regress(
    servable: Servable,
    signature_name: str,
    examples: input_pb2.Input,
    timeout_seconds: float | None = None,
    check_method: bool = False,
) -> regression_pb2.RegressionResult:
    """Gives a number for each tf.Example.

    Args, raises: as `classify`; the signature's output is `outputs`, float32 [B] or [B, 1].
    """
    signature = _signature(
        servable, signature_name, REGRESS if check_method else None, "regression"
    )
    if len(signature.outputs) != 1:
        raise ServingError.invalid_argument("Expected one output Tensor.")
    if _REGRESSION_OUTPUTS not in signature.outputs:
        raise _precondition(
            "No regression outputs found in SignatureDef: it must have the one output "
            f'"{_REGRESSION_OUTPUTS}", and has: {", ".join(signature.outputs)}'
        )
    serialized = _serialize(examples)
    values = servable.predict(
        signature_name, {_INPUTS: serialized}, [_REGRESSION_OUTPUTS], timeout_seconds
    )[_REGRESSION_OUTPUTS]
    if values.ndim != 1 and (values.ndim != 2 or values.shape[1] != 1):
        raise ServingError.invalid_argument(
            "Expected output Tensor shape to be either [batch_size] or [batch_size, 1] but got "
            f"{_shape(values)}"
        )
    if len(values) != len(serialized):
        raise ServingError.invalid_argument(
            f"Input batch size did not match output batch size: {len(serialized)} vs. {len(values)}"
        )
    if (got := _type_name(values)) != "DT_FLOAT":
        raise ServingError.invalid_argument(f"Expected output Tensor of DT_FLOAT.  Got: {got}")
    result = regression_pb2.RegressionResult()
    for value in values.ravel():
        result.regressions.add(value=value)
    return result


def count(examples: input_pb2.Input) -> int:
    """The number of examples."""
    if examples.WhichOneof("kind") == "example_list_with_context":
        return len(examples.example_list_with_context.examples)
    return len(examples.example_list.examples)


def _signature(
    servable: Servable, name: str, wanted_method: str | None, kind: str
) -> meta_graph_pb2.SignatureDef:
    try:
        signature = servable.signature(name)
    except ServingError as error:  # which has another status here than for Predict
        raise ServingError.invalid_argument(
            f"No signature was found with the name: {name}. {error.message}"
        ) from error
    if wanted_method is not None and signature.method_name != wanted_method:
        raise ServingError.invalid_argument(
            f"Expected {kind} signature method_name to be {wanted_method}. Was: "
            f"{signature.method_name}"
        )
    if len(signature.inputs) != 1:
        raise ServingError.invalid_argument("Expected one input Tensor.")
    if _INPUTS not in signature.inputs:
        raise _precondition(
            f'No {kind} inputs found in SignatureDef: it must have the one input "{_INPUTS}", and '
            f"has: {', '.join(signature.inputs)}"
        )
    return signature


def _serialize(examples: input_pb2.Input) -> np.ndarray:
    """Serialized tf.Examples [B]; a context's features are each example's as well."""
    if count(examples) == 0:
        raise ServingError.invalid_argument("Input is empty.")
    if examples.WhichOneof("kind") == "example_list_with_context":
        listed = examples.example_list_with_context
        context = listed.context.SerializeToString()
    else:
        listed, context = examples.example_list, b""
    array = np.empty(len(listed.examples), dtype=object)
    # Serialized messages set end to end are one message with the fields of both.
    array[:] = [context + example.SerializeToString() for example in listed.examples]
    return array


def _check_output(name: str, array: np.ndarray, dtype: str, size: int) -> None:
    if array.ndim != 2:
        raise ServingError.invalid_argument(
            f"Expected Tensor shape: [batch_size num_classes] but got {_shape(array)} for {name}"
        )
    if (got := _type_name(array)) != dtype:
        raise ServingError.invalid_argument(f"Expected {name} Tensor of {dtype}. Got: {got}")
    if len(array) != size:
        raise ServingError.invalid_argument(
            f"Expected {name} output batch size of {size}. Got: {len(array)}"
        )


def _shape(array: np.ndarray) -> str:
    return f"[{','.join(map(str, array.shape))}]"


def _type_name(array: np.ndarray) -> str:
    return types_pb2.DataType.Name(tensor_proto.dtype_number(array))


def _precondition(message: str) -> ServingError:
    return ServingError(grpc.StatusCode.FAILED_PRECONDITION, message)
