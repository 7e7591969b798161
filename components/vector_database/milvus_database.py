"""Milvus: a server's, a cluster's, or Milvus Lite's file."""

from __future__ import annotations

import contextlib
import json
import logging.config
import os
import re
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import unquote, urlsplit

import numpy as np

from objects_that_sound.components.vector_database.database_error import DatabaseError
from objects_that_sound.components.vector_database.index_version import IndexVersion
from objects_that_sound.components.vector_database.moments import Moments
from objects_that_sound.components.vector_database.search_filter import SearchFilter
from objects_that_sound.components.vector_database.vector_database import (
    MODALITIES,
    VectorDatabase,
    found_item,
)
from objects_that_sound.serving.client.found_item import FoundItem


@contextlib.contextmanager
def _logging_unchanged() -> Iterator[None]:
    """Lets nothing configure logging: that would close the handlers that there are."""
    configure = logging.config.dictConfig
    logging.config.dictConfig = lambda config: None
    try:
        yield
    finally:
        logging.config.dictConfig = configure


with _logging_unchanged():  # pymilvus would do it when it is imported
    from pymilvus import DataType, MilvusClient, MilvusException

logging.getLogger("pymilvus").setLevel(logging.CRITICAL)  # it raises errors, too

_VERSIONS = "ots_index_versions"
_FACTS = ("number", "model", "model_folder", "size", "published")

_MESSAGE = 16 << 20
"""Bytes of vectors in one request; Milvus takes no message of more than 64 MB."""

_LITE_NAME = re.compile(r"[A-Za-z0-9._-]{1,32}\.db")
"""Of a file, as Milvus Lite 2.5 takes it."""

_VIDEOS = 200
"""Videos named in one request."""

_LONGEST = 65535
"""Bytes of a VARCHAR at most."""


