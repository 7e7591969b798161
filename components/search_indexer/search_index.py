"""The index as a SavedModel."""

from __future__ import annotations

import tensorflow as tf

from objects_that_sound.components.search_indexer.items import Items
from objects_that_sound.components.search_indexer.top_products import TopProducts
from objects_that_sound.models.load_saved_model import load_saved_model

MAX_K = 1000
"""The most results that a query may ask for."""

THUMBNAILS = "assets.extra/thumbnails"
"""Folder of the thumbnails in the SavedModel's; what has it beside, TensorFlow Serving ignores."""


class SearchIndex(tf.Module):
    """Answers which sounds fit an image, and which images a sound, out of a collection.

    The embedding network is part of it, so requests are the media themselves; see docs/search.md
    for the signatures. Only stock operations are used.
    """

    def __init__(self, model_folder: str, items: Items):
        """Puts an index together.

        Args:
            model_folder: of the SavedModel that embedded the items.
            items: at least one.

        Raises:
            ValueError: there are no items, or they are not of this model.
        """
        super().__init__()
        if len(items) == 0:
            raise ValueError("there are no examples to index")
        self._model = load_saved_model(model_folder)
        self._sounds = TopProducts(items.audio)
        self._images = TopProducts(items.image)
        with tf.device("CPU"):  # where strings live
            self._ids = tf.Variable(items.ids, trainable=False, name="ids")
            self._times = tf.Variable(items.times, trainable=False, name="times")
            self._labels = tf.Variable(items.labels, trainable=False, name="labels")
            self._thumbnails = tf.Variable(items.thumbnails, trainable=False, name="thumbnails")

    def save(self, folder: str) -> None:
        """Writes the SavedModel; what else is in the folder stays."""
        image = self._input("embed_image", "image")
        audio = self._input("embed_audio", "audio")
        k = tf.TensorSpec([None], tf.int32, "k")
        by_image = tf.function(self.search_by_image, input_signature=[image, k])
        by_audio = tf.function(self.search_by_audio, input_signature=[audio, k])
        query = tf.TensorSpec([None], tf.string, "query")
        signatures = {
            "serving_default": by_image,
            "search_by_image": by_image,
            "search_by_audio": by_audio,
            "describe": tf.function(self.describe, input_signature=[query]),
        }
        tf.saved_model.save(self, folder, signatures)

    def search_by_image(self, image: tf.Tensor, k: tf.Tensor) -> dict[str, tf.Tensor]:
        """Maps bytes [batch] (or [batch, frames]) and k, int32 [batch], to the sounds that fit."""
        found = self._model.signatures["embed_image"](image=image)
        return self._search(self._sounds, found["embedding"], k)

    def search_by_audio(self, audio: tf.Tensor, k: tf.Tensor) -> dict[str, tf.Tensor]:
        """Maps bytes [batch] and k, int32 [batch], to the images that fit."""
        found = self._model.signatures["embed_audio"](audio=audio)
        return self._search(self._images, found["embedding"], k)

    def describe(self, query: tf.Tensor) -> dict[str, tf.Tensor]:
        """Maps any strings [batch] to what the model says of itself, and `items`, int32 [batch]."""
        facts = {"items": tf.fill(tf.shape(query), self._sounds.count)}
        if "describe" in self._model.signatures:
            facts |= self._model.signatures["describe"](query=query)
        return facts

    def _search(
        self, vectors: TopProducts, queries: tf.Tensor, k: tf.Tensor
    ) -> dict[str, tf.Tensor]:
        checks = [
            tf.debugging.assert_equal(
                tf.shape(k), tf.shape(queries)[:1], "k must be one number for each query"
            ),
            tf.debugging.assert_greater_equal(k, 1, "k must be at least 1"),
            tf.debugging.assert_less_equal(k, MAX_K, f"k must be at most {MAX_K}"),
        ]
        with tf.control_dependencies(checks):
            most = tf.reduce_max(tf.concat([[1], k], 0))  # of no queries, too
        scores, rows = vectors(queries, most)  # [batch, k]
        names = tf.gather(self._thumbnails, rows)
        return {
            "ids": tf.gather(self._ids, rows),
            "times": tf.gather(self._times, rows),
            "scores": scores,
            "thumbnails": tf.where(
                tf.equal(names, ""), names, tf.strings.join([f"{THUMBNAILS}/", names])
            ),
            "labels": tf.gather(self._labels, rows),
        }

    def _input(self, signature: str, name: str) -> tf.TensorSpec:
        shape = self._model.signatures[signature].structured_input_signature[1][name].shape
        return tf.TensorSpec(shape, tf.string, name)
