"""axe finds nothing that keeps people from using the page, and the keyboard is enough."""

from __future__ import annotations

import json
import pathlib

import pytest

pytest.importorskip("playwright.sync_api", reason="Playwright drives the browser")
axe = pytest.importorskip("axe_playwright_python", reason="axe-core comes with it")
from playwright.sync_api import Page, expect  # noqa: E402

_AXE = pathlib.Path(axe.__file__).with_name("axe.min.js")


def _violations(page: Page) -> list[str]:
    """What axe-core complains about: rule, and the elements that break it."""
    # Not as a script of the page, which its Content-Security-Policy refuses.
    page.evaluate(_AXE.read_text(encoding="utf-8"))
    found = page.evaluate("async () => JSON.stringify((await axe.run()).violations)")
    return [f"{one['id']}: {node['html']}" for one in json.loads(found) for node in one["nodes"]]


def test_axe_finds_violations_where_there_are_some(page: Page):
    page.set_content("<html><body><img src='x.png'><button></button></body></html>")
    found = " ".join(_violations(page))
    assert "image-alt" in found and "button-name" in found


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1400, 390])
def test_axe_finds_no_violation_at_the_start_and_with_a_video(
    page: Page, page_server: str, video: pathlib.Path, scheme: str, width: int
):
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{page_server}/ui/")
    expect(page.locator("#main")).to_be_visible()
    assert _violations(page) == []
    page.set_input_files("#file", video)
    page.get_by_role("button", name="Search this moment").click()
    expect(page.locator("[data-way] .card")).to_have_count(6)
    page.locator("#curl summary").click()
    assert _violations(page) == []
    # Nothing is wider than the screen.
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_keyboard_is_enough(page: Page, page_server: str):
    page.goto(f"{page_server}/ui/")
    expect(page.locator("#main")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Try an example")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#screen")).to_be_visible()
    time_line = page.get_by_role("slider", name="Time")
    expect(time_line).to_be_visible()
    expect(page.locator("#video")).not_to_have_js_property("readyState", 0)  # there is no time yet
    time_line.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#clock")).to_have_text("0:00.1")
    page.keyboard.press(" ")
    expect(page.locator("#video")).to_have_js_property("paused", False)
