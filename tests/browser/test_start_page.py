"""The start page of the embedded server, as somebody who opens it finds it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.watching import Visitor, barriers
from zai_image import sizes
from zai_image_conformance.server import RunningServer, running
from zai_image_conformance.server.requests import MODELS

KEY = "a-key-for-tests"


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    with running(api_key=KEY) as server:
        yield server


@pytest.fixture
def address(server: RunningServer) -> str:
    return server.url.removesuffix("/api") + "/"


@pytest.fixture
def page(visitor: Visitor, address: str) -> Page:
    return visitor.open(address)


def image_request(page: Page, **fields: str) -> Locator:
    """Fill in the form, send it, and return where its result is shown."""
    page.set_default_timeout(5_000)
    for name, value in fields.items():
        field = page.locator(f"[name={name}]")
        if name in ("model", "quality"):
            field.select_option(value)
        else:
            field.fill(value)
    page.get_by_role("button", name="Send").click()
    return page.locator("#result")


def point_at(page: Page, model: str, width: float, height: float) -> Locator:
    """Move the mouse to where a drawing has a size, and return what is told of it."""
    drawing = page.locator(f"svg[data-model='{model}']")
    drawing.scroll_into_view_if_needed()
    x, y = drawing.evaluate(
        "(svg, [width, height]) => {"
        " const place = new DOMPoint(width, -height).matrixTransform(svg.getScreenCTM());"
        " return [place.x, place.y]; }",
        [width, height],
    )
    page.mouse.move(x, y)
    return page.locator(f"#{drawing.get_attribute('aria-describedby')}")


@pytest.mark.parametrize("model", MODELS)
def test_every_valid_size_is_drawn(page: Page, model: str) -> None:
    rule = sizes.rule_for(model)
    drawing = page.locator(f"svg[data-model='{model}']")
    rows = drawing.locator(".valid path").evaluate_all("paths => paths.map(path => path.getAttribute('d'))")
    drawn = set()
    for row in rows:
        least, _, rest = row.removeprefix("M").partition(" -")
        height, _, end = rest.partition("H")
        drawn |= {(width, int(height)) for width in range(int(least), int(end) + 1, rule.step)}
    marks = drawing.locator("circle title").all_text_contents()
    marked = {sizes.Size.parse(mark.partition(",")[0]) for mark in marks}
    assert marked == set(rule.recommended)
    assert drawn | marked == set(sizes.valid_sizes(model))
    expect(drawing).to_be_visible()


@pytest.mark.parametrize(
    ("model", "width", "height", "told"),
    [
        ("glm-image", 1280, 1280, "1280 x 1280, 1,638,400 pixels, valid: recommended, and the default."),
        ("glm-image", 1728, 960, "1728 x 960, 1,658,880 pixels, valid: recommended."),
        ("glm-image", 2048, 2048, "2048 x 2048, 4,194,304 pixels, valid: keeps every limit of custom sizes."),
        (
            "glm-image",
            992,
            1280,
            "992 x 1280, 1,269,760 pixels, invalid: width 992 is too small: at least 1024 pixels.",
        ),
        ("cogview-4-250304", 2048, 1040, "2048 x 1040, 2,129,920 pixels, invalid: 2048x1040 has 2129920 pixels"),
        ("cogview-4-250304", 1024, 2064, "invalid: height 2064 is too large: at most 2048 pixels"),
    ],
)
def test_pointing_at_a_size_tells_the_rule_that_decides(
    page: Page, model: str, width: int, height: int, told: str
) -> None:
    expect(point_at(page, model, width, height)).to_contain_text(told)


def test_with_shift_a_size_between_the_steps_can_be_pointed_at(page: Page) -> None:
    page.keyboard.down("Shift")
    told = point_at(page, "glm-image", 1300, 1300)
    expect(told).to_contain_text("is not divisible by 32")


def test_the_keyboard_moves_over_the_sizes_and_chooses_one(page: Page) -> None:
    drawing = page.locator("svg[data-model='glm-image']")
    drawing.focus()
    told = page.locator(f"#{drawing.get_attribute('aria-describedby')}")
    expect(told).to_contain_text("1280 x 1280")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowUp")
    expect(told).to_contain_text("1312 x 1312")
    page.keyboard.press("Shift+ArrowLeft")
    expect(told).to_contain_text("1311 x 1312")
    page.keyboard.press("Enter")
    expect(page.locator("[name=size]")).to_have_value("1311x1312")
    expect(page.locator("[name=model]")).to_have_value("glm-image")
    expect(page.locator("#told-of-size")).to_contain_text("1311x1312: invalid, width 1311 is not divisible by 32")
    expect(page.get_by_role("button", name="Send")).to_be_focused()


def test_a_valid_request_shows_its_image(page: Page) -> None:
    result = image_request(page, model="glm-image", size="1728x960", quality="standard")
    expect(result).to_contain_text("1728x960")
    image = result.locator("img")
    assert image.evaluate("image => [image.naturalWidth, image.naturalHeight]") == [1728, 960]


def test_an_invalid_request_shows_the_reason(visitor: Visitor, page: Page) -> None:
    result = image_request(page, model="glm-image", size="1000x1280")
    expect(result).to_contain_text("400, refused")
    expect(result).to_contain_text("width 1000 is too small: at least 1024 pixels")
    expect(result.locator("img")).to_have_count(0)
    # Chromium itself logs an answer of 4xx; the page logs nothing.
    assert [words for words in visitor.trouble if "status of 400" not in words] == []
    visitor.trouble.clear()


def test_what_is_left_empty_is_not_sent(server: RunningServer, page: Page) -> None:
    expect(image_request(page, model="cogview-4-250304")).to_contain_text("1024x1024")
    sent = next(request for request in reversed(server.requests) if request.method == "POST")
    assert sent.body == b'{"model":"cogview-4-250304","prompt":"A cute little kitten."}'


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("code-1301", "1301"),
        ("nested-error, code-1113", "1113"),
        ("502-html", "502, refused"),
        ("connection-reset-before", "No answer"),
        ("dead-link", "There is no image behind the link."),
        ("data-missing", "no documented answer"),
    ],
)
def test_a_fault_can_be_tried(visitor: Visitor, page: Page, fault: str, told: str) -> None:
    expect(image_request(page, fault=fault)).to_contain_text(told)
    # Chromium itself logs what went wrong on the way; the page logs and raises nothing.
    assert [words for words in visitor.trouble if not words.startswith("logged: Failed to load resource")] == []
    visitor.trouble.clear()


def test_the_last_requests_are_shown_with_their_verdicts(server: RunningServer, page: Page) -> None:
    headers = {"Authorization": f"Bearer {KEY}"}
    with httpx.Client(headers=headers, trust_env=False) as client:
        path = f"{server.url}/paas/v4/images/generations"
        client.post(path, json={"model": "glm-image", "prompt": "Something private.", "size": "<b>1x1</b>"})
    row = page.locator("#requests tr").first
    expect(row).to_contain_text("glm-image <b>1x1</b>")
    expect(row).to_contain_text("400")
    expect(row).to_contain_text("is not a size")
    assert "Something private." not in page.content()
    assert KEY not in page.inner_text("body")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_on_it_keeps_anybody_out(visitor: Visitor, address: str, scheme: str) -> None:
    page = visitor.open(address, color_scheme=scheme)
    expect(image_request(page, model="glm-image")).to_contain_text("1280x1280")
    assert barriers(page) == []


def test_on_a_phone_it_fits_and_a_tap_chooses_a_size(visitor: Visitor, address: str) -> None:
    page = visitor.open(address, viewport={"width": 375, "height": 700}, has_touch=True, is_mobile=True)
    expect(image_request(page)).to_contain_text("1280x1280")
    drawing = page.locator("svg[data-model='glm-image']")
    drawing.scroll_into_view_if_needed()
    box = drawing.bounding_box()
    assert box is not None
    page.touchscreen.tap(box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.4)
    expect(page.locator("#told-of-size")).to_contain_text(": valid,")
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    assert barriers(page) == []


def test_it_opens_with_the_key_filled_in_and_the_flagship_chosen(page: Page) -> None:
    expect(page.get_by_label("API key")).to_have_value(KEY)
    expect(page.get_by_role("combobox", name="Model", exact=True)).to_have_value("glm-image")
    expect(page.locator("svg.sizes").first).to_have_attribute("data-model", "glm-image")


@pytest.mark.parametrize(("model", "ratio"), [*product(MODELS, ["16:9", "1:2"])])
def test_a_ratio_is_sent_as_the_size_that_comes_nearest(
    server: RunningServer, page: Page, model: str, ratio: str
) -> None:
    size = str(sizes.for_aspect(model, ratio))
    result = image_request(page, model=model, size=ratio)
    expect(page.locator("#told-of-size")).to_contain_text(f"{ratio} is {size}: valid")
    expect(result).to_contain_text(size)
    sent = next(request for request in reversed(server.requests) if request.method == "POST")
    assert f'"size":"{size}"'.encode() in sent.body


@pytest.mark.parametrize("ratio", ["1:99", "16:", "a:b"])
def test_a_ratio_that_no_size_comes_near_is_not_sent(server: RunningServer, page: Page, ratio: str) -> None:
    before = len(server.requests)
    expect(image_request(page, size=ratio)).to_contain_text("Not sent")
    assert len(server.requests) == before


def test_everything_can_be_done_with_the_keyboard_alone(page: Page) -> None:
    """From the top: a prompt, a model, a ratio and a fault are typed, the request is sent, and each stop is visible."""
    typed = {"prompt": "A red bicycle.", "model": "cog", "size": "2:1", "fault": "content-flagged"}
    stops = []
    while "Send" not in stops:
        page.keyboard.press("Tab")
        name, outline = page.evaluate(
            "() => [document.activeElement.name || document.activeElement.textContent,"
            " getComputedStyle(document.activeElement).outlineStyle]"
        )
        stops.append(name)
        assert outline == "solid", f"nothing shows that {name} has the focus"
        if name in typed:
            page.keyboard.press("ControlOrMeta+a")
            page.keyboard.type(typed[name])
            # A list of suggestions takes the next key.
            page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    expect(page.locator("#result img")).to_be_visible()
    expect(page.locator("#result")).to_contain_text("1440x720")
    assert stops == ["prompt", "model", "size", "quality", "user_id", "fault", "key", "Send"]


def test_without_javascript_rules_and_drawings_are_there(visitor: Visitor, address: str) -> None:
    page = visitor.open(address, java_script_enabled=False)
    expect(page.locator("svg.sizes")).to_have_count(len(MODELS))
    for model in MODELS:
        expect(page.locator("main")).to_contain_text(sizes.rule_for(model).custom_sentence)