class MilvusDatabase(VectorDatabase):
    """Keeps each version in a collection of its own, its vectors as float32.

    A small collection lists the versions. Its rows are only ever added, until a version is dropped:
    one when a version is begun, and one when it is published, so that searches see the one or the
    other. (Milvus has aliases for this; Milvus Lite 2.5 does not.)
    """

    def __init__(self, address: str, shown: str):
        """Connects.

        Args:
            address: `milvus:///folder/file.db`, or `milvus://user:password@host:port/database`.
            shown: the same for people.
        """
        super().__init__(shown)
        # A server's own choice. Milvus Lite's finds 3 of 4 of the nearest among 100,000 rows.
        self._index = "AUTOINDEX" if urlsplit(address).netloc else "FLAT"
        with self._errors(), warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # of Milvus Lite, about pkg_resources
            self._client = MilvusClient(**client_arguments(address))
        self._loaded: set[str] = set()

    def versions(self) -> list[IndexVersion]:
        """See `VectorDatabase.versions`."""
        with self._errors():
            if not self._client.has_collection(_VERSIONS):
                return []
            rows = self._client.query(
                self._ready(_VERSIONS), filter="row >= 0", output_fields=["row", *_FACTS]
            )
        latest = {row["number"]: row for row in sorted(rows, key=lambda row: row["row"])}
        return [
            IndexVersion(**{name: latest[number][name] for name in _FACTS})
            for number in sorted(latest)
        ]

    def begin(self, model: str, model_folder: str, size: int) -> IndexVersion:
        """See `VectorDatabase.begin`."""
        with self._errors():
            self._make_list()
            number = max((version.number for version in self.versions()), default=0) + 1
            version = IndexVersion(number, model, model_folder, size, published=False)
            if self._client.has_collection(_collection(version)):  # dropped, but not wholly
                self._client.drop_collection(_collection(version))
            schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
            schema.add_field("key", DataType.VARCHAR, max_length=100, is_primary=True)
            for name in ("video", "digest", "label"):
                schema.add_field(name, DataType.VARCHAR, max_length=_LONGEST)
            schema.add_field("time", DataType.FLOAT)
            indices = MilvusClient.prepare_index_params()
            for name in MODALITIES:
                schema.add_field(name, DataType.FLOAT_VECTOR, dim=size)
                indices.add_index(name, index_type=self._index, metric_type="IP")
            self._create(_collection(version), schema, indices)
            self._enlist(version)
        return version

    def stored(self, version: IndexVersion, videos: Sequence[str]) -> dict[str, Counter[str]]:
        """See `VectorDatabase.stored`."""
        found: dict[str, Counter[str]] = {}
        for row in self._rows_of(version, videos):
            found.setdefault(row["video"], Counter())[row["digest"]] += 1
        return found

    def write(self, version: IndexVersion, moments: Moments) -> None:
        """See `VectorDatabase.write`."""
        step = max(1, _MESSAGE // (8 * version.size))
        with self._errors():
            for start in range(0, len(moments), step):
                part = slice(start, start + step)
                columns = {
                    "key": moments.keys[part],
                    "video": moments.videos[part],
                    "digest": moments.digests[part],
                    "label": moments.labels[part],
                    "time": [float(time) for time in moments.times[part]],
                    "image": np.asarray(moments.image[part], np.float32),
                    "audio": np.asarray(moments.audio[part], np.float32),
                }
                rows = [
                    dict(zip(columns, row, strict=True))
                    for row in zip(*columns.values(), strict=True)
                ]
                self._client.upsert(_collection(version), rows)

    def delete(self, version: IndexVersion, keep: Mapping[str, str | None]) -> None:
        """See `VectorDatabase.delete`."""
        keys = [
            row["key"]
            for row in self._rows_of(version, list(keep))
            if row["digest"] != keep[row["video"]]
        ]
        with self._errors():
            for start in range(0, len(keys), 1000):
                self._client.delete(_collection(version), ids=keys[start : start + 1000])

    def finish(self, version: IndexVersion) -> None:
        """See `VectorDatabase.finish`; Milvus sees to its indices by itself."""

    def publish(self, version: IndexVersion) -> None:
        """See `VectorDatabase.publish`."""
        with self._errors():
            self._enlist(version, published=True)

    def drop(self, version: IndexVersion) -> None:
        """See `VectorDatabase.drop`."""
        with self._errors():
            rows = [_list_row(version, published) for published in (False, True)]
            self._client.delete(_VERSIONS, ids=rows)
            self._client.drop_collection(_collection(version))
            self._loaded.discard(_collection(version))

    def count(self, version: IndexVersion) -> int:
        """See `VectorDatabase.count`."""
        with self._errors():
            [row] = self._client.query(
                self._ready(_collection(version)), filter="", output_fields=["count(*)"]
            )
        return int(row["count(*)"])

    def search(
        self,
        version: IndexVersion,
        modality: str,
        queries: np.ndarray,
        k: int,
        where: SearchFilter,
    ) -> list[list[FoundItem]]:
        """See `VectorDatabase.search`."""
        if len(queries) == 0:
            return []
        with self._errors():
            answers = self._client.search(
                self._ready(_collection(version)),
                data=list(np.asarray(queries, np.float32)),
                anns_field=modality,
                limit=k,
                filter=_expression(where),
                output_fields=["video", "time", "label"],
            )
        return [
            [
                found_item(
                    hit["entity"]["video"],
                    hit["entity"]["time"],
                    hit["distance"],
                    hit["entity"]["label"],
                )
                for hit in hits
            ]
            for hits in answers
        ]

    def close(self) -> None:
        """See `VectorDatabase.close`."""
        self._client.close()

    def _rows_of(self, version: IndexVersion, videos: Sequence[str]) -> Iterator[dict[str, Any]]:
        """Key, video and digest of all rows of videos."""
        with self._errors():
            for start in range(0, len(videos), _VIDEOS):
                iterator = self._client.query_iterator(
                    self._ready(_collection(version)),
                    filter=f"video in {_quoted(videos[start : start + _VIDEOS])}",
                    output_fields=["key", "video", "digest"],
                )
                while rows := iterator.next():
                    yield from rows
                iterator.close()

    def _ready(self, name: str) -> str:
        """The name of a collection, which is read into memory if it is not there."""
        if name not in self._loaded:
            self._client.load_collection(name)
            self._loaded.add(name)
        return name

    def _make_list(self) -> None:
        if self._client.has_collection(_VERSIONS):
            return
        schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field("row", DataType.INT64, is_primary=True)
        for name in ("number", "size"):
            schema.add_field(name, DataType.INT64)
        for name in ("model", "model_folder"):
            schema.add_field(name, DataType.VARCHAR, max_length=_LONGEST)
        schema.add_field("published", DataType.BOOL)
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=2)  # no collection is without one
        indices = MilvusClient.prepare_index_params()
        indices.add_index("vector", index_type="AUTOINDEX", metric_type="IP")
        self._create(_VERSIONS, schema, indices)

    def _create(self, name: str, schema: Any, indices: Any) -> None:
        # Strong: what was written a moment ago is found, by this process and by others.
        self._client.create_collection(
            name, schema=schema, index_params=indices, consistency_level="Strong"
        )

    def _enlist(self, version: IndexVersion, published: bool = False) -> None:
        facts = {name: getattr(version, name) for name in _FACTS} | {"published": published}
        row = _list_row(version, published)
        self._client.upsert(_VERSIONS, [{"row": row, "vector": [0.0, 0.0], **facts}])

    @contextlib.contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except (MilvusException, RuntimeError) as error:  # the latter of Milvus Lite
            words = " ".join(str(getattr(error, "message", error)).split())
            raise DatabaseError(f"Milvus at {self.address}: {words}") from error


def client_arguments(address: str) -> dict[str, str]:
    """The arguments of pymilvus's client for an address."""
    parts = urlsplit(address)
    if not parts.netloc:
        path = unquote(parts.path)
        if not _LITE_NAME.fullmatch(os.path.basename(path)):
            raise DatabaseError(
                "Milvus Lite's file must have a name of at most 35 letters, digits, dots, hyphens "
                f"and underscores that ends with .db, not {os.path.basename(path)!r}"
            )
        if not os.path.isdir(os.path.dirname(path)):
            raise DatabaseError(f"There is no folder {os.path.dirname(path)} for {address}")
        return {"uri": path}
    given = {
        "user": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "db_name": unquote(parts.path.strip("/")),
    }
    host = parts.netloc.rpartition("@")[2]
    return {"uri": f"http://{host}"} | {name: value for name, value in given.items() if value}


def _collection(version: IndexVersion) -> str:
    return f"ots_index_{version.number}"


def _list_row(version: IndexVersion, published: bool) -> int:
    """Key of the row that lists a version."""
    return 2 * version.number + published


def _quoted(texts: Sequence[str]) -> str:
    return json.dumps(list(texts), ensure_ascii=False)


def _expression(where: SearchFilter) -> str:
    """A filter as Milvus's boolean expression."""
    parts = []
    if where.labels:
        parts.append(f"label in {_quoted(where.labels)}")
    if where.videos:
        parts.append(f"video in {_quoted(where.videos)}")
    # Times are stored as float32: so must be what they are compared with.
    if where.start is not None:
        parts.append(f"time >= {float(np.float32(where.start))!r}")
    if where.end is not None:
        parts.append(f"time < {float(np.float32(where.end))!r}")
    return " and ".join(parts)
