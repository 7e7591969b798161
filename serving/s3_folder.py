"""A folder on S3, or on another server that speaks the same."""

from __future__ import annotations

import contextlib
import copy
import decimal
import os
import pathlib
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

_ADDRESS = re.compile(r"s3://([^/]+)/*(.*)")

_MODIFIED = "mtime"
"""Metadata of an object: seconds since 1970 at which the file was modified, as rclone keeps them."""


class S3Object(NamedTuple):
    """What S3 knows of a file.

    Attributes:
        size: in bytes.
        tag: another one as soon as the content is another.
    """

    size: int
    tag: str


class OtherContentError(OSError):
    """An object is not what it was when it was last looked at."""


class S3Folder:
    """All objects whose names begin alike, as the files of a folder.

    API: boto3, which the extra `object-storage` brings. The environment says who asks, and where:
    `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and all else that boto3 reads, and for other servers
    than Amazon's `AWS_ENDPOINT_URL`, or `S3_ENDPOINT` as TensorFlow calls it.

    Attributes:
        address: such as s3://bucket/folder, without a slash at its end.
    """

    def __init__(self, address: str):
        """Connects to nothing yet.

        Args:
            address: as of the attribute.

        Raises:
            ValueError: it is none of S3, or boto3 is not installed; says what to do.
        """
        match = _ADDRESS.fullmatch(address)
        if match is None:
            raise ValueError(f"{address} is no address of S3, such as s3://bucket/folder")
        try:
            import boto3
            import botocore.config
        except ImportError as error:
            raise ValueError(
                f"{address} is reached by way of boto3, which is not installed: "
                "pip install 'objects-that-sound[object-storage]'"
            ) from error
        self._bucket, self._prefix = match[1], match[2].rstrip("/")
        self.address = f"s3://{self._bucket}/{self._prefix}".rstrip("/")
        self._prefix += "/" if self._prefix else ""
        standard = {"AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"} & set(os.environ)
        self._client = boto3.client(
            "s3",
            endpoint_url=None if standard else os.environ.get("S3_ENDPOINT"),
            region_name=os.environ.get("AWS_REGION"),
            config=botocore.config.Config(retries={"mode": "standard", "max_attempts": 5}),
        )

    def below(self, name: str) -> S3Folder:
        """A folder in this one."""
        folder = copy.copy(self)
        folder.address = f"{self.address}/{name}"
        folder._prefix = f"{self._prefix}{name}/"
        return folder

    def files(self) -> dict[str, S3Object]:
        """All files at any depth, by their names below this folder; of empty folders too, as `name/`.

        Raises:
            OSError: S3 can't be asked; why.
        """
        return {
            one["Key"][len(self._prefix) :]: S3Object(one["Size"], one["ETag"])
            for page in self._pages()
            for one in page.get("Contents", ())
            if one["Key"] != self._prefix
        }

    def folders(self) -> list[str]:
        """The names of the folders that lie directly in this one.

        Raises:
            OSError: S3 can't be asked; why.
        """
        return [
            one["Prefix"][len(self._prefix) : -1]
            for page in self._pages(Delimiter="/")
            for one in page.get("CommonPrefixes", ())
        ]

    def read(self, name: str) -> tuple[bytes, str] | None:
        """The content and the tag of a file; None where there is none.

        Raises:
            OSError: S3 can't be asked, or there is no such bucket.
        """
        with self._told(name):
            try:
                answer = self._client.get_object(Bucket=self._bucket, Key=self._prefix + name)
                return answer["Body"].read(), answer["ETag"]
            except self._client.exceptions.NoSuchKey:
                return None

    def write(self, name: str, content: bytes, instead_of: str | None) -> str:
        """Writes a file if nobody else has done so meanwhile.

        Args:
            name: of the file.
            content: all of it.
            instead_of: tag of what is there now; None for nothing.

        Returns:
            The new tag.

        Raises:
            OtherContentError: something else is there.
            OSError: S3 can't be written to.
        """
        if_same = {"IfNoneMatch": "*"} if instead_of is None else {"IfMatch": instead_of}
        with self._told(name):
            try:
                answer = self._client.put_object(
                    Bucket=self._bucket, Key=self._prefix + name, Body=content, **if_same
                )
            except self._client.exceptions.ClientError as error:
                code = error.response.get("Error", {}).get("Code")
                if code in ("PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey"):
                    raise OtherContentError(f"{self.address}/{name} was written to") from error
                raise
            return answer["ETag"]

    def upload(self, path: str | os.PathLike[str], name: str) -> None:
        """Makes a file of this machine one of the folder; it appears when it is whole.

        Its time of modification is kept.

        Raises:
            OSError: it can't be read, or S3 can't be written to.
        """
        modified = decimal.Decimal(os.stat(path).st_mtime_ns).scaleb(-9)
        with self._told(name):
            self._client.upload_file(
                os.fspath(path),
                self._bucket,
                self._prefix + name,
                ExtraArgs={"Metadata": {_MODIFIED: f"{modified:f}"}},
            )

    def make_folder(self, name: str) -> None:
        """Makes an object that stands for an empty folder.

        Raises:
            OSError: S3 can't be written to.
        """
        with self._told(name):
            self._client.put_object(Bucket=self._bucket, Key=f"{self._prefix}{name}/")

    def download(self, name: str, path: str | os.PathLike[str]) -> None:
        """Copies a file, or an object that stands for an empty folder, to this machine.

        A file gets the time of modification that it was uploaded with.

        Raises:
            OSError: it is not there, or can't be read or written.
        """
        if name.endswith("/"):
            os.makedirs(path, exist_ok=True)
            return
        pathlib.Path(path).parent.mkdir(parents=True, exist_ok=True)
        key = self._prefix + name
        with self._told(name):
            known = self._client.head_object(Bucket=self._bucket, Key=key)["Metadata"]
            self._client.download_file(self._bucket, key, os.fspath(path))
        # An object that others made has no such time, or one that is none.
        with contextlib.suppress(KeyError, ArithmeticError, ValueError):
            modified = int(decimal.Decimal(known[_MODIFIED]).scaleb(9))
            os.utime(path, ns=(modified, modified))

    def remove(self, name: str) -> None:
        """Removes a file, if it is there.

        Raises:
            OSError: S3 refuses.
        """
        with self._told(name):
            self._client.delete_object(Bucket=self._bucket, Key=self._prefix + name)

    def _pages(self, **how: Any) -> Iterator[dict[str, Any]]:
        with self._told(""):
            pages = self._client.get_paginator("list_objects_v2")
            yield from pages.paginate(Bucket=self._bucket, Prefix=self._prefix, **how)

    @contextlib.contextmanager
    def _told(self, name: str) -> Iterator[None]:
        import boto3.exceptions
        import botocore.exceptions

        wrong = (
            boto3.exceptions.Boto3Error,
            botocore.exceptions.BotoCoreError,
            botocore.exceptions.ClientError,
        )
        try:
            yield
        except wrong as error:
            raise OSError(f"{self.address}/{name} can't be reached: {error}") from error
