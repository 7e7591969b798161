"""Takes the pictures of the page that the documentation shows; see docs/laboratory/serving.md."""

from __future__ import annotations

import argparse
import io
import pathlib
import re
import shutil

from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

_QUALITY = 82


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://localhost:8501/ui/")
    parser.add_argument("--video", type=pathlib.Path, required=True)
    parser.add_argument("--time", type=float, default=2.0, help="moment to show, in seconds")
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path("docs/images"))
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        for scheme in ("light", "dark"):
            page = browser.new_page(
                viewport={"width": 1280, "height": 900},
                device_scale_factor=1.5,
                color_scheme=scheme,
            )
            page.goto(options.url)
            page.set_input_files("#file", options.video)
            _localise(page, options.time)
            if scheme == "light":
                _save(page.locator(".player").screenshot(), options.output / "page_localise.webp")
            page.get_by_role("button", name="Search this moment").click()
            expect(page.locator(".cards").nth(1).locator("img").last).to_be_visible()
            page.wait_for_load_state("networkidle")
            if scheme == "dark":
                _save(page.screenshot(full_page=True), options.output / "page_search.webp")
                page.set_viewport_size({"width": 390, "height": 844})
                page.wait_for_timeout(500)
                _save(page.screenshot(), options.output / "page_phone.webp")
        browser.close()


def _localise(page: Page, time: float) -> None:
    """Goes to a moment, and waits until the model was asked about the whole clip."""
    expect(page.locator("#score")).to_have_text(re.compile(r"[0-9]"), timeout=30_000)
    page.evaluate("(time) => { document.getElementById('video').currentTime = time; }", time)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(5000)
    page.mouse.move(0, 0)


def _save(picture: bytes, path: pathlib.Path) -> None:
    Image.open(io.BytesIO(picture)).convert("RGB").save(path, quality=_QUALITY, method=6)
    print(f"{path}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
