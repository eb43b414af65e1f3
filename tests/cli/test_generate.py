"""``zai-image generate``: what it writes, what it prints, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image as Pillow

from tests.cli.conftest import Run
from zai_image_conformance.server import RunningServer

PROMPT = "A cute little kitten."


def test_an_image_of_the_embedded_server_is_written_where_asked(zai_image: Run, tmp_path: Path) -> None:
    done = zai_image("generate", PROMPT, "--local", "-s", "1728x960", "-o", "k.png")
    assert (done.returncode, done.stdout, done.stderr) == (0, "k.png\n", "")
    with Pillow.open(tmp_path / "k.png") as image:
        image.load()
        assert (image.format, image.size) == ("PNG", (1728, 960))


def test_without_output_it_picks_a_new_name_each_time(zai_image: Run, tmp_path: Path, server: RunningServer) -> None:
    local = {"ZAI_API_KEY": server.api_key, "ZAI_BASE_URL": server.url}
    names = []
    for _ in range(2):
        done = zai_image("generate", PROMPT, **local)
        assert done.returncode == 0, done.stderr
        names.append(done.stdout.strip())
    assert names == ["a-cute-little-kitten.png", "a-cute-little-kitten-2.png"]
    for name in names:
        with Pillow.open(tmp_path / name) as image:
            assert image.size == (1280, 1280)


def test_an_invalid_size_ends_with_2_before_any_request(zai_image: Run, server: RunningServer) -> None:
    done = zai_image("generate", PROMPT, "--size", "1000x1000", ZAI_API_KEY=server.api_key, ZAI_BASE_URL=server.url)
    assert done.returncode == 2
    assert done.stderr.startswith(
        "zai-image: 1024x1024 is the nearest valid size: width 1000 is too small: at least 1024"
    )
    assert done.stdout == ""
    assert server.requests == ()


def test_a_ratio_is_taken_for_the_best_size_of_it(zai_image: Run, tmp_path: Path) -> None:
    done = zai_image("generate", PROMPT, "--local", "-m", "cogview-4-250304", "-s", "2:1", "-o", "wide.png")
    assert done.returncode == 0, done.stderr
    with Pillow.open(tmp_path / "wide.png") as image:
        assert image.width == 2 * image.height


@pytest.mark.parametrize("key", [{}, {"ZAI_API_KEY": ""}])
def test_no_key_and_no_local_ends_with_2_and_says_what_to_set(zai_image: Run, key: dict[str, str]) -> None:
    done = zai_image("generate", PROMPT, **key)
    assert done.returncode == 2
    assert "ZAI_API_KEY" in done.stderr
    assert "--local" in done.stderr


def test_json_is_one_object_with_what_is_known_of_the_image(zai_image: Run) -> None:
    done = zai_image("generate", PROMPT, "--local", "--json", "-o", "k.png")
    told = json.loads(done.stdout)
    assert told["path"] == "k.png"
    assert told["url"].startswith("http://127.0.0.1:")
    assert (told["number"], told["prompt"], told["model"], told["size"]) == (1, PROMPT, "glm-image", None)
    assert told.keys() == {
        "number",
        "prompt",
        "model",
        "size",
        "url",
        "created",
        "expires",
        "content_filter",
        "request_id",
        "path",
    }


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["--api-key", "wrong"], 2, "the API key is not valid"),
        (["--base-url", "ftp://a.example", "--api-key", "k"], 2, "not an http(s) address"),
        (["--base-url", "a.example", "--api-key", "k"], 2, "not an http(s) address"),
        (["--base-url", "http://[::1", "--api-key", "k"], 2, "not an http(s) address"),
        (["--base-url", "http://127.0.0.1/api\n", "--api-key", "k"], 2, "not an http(s) address"),
        (["--base-url", "http://1.2.3.400", "--api-key", "k"], 2, "not an http(s) address"),
        (["--api-key", "k k"], 2, "the API key holds spaces"),
        *(
            (["--timeout", seconds, "--local"], 2, f"{seconds} is not a number of seconds above 0, such as 30")
            for seconds in ("nan", "inf", "-inf", "-1", "0")
        ),
        (["--timeout", "soon", "--local"], 2, "'soon' is not a valid float"),
        (["--quality", "ultra", "--local"], 2, "ultra"),
        (["-o", "missing/k.png", "--local"], 2, "make the folder 'missing' first"),
        (["--base-url", "http://127.0.0.1:9", "--api-key", "k"], 2, "no connection to 127.0.0.1"),
        ([b"\xff".decode(errors="surrogateescape"), "--local"], 2, "prompt 2 is not UTF-8 text"),
    ],
)
def test_what_could_not_be_asked_ends_with_2_and_one_line(
    zai_image: Run, server: RunningServer, arguments: list[str], code: int, told: str
) -> None:
    done = zai_image("generate", PROMPT, *arguments, ZAI_BASE_URL=server.url)
    assert done.returncode == code
    assert told in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr


def test_a_refusal_ends_with_1(zai_image: Run, server: RunningServer, tmp_path: Path) -> None:
    done = zai_image("generate", PROMPT, "-m", "glm-image-2", ZAI_API_KEY=server.api_key, ZAI_BASE_URL=server.url)
    assert done.returncode == 1
    warning, refusal = done.stderr.splitlines()
    assert warning.startswith("zai-image: warning: the documentation names no model 'glm-image-2'")
    assert refusal.startswith("zai-image: model ")
    assert refusal.endswith("(HTTP 400, code 1211)")
    assert list(tmp_path.iterdir()) == []
