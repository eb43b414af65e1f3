"""Remakes the images of pages in docs/: ``python -m tests.browser.screenshots``, or ``tox -e screenshots``."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

from attrs import evolve
from PIL import Image
from playwright.sync_api import FloatRect, Page, expect, sync_playwright

from tests.browser import chromium
from tests.browser.test_start_page import KEY, image_request
from tests.browser.watching import Visitor
from tests.conformance import judged
from zai_image_conformance import report
from zai_image_conformance.server import running

_DOCS = Path(__file__).parents[2] / "docs"
_WIDTH = 1200
_AIR = 40
_PLACE = "https://gateway.example/api"


def main() -> None:
    """Write the screenshots."""
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=chromium.found(), args=chromium.OPTIONS)
        visitor = Visitor(browser)
        _report(visitor, Path(folder) / "report.html")
        _start_page(visitor)
        visitor.close()
        browser.close()


def _report(visitor: Visitor, file: Path) -> None:
    verdict = judged.failing()
    # Neither the port nor the address of this machine belongs in an image.
    told = report.page(evolve(verdict, url=_PLACE)).replace(verdict.url, _PLACE)
    file.write_text(told.replace(verdict.url.removesuffix("/api"), _PLACE.removesuffix("/api")), "utf-8")
    page = visitor.open(file.as_uri(), viewport={"width": _WIDTH, "height": 900})
    page.locator("article summary").first.click()
    page.mouse.move(0, 0)
    page.evaluate("document.activeElement.blur()")
    _store(page, "report.png", 0, 1500)
    maps, images = (page.locator(f"section:has(#{name})").bounding_box() for name in ("sizes", "images"))
    assert maps is not None
    assert images is not None
    top = maps["y"] - _AIR
    _store(page, "report-sizes.png", top, images["y"] + images["height"] + _AIR - top)


def _start_page(visitor: Visitor) -> None:
    with running(api_key=KEY) as server:
        page = visitor.open(server.url.removesuffix("api"), viewport={"width": _WIDTH, "height": 900})
        for size in ("1000x1280", "1728x960"):
            expect(image_request(page, model="glm-image", size=size)).to_contain_text(size.partition("x")[0])
        expect(page.locator("#result img")).to_be_visible()
        page.evaluate("document.activeElement.blur()")
        _store(page, "start-page.png", 0, 1900)


def _store(page: Page, name: str, top: float, height: float) -> None:
    whole = page.evaluate("document.documentElement.scrollHeight")
    clip: FloatRect = {"x": 0, "y": top, "width": _WIDTH, "height": min(height, whole - top)}
    taken = page.screenshot(full_page=True, clip=clip)
    with Image.open(io.BytesIO(taken)) as image:
        # 256 colours are enough for pages, and make a third of the bytes; this way of choosing keeps the rare ones.
        few = image.convert("RGB").quantize(256, Image.Quantize.MAXCOVERAGE, kmeans=3, dither=Image.Dither.NONE)
        few.save(_DOCS / name, optimize=True)
    print(f"docs/{name}: {(_DOCS / name).stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
