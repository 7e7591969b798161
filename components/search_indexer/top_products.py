"""The largest inner products with stored vectors, by stock operations."""

from __future__ import annotations

import tensorflow as tf

from components.search_indexer.vector_table import VectorTable

_BLOCK = 8192
"""Vectors multiplied at once: as float32, those of 128 numbers are 4 MB. Measured: larger ones leave
the caches, smaller ones cost more in calls."""

_AT_ONCE = 8
"""Blocks that may be worked on side by side: one is converted while another is multiplied."""


class TopProducts(tf.Module):
    """Finds the stored vectors with the largest inner products with queries.

    Exact over the vectors as stored: all are multiplied, in float32, block after block; no more
    than a few blocks are ever held in float32. Of equal products, the first vectors are taken.
    """

    def __init__(self, table: VectorTable, name: str | None = None):
        """Holds the vectors as variables: a checkpoint has no limit of 2 GB.

        Args:
            table: the vectors, at least one.
            name: of the module.
        """
        super().__init__(name)
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
        blocks = -(-self.count // _BLOCK)

        def search_block(block, products, rows):
            start = block * _BLOCK
            found = self._products(queries, start)  # [batch, vectors]
            best, places = tf.math.top_k(found, tf.minimum(k, tf.shape(found)[1]))
            products = products.write(block, tf.transpose(best))  # [vectors, batch]
            rows = rows.write(block, tf.transpose(places + start))
            return block + 1, products, rows

        # No block waits for another's result, so that they can be searched side by side.
        arrays = [
            tf.TensorArray(dtype, blocks, infer_shape=False, element_shape=[None, None])
            for dtype in (tf.float32, tf.int32)
        ]
        _, products, rows = tf.while_loop(
            lambda block, *_: block < blocks,
            search_block,
            [tf.constant(0), *arrays],
            parallel_iterations=_AT_ONCE,
        )
        products = tf.transpose(products.concat())  # [batch, blocks * k]
        rows = tf.transpose(rows.concat())
        products, places = tf.math.top_k(products, tf.minimum(k, self.count))  # [batch, k]
        return products, tf.gather(rows, places, batch_dims=1)

    def _products(self, queries: tf.Tensor, start: tf.Tensor) -> tf.Tensor:
        # A slice of whole rows is no copy. Vectors times queries, and then a transposition, is
        # faster than queries times vectors.
        block = tf.cast(self._stored[start : start + _BLOCK], tf.float32)  # [block, d]
        products = tf.matmul(block, queries, transpose_b=True)  # [block, batch]
        if self._scales is not None:
            products *= self._scales[start : start + _BLOCK, None]
        return tf.transpose(products)
