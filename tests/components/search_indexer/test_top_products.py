"""Exact search over stored vectors."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from objects_that_sound.components.search_indexer import top_products
from objects_that_sound.components.search_indexer.top_products import TopProducts
from objects_that_sound.components.search_indexer.vector_table import DTYPES, VectorTable


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    monkeypatch.setattr(top_products, "_BLOCK", 16)
    monkeypatch.setattr(top_products, "_MERGED", 3)


def _vectors(count: int, size: int = 8) -> np.ndarray:
    vectors = np.random.default_rng(count).normal(size=(count, size)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("count", [1, 16, 17, 100])
@pytest.mark.parametrize("k", [1, 5, 40])
def test_finds_what_numpy_finds_in_the_stored_vectors(dtype, count, k):
    table = VectorTable.of(_vectors(count), dtype)
    queries = _vectors(3)
    scores, rows = (x.numpy() for x in TopProducts(table)(tf.constant(queries), tf.constant(k)))
    products = table.products(queries)
    order = np.argsort(-products, axis=1, kind="stable")[:, :k]
    np.testing.assert_array_equal(rows, order)
    np.testing.assert_allclose(scores, np.take_along_axis(products, order, 1), atol=1e-6)


def test_of_equal_ones_the_first_rows_are_found():
    table = VectorTable.of(np.ones([40, 4], np.float32), "float16")
    _, rows = TopProducts(table)(tf.ones([2, 4]), tf.constant(20))
    np.testing.assert_array_equal(rows, [range(20)] * 2)


def test_no_queries_find_nothing():
    table = VectorTable.of(_vectors(100), "int8")
    scores, rows = TopProducts(table)(tf.zeros([0, 8]), tf.constant(5))
    assert scores.shape == rows.shape == (0, 5)


@pytest.mark.parametrize(("dtype", "error"), [("int16", 3e-5), ("float16", 1e-3), ("int8", 1e-2)])
def test_stored_vectors_are_close(dtype, error):
    vectors = _vectors(50, 128)
    products = VectorTable.of(vectors, dtype).products(vectors)
    assert np.abs(products - vectors @ vectors.T).max() < error


@pytest.mark.parametrize(("dtype", "error"), [("int16", 1e-3), ("int8", 0.2)])
def test_integers_keep_vectors_of_any_length_and_zero(dtype, error):
    vectors = _vectors(3) * np.array([[1000.0], [0.001], [0.0]], np.float32)
    table = VectorTable.of(vectors, dtype)
    assert table.stored.dtype == dtype
    np.testing.assert_allclose(table.products(np.eye(8, dtype=np.float32)).T, vectors, rtol=error)


def test_unknown_dtypes_are_refused():
    with pytest.raises(ValueError, match="int16, float16, int8, not 'float8'"):
        VectorTable.of(_vectors(2), "float8")
