"""Takes the pictures of a report that the documentation shows; see docs/report.md."""

from __future__ import annotations

import argparse
import io
import pathlib
import shutil

from PIL import Image
from playwright.sync_api import sync_playwright

_QUALITY = 80
_VIEWS = {"report": (1280, 1000, "light"), "report_phone": (390, 844, "dark")}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--report", type=pathlib.Path, required=True, help="a report.html")
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path("docs/images"))
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        for name, (width, height, scheme) in _VIEWS.items():
            page = browser.new_page(
                viewport={"width": width, "height": height}, color_scheme=scheme
            )
            page.goto(options.report.resolve().as_uri())
            path = options.output / f"{name}.webp"
            picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
            picture.save(path, quality=_QUALITY, method=6)
            print(f"{path}: {path.stat().st_size / 1000:.0f} kB")
        browser.close()


if __name__ == "__main__":
    main()
