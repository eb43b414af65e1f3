"""A link of the embedded server leads to a real image of exactly the ordered size."""

from __future__ import annotations

import io

import httpx
import pytest
from PIL import Image, ImageDraw, ImageFont

from zai_image_api.sizes import Size, rule_for
from zai_image_conformance.server import RunningServer
from zai_image_conformance.server.images import ImageStore
from zai_image_conformance.server.landscape import landscape
from zai_image_conformance.server.lettering import Lettering
from zai_image_conformance.server.placeholder import draw
from zai_image_conformance.server.requests import Accepted

RECOMMENDED = [(model, size) for model in ("glm-image", "cogview-4-250304") for size in rule_for(model).recommended]
EDGES = [
    ("glm-image", Size(2048, 2048)),
    ("glm-image", Size(1024, 2048)),
    ("cogview-4-250304", Size(512, 512)),
    ("cogview-4-250304", Size(2048, 1024)),
]
SQUARE = Size(1024, 1024)


def image_of(prompt: str, size: Size = SQUARE) -> Image.Image:
    png = draw(Accepted(prompt=prompt, model="glm-image", quality="hd", size=size))
    image = Image.open(io.BytesIO(png), formats=["PNG"])
    image.load()
    return image


def image_request(server: RunningServer, **fields: object) -> str:
    response = httpx.post(
        f"{server.url}/paas/v4/images/generations",
        json={"prompt": "A cute little kitten.", **fields},
        headers={"Authorization": f"Bearer {server.api_key}"},
        trust_env=False,
    )
    link = response.json()["data"][0]["url"]
    assert isinstance(link, str)
    return link


def fetch(link: str) -> Image.Image:
    response = httpx.get(link, trust_env=False)
    assert response.status_code == 200
    assert response.headers["content-type"] == "image/png"
    image = Image.open(io.BytesIO(response.content), formats=["PNG"])
    image.load()
    return image


def test_every_recommended_size_and_every_edge_is_drawn_as_ordered(server: RunningServer) -> None:
    for model, size in [*RECOMMENDED, *EDGES]:
        assert fetch(image_request(server, model=model, size=str(size))).size == size


def test_an_order_without_a_size_is_drawn_in_the_models_default(server: RunningServer) -> None:
    assert fetch(image_request(server, model="glm-image")).size == rule_for("glm-image").default
    assert fetch(image_request(server, model="cogview-4-250304")).size == rule_for("cogview-4-250304").default


def test_a_link_needs_no_key_and_is_never_the_same(server: RunningServer) -> None:
    assert image_request(server, model="glm-image") != image_request(server, model="glm-image")


def test_an_unknown_image_is_404_in_the_documented_form(server: RunningServer) -> None:
    response = httpx.get(server.url.removesuffix("/api") + "/images/guessed.png", trust_env=False)
    assert response.status_code == 404
    assert set(response.json()) == {"code", "message"}


@pytest.mark.parametrize(
    "prompt",
    [
        "",
        "一只可爱的小猫坐在阳光明媚的窗台上" * 20,
        "🐈\u200d⬛ 👩\u200d👩\u200d👧",
        "\x00\x07\x1b[31m",
        "\ud800 half a pair",
        "\u202eright to left",
        "no-spaces" * 200,
        "line\nbreak\r\n\ttab",
    ],
)
def test_any_prompt_is_drawn(prompt: str) -> None:
    assert image_of(prompt).size == (1024, 1024)


def test_prompt_model_and_size_are_written_on_the_image() -> None:
    def ink(prompt: str, model: str = "glm-image", quality: str = "hd") -> int:
        png = draw(Accepted(prompt=prompt, model=model, quality=quality, size=Size(1024, 1024)))
        return Image.open(io.BytesIO(png)).histogram()[255]

    assert ink("A cute little kitten.") > ink("A cute kitten.") > ink("")
    assert ink("", model="glm-image-and-more") > ink("", model="glm-image")
    assert ink("", quality="standard") > ink("", quality="hd")


def test_the_landscape_is_the_prompts_own() -> None:
    def seen(prompt: str) -> bytes:
        return landscape(prompt, 64, 48).convert("RGB").tobytes()

    prompts = ["A cute little kitten.", "A cute little kitten", "", "一只可爱的小猫"]
    assert [seen(prompt) for prompt in prompts] == [seen(prompt) for prompt in prompts]
    assert len({seen(prompt) for prompt in prompts}) == len(prompts)


def test_a_seed_makes_another_image_of_the_same_prompt_and_the_same_seed_the_same(server: RunningServer) -> None:
    def seen(**fields: object) -> bytes:
        return fetch(image_request(server, model="cogview-4-250304", size="512x512", **fields)).tobytes()

    seeds: list[dict[str, object]] = [
        {},
        {"seed": 7},
        {"seed": 8},
        {"seed": 1234567},
        {"seed": 1234568},
        {"seed": "seven"},
    ]
    images = [seen(**fields) for fields in seeds]
    assert images == [seen(**fields) for fields in seeds]
    assert len(set(images)) == len(images)
    # Whatever else stands there is as if there were none.
    assert seen(seed=None) == seen(seed=[[7]]) == seen(seed={"a": 1}) == seen(seed=True) == images[0]


def written(text: str) -> bytes:
    """What a line of lettering makes of a text."""
    canvas = Image.new("L", (400, 40))
    lettering = Lettering(20)
    for line in lettering.lines(text, 380):
        lettering.write(ImageDraw.Draw(canvas), 4, 4, line, 255)
    return canvas.tobytes()


@pytest.mark.parametrize("script", ["小猫", "Кошка", "قطة", "חתול", "बिल्ली", "แมว", "고양이", "🐈", "Łódź"])
def test_text_in_any_script_is_drawn_as_marks_of_its_own_and_not_as_boxes(script: str) -> None:
    boxes = Image.new("L", (400, 40))
    ImageDraw.Draw(boxes).text((4, 4), script, fill=255, font=ImageFont.load_default(20))
    assert written(script) not in (boxes.tobytes(), written(""))
    assert written(script) != written(script[::-1]) or len(script) == 1
    assert written(script) == written(script)


def test_letters_stand_in_for_accented_letters() -> None:
    assert written("Café Crème") == written("Cafe Creme")


def test_what_shows_nothing_takes_no_room() -> None:
    assert written("a\x00b\u200dc\ufe0fd\ud800e") == written("abcde")


def test_every_size_down_to_one_pixel_can_be_drawn() -> None:
    assert image_of("A cute little kitten.", Size(1, 1)).size == (1, 1)
    assert image_of("A cute little kitten.", Size(512, 16)).size == (512, 16)


def test_the_store_forgets_the_oldest_image_first() -> None:
    store = ImageStore(kept=2)
    first, second, third = (
        store.add(Accepted(prompt=prompt, model="glm-image", quality="hd", size=SQUARE)) for prompt in "abc"
    )
    assert len(store) == 2
    assert store.get(first) is None
    assert [image.prompt for name in (second, third) if (image := store.get(name))] == ["b", "c"]


def test_the_store_does_not_keep_endless_prompts() -> None:
    store = ImageStore()
    name = store.add(Accepted(prompt="p" * 1_000_000, model="glm-image", quality="hd", size=SQUARE))
    image = store.get(name)
    assert image is not None
    assert len(image.prompt) < 1000
