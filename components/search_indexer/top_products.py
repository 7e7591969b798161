"""The largest inner products with stored vectors, by stock operations."""

from __future__ import annotations

import tensorflow as tf

from objects_that_sound.components.search_indexer.vector_table import VectorTable

_BLOCK = 8192
"""Vectors multiplied at once: as float32, those of 128 numbers are 4 MB. Measured: larger ones leave
the caches, smaller ones cost more in calls."""

_SIDE_BY_SIDE = 8
"""Blocks that may be worked on at the same time: one is converted while another is multiplied."""

_MERGED = 64
"""Blocks whose largest products are kept until they are merged with those of the blocks before."""


class TopProducts(tf.Module):
    """Finds the stored vectors with the largest inner products with queries.

    Exact over the vectors as stored: all are multiplied, in float32, block after block; no more
    than a few blocks are ever held in float32. Of equal products, the first vectors are taken.
    """

    def __init__(self, table: VectorTable):
        """Holds the vectors as variables: a checkpoint has no limit of 2 GB.

        Args:
            table: the vectors, at least one.
        """
        super().__init__()
        self.count, self.size = table.stored.shape
        self._stored = tf.Variable(table.stored, trainable=False, name="vectors")
        self._scales = (
            tf.Variable(table.scales, trainable=False, name="scales") if len(table.scales) else None
        )

    def __call__(self, queries: tf.Tensor, k: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Searches.

        Args:
            queries: float32 [batch, d].
            k: int32 [], how many to find of each; all, where there are fewer.

        Returns:
            Products, float32 [batch, k], the largest first, and the vectors' rows, int32 [batch, k].
        """
        batch = tf.shape(queries)[0]
        blocks = -(-self.count // _BLOCK)

        def search_and_merge(first, products, rows):
            number = tf.minimum(_MERGED, blocks - first)
            more_products, more_rows = self._search_blocks(queries, k, first, number)
            products = tf.concat([products, more_products], 1)
            rows = tf.concat([rows, more_rows], 1)
            products, places = tf.math.top_k(products, tf.minimum(k, tf.shape(products)[1]))
            return first + _MERGED, products, tf.gather(rows, places, batch_dims=1)

        _, products, rows = tf.while_loop(
            lambda first, *_: first < blocks,
            search_and_merge,
            [tf.constant(0), tf.zeros([batch, 0]), tf.zeros([batch, 0], tf.int32)],
            shape_invariants=[
                tf.TensorShape([]),
                tf.TensorShape([None, None]),
                tf.TensorShape([None, None]),
            ],
            parallel_iterations=1,
        )
        return products, rows

    def _search_blocks(
        self, queries: tf.Tensor, k: tf.Tensor, first: tf.Tensor, number: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """The k largest products of each of some blocks, and their rows: [batch, number * k]."""

        def search_block(place, products, rows):
            start = (first + place) * _BLOCK
            block = self._products(queries, start)  # [batch, block]
            best, columns = tf.math.top_k(block, tf.minimum(k, tf.shape(block)[1]))
            products = products.write(place, tf.transpose(best))  # [k, batch]
            rows = rows.write(place, tf.transpose(columns + start))
            return place + 1, products, rows

        arrays = [
            tf.TensorArray(dtype, number, infer_shape=False, element_shape=[None, None])
            for dtype in (tf.float32, tf.int32)
        ]
        # No block waits for another's result.
        _, products, rows = tf.while_loop(
            lambda place, *_: place < number,
            search_block,
            [tf.constant(0), *arrays],
            parallel_iterations=_SIDE_BY_SIDE,
        )
        return tf.transpose(products.concat()), tf.transpose(rows.concat())

    def _products(self, queries: tf.Tensor, start: tf.Tensor) -> tf.Tensor:
        # A slice of whole rows is no copy. Vectors times queries, and then a transposition, is
        # faster than queries times vectors.
        block = tf.cast(self._stored[start : start + _BLOCK], tf.float32)  # [block, d]
        products = tf.matmul(block, queries, transpose_b=True)  # [block, batch]
        if self._scales is not None:
            products *= self._scales[start : start + _BLOCK, None]
        return tf.transpose(products)
