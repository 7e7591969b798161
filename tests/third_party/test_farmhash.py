"""The stand-in for pyfarmhash; the figures are those of pyfarmhash 0.3.2."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import pathlib
from types import ModuleType

import pytest
from packaging.requirements import Requirement

_FILE = pathlib.Path(__file__).resolve().parents[2] / "third_party" / "pyfarmhash" / "farmhash.py"


@pytest.fixture(scope="module")
def farmhash() -> ModuleType:
    """The stand-in, whatever is installed."""
    spec = importlib.util.spec_from_file_location("stand_in", _FILE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("text", "of_32_bits", "of_64_bits"),
    [
        ("", 3_696_677_242, 11_160_318_154_034_397_263),
        ("a", 1_016_544_589, 12_917_804_110_809_363_939),
        ("time", 3_001_046_137, 9_433_567_761_661_788_040),
        ("video", 1_797_807_105, 9_843_725_486_829_139_867),
        ("audio/labels", 825_758_088, 12_337_831_632_134_417_243),
        ("audio/sample_rate", 3_281_042_460, 6_215_348_413_440_835_003),
        ("embedding/agreement", 1_447_657_372, 12_992_594_792_222_673_537),
        ("x" * 24, 2_427_577_865, 1_720_933_946_053_627_091),
        ("x" * 25, 35_736_989, 5_400_916_327_661_889_031),
        ("image/brightness of frames", 2_861_422_947, 3_275_214_490_696_317_327),
        ("é" * 40, 2_036_235_827, 9_929_455_074_797_365_145),
        ("embedding/image/1 " * 20, 2_548_626_825, 1_221_637_498_069_930_590),
    ],
)
def test_fingerprints(farmhash, text, of_32_bits, of_64_bits):
    assert farmhash.fingerprint32(text) == of_32_bits
    assert farmhash.fingerprint64(text) == of_64_bits


def test_what_is_installed_is_the_version_that_tfdv_asks_for():
    texts = importlib.metadata.requires("tensorflow-data-validation")
    [wanted] = [one for one in map(Requirement, texts) if one.name == "pyfarmhash"]
    assert wanted.specifier.contains(importlib.metadata.version("pyfarmhash"))
