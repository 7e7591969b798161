"""Storage that TensorFlow itself does not know: s3:// and az://, by way of tensorflow-io."""

from __future__ import annotations

import atexit
import ctypes
import os
import re

import tensorflow as tf

_ADDRESS = re.compile(r"\b(s3|az)://")


def reach(*texts: str | None) -> None:
    """Makes `tf.io.gfile` and all that TensorFlow reads know the storage that addresses are on.

    API: `import tensorflow_io`, which registers file systems. It takes a second, so that it is done
    only where there is such an address. The environment says where the storage is, and who asks:
    `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_REGION`, and for other servers than Amazon's
    `AWS_ENDPOINT_URL` or, as TensorFlow calls it, `S3_ENDPOINT`, such as http://127.0.0.1:9000.

    Args:
        *texts: paths, or texts with addresses in them, such as JSON; None for nothing.

    Raises:
        ValueError: there is no tensorflow-io for this Python and TensorFlow; says what to do.
    """
    found = {match[1] for text in texts if text for match in _ADDRESS.finditer(text)}
    if found and os.environ.get("AWS_ENDPOINT_URL"):
        os.environ.setdefault("S3_ENDPOINT", os.environ["AWS_ENDPOINT_URL"])
    missing = found - set(tf.io.gfile.get_registered_schemes())
    if missing:
        try:
            import tensorflow_io  # noqa: F401
        except ImportError as error:
            raise ValueError(_refusal(missing, str(error))) from error
        missing -= set(tf.io.gfile.get_registered_schemes())
    if missing:  # it warns only
        raise ValueError(_refusal(missing, "it does not fit this TensorFlow"))
    if found:  # whoever imported it
        atexit.unregister(_end_without_destructors)
        atexit.register(_end_without_destructors)


def _end_without_destructors() -> None:
    """Lets this process end with its own exit status, where C would destroy what libraries keep.

    tensorflow-io 0.37.1 aborts then (https://github.com/tensorflow/io/issues/2039), after all is
    done. What is registered last is called first: this is called when Python has finished.
    """
    libc = ctypes.CDLL(None)
    if hasattr(libc, "on_exit"):  # of glibc
        libc.on_exit(libc._exit, None)


def _refusal(schemes: set[str], reason: str) -> str:
    names = " and ".join(f"{scheme}://" for scheme in sorted(schemes))
    return (
        f"TensorFlow reads {names} by way of tensorflow-io only ({reason}). With Python 3.11 and TFX "
        "1.16: pip install 'objects-that-sound[object-storage]'. For newer ones it has no build: "
        "mount the bucket as a folder, or use gs://"
    )
