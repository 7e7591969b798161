"""Principal axes from moments that several workers gathered."""

from __future__ import annotations

import numpy as np
import pytest

from objects_that_sound.components.span_statistics.described_example import DescribedExample
from objects_that_sound.components.span_statistics.embedding_basis import FitEmbeddingBasis
from objects_that_sound.components.span_statistics.feature_values import (
    EMBEDDED_GROUP,
    GROUP,
    feature_values,
)


def _examples(count: int = 200, size: int = 6) -> list[DescribedExample]:
    rng = np.random.default_rng(0)
    spread = np.array([5.0, 3.0, 2.0, *[0.1] * (size - 3)])
    vectors = 10 + rng.normal(size=(count, size)) * spread
    return [
        DescribedExample(f"g{number}", 0.5, -20.0, vector.astype(np.float32), -vector)
        for number, vector in enumerate(vectors)
    ]


def _fit(parts: list[list[DescribedExample]]):
    fit = FitEmbeddingBasis()
    accumulators = []
    for part in parts:
        accumulator = fit.create_accumulator()
        for example in part:
            accumulator = fit.add_input(accumulator, example)
        accumulators.append(accumulator)
    return fit.extract_output(fit.merge_accumulators(accumulators))


def test_axes_are_those_of_most_variance():
    examples = _examples()
    basis = _fit([examples])
    np.testing.assert_allclose(np.abs(basis.image.axes[:, :3]), np.eye(3), atol=0.2)
    np.testing.assert_allclose(basis.image.axes @ basis.image.axes.T, np.eye(3), atol=1e-9)
    np.testing.assert_allclose(
        basis.audio.mean, np.mean([one.audio for one in examples], axis=0), rtol=1e-9
    )


def test_workers_make_no_difference():
    examples = _examples()
    alone, shared = _fit([examples]), _fit([examples[:7], [], examples[7:90], examples[90:]])
    np.testing.assert_allclose(alone.image.mean, shared.image.mean)
    np.testing.assert_allclose(np.abs(alone.image.axes), np.abs(shared.image.axes), atol=1e-6)


def test_coordinates_and_rest_make_the_whole():
    examples = _examples()
    basis = _fit([examples])
    along, rest = basis.image.project(examples[3].image)
    whole = np.linalg.norm(examples[3].image - basis.image.mean)
    assert np.hypot(np.linalg.norm(along), rest) == pytest.approx(whole)
    assert rest < 1


def test_examples_without_embeddings_do_not_count():
    without = [DescribedExample("g", 0.5, -20.0)]
    assert _fit([without, []]) is None
    both = _fit([_examples(), without])
    np.testing.assert_allclose(both.image.mean, _fit([_examples()]).image.mean)


def test_values_of_an_example():
    basis = _fit([_examples()])
    values = feature_values(_examples()[0], basis)
    assert values["embedding/agreement"] == pytest.approx(-1)  # each sound is the frame's opposite
    assert values["embedding/image/1"] == pytest.approx(
        basis.image.project(_examples()[0].image)[0][0]
    )
    assert (values[GROUP], values[EMBEDDED_GROUP]) == ("g0", "g0")
    assert (values["image/brightness"], values["audio/loudness"]) == (0.5, -20.0)


def test_an_example_without_embeddings_has_scalars_only():
    values = feature_values(DescribedExample("g", 0.5, -20.0), _fit([_examples()]))
    assert values == {GROUP: "g", "image/brightness": 0.5, "audio/loudness": -20.0}


def test_embeddings_of_two_sizes_have_no_agreement():
    example = DescribedExample("g", 0.5, -20.0, np.ones(6), np.ones(4))
    basis = _fit([[example, example._replace(image=np.zeros(6))]])
    assert "embedding/agreement" not in feature_values(example, basis)
    assert "embedding/audio/rest" in feature_values(example, basis)
