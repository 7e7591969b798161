"""The default version policy."""

from __future__ import annotations

from serving.model_server.latest_versions import LatestVersions


def test_selects_the_greatest_numbers():
    assert LatestVersions().select({3, 10, 2}) == {10}
    assert LatestVersions(2).select({3, 10, 2}) == {3, 10}
    assert LatestVersions().select(set()) == set()
