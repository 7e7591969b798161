"""Keeps the libraries' chatter off the terminal."""

from __future__ import annotations

import logging
import os
import warnings


def quieten() -> None:
    """Hides start-up notes and deprecation warnings of TensorFlow, TFX and Beam; errors stay.

    To be called before they are imported; holds for child processes too. What the user set in the
    environment wins.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("PYTHONWARNINGS", "ignore::FutureWarning,ignore::DeprecationWarning")
    for category in (FutureWarning, DeprecationWarning, UserWarning):
        warnings.simplefilter("ignore", category)
    logging.basicConfig(level=logging.ERROR)
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
