"""The other commands: ``sizes``, ``serve``, ``conform``, ``demo``."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from PIL import Image as Pillow

from tests.cli.conftest import Run
from zai_image_conformance.server import listening


def test_sizes_shows_the_rules_of_each_model(zai_image: Run) -> None:
    done = zai_image("sizes")
    assert done.returncode == 0
    lines = {line.partition(":")[0]: line for line in done.stdout.splitlines()}
    assert lines.keys() == {"glm-image", "cogview-4-250304"}
    assert "1728x960" in lines["glm-image"]
    assert "512 to 2048" in lines["cogview-4-250304"]


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["--model", "glm-image", "--check", "1280x1280"], 0, "1280x1280 is valid"),
        (["--model", "glm-image", "--check", "1000x1024"], 1, "width 1000 is too small"),
        (["--check", "512x512"], 1, "cogview-4-250304: 512x512 is valid"),
        (["--model", "glm-image", "--nearest", "1000x1000"], 0, "glm-image: 1024x1024"),
        (["--model", "cogview-4-250304", "--aspect", "1:1"], 0, "cogview-4-250304: 1024x1024"),
        (["--nearest", "wide"], 2, "wide"),
        (["--check", "1x1", "--aspect", "1:1"], 2, "different questions"),
    ],
)
def test_sizes_answers_and_its_exit_code_is_the_answer(
    zai_image: Run, arguments: list[str], code: int, told: str
) -> None:
    done = zai_image("sizes", *arguments)
    assert done.returncode == code
    assert told in done.stdout + done.stderr


def test_sizes_as_json(zai_image: Run) -> None:
    done = zai_image("sizes", "--check", "1000x1024", "--json")
    told = json.loads(done.stdout)
    assert [violation["rule"] for violation in told["glm-image"]["violations"]] == ["min_side", "step"]


def test_the_version_is_told(zai_image: Run) -> None:
    assert zai_image("--version").stdout == f"zai-image {version('zai-image')}\n"


def test_neither_version_nor_sizes_imports_httpx_or_the_suite(tmp_path: Path) -> None:
    code = """
import sys
from zai_image.cli import run
assert run() == 0
heavy = {"httpx", "pytest", "hypothesis", "starlette", "zai_image_conformance"} & sys.modules.keys()
assert not heavy, heavy
"""
    for arguments in (["--version"], ["sizes"]):
        subprocess.run([sys.executable, "-c", code, *arguments], check=True, capture_output=True, cwd=tmp_path)


def test_bad_usage_ends_with_2(zai_image: Run) -> None:
    assert zai_image("paint").returncode == 2
    assert zai_image("generate").returncode == 2
    assert zai_image("conform").returncode == 2


def test_serve_says_where_it_listens_and_ends_on_ctrl_c() -> None:
    command = [sys.executable, "-m", "zai_image", "serve", "--port", "0", "--api-key", "a-key"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            assert line.startswith("listening on http://127.0.0.1:")
            assert line.endswith("/api\n")
            url = line.removeprefix("listening on ").strip()
            with pytest.raises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(f"{url}/paas/v4/images/generations", data=b"{}", timeout=10)
            assert refused.value.code == 401
            refused.value.close()
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=10) == 0
        finally:
            process.kill()


def test_conform_says_that_the_embedded_server_conforms(zai_image: Run) -> None:
    done = zai_image("conform", "--local")
    assert done.returncode == 0, done.stdout + done.stderr


async def _agrees_to_everything(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
    await send({"type": "http.response.body", "body": b'{"created": 1760335349, "data": []}'})


def test_conform_convicts_a_server_that_answers_200_to_everything(zai_image: Run) -> None:
    with listening(_agrees_to_everything) as origin:
        done = zai_image("conform", f"{origin}/api", ZAI_API_KEY="a-key")
    assert done.returncode == 1, done.stdout + done.stderr


def test_conform_cannot_judge_a_closed_port(zai_image: Run) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        done = zai_image("conform", f"http://127.0.0.1:{port}/api", ZAI_API_KEY="a-key")
    assert done.returncode == 2, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_demo_makes_a_picture_and_judges_the_embedded_server(zai_image: Run, tmp_path: Path) -> None:
    done = zai_image("demo")
    assert done.returncode == 0, done.stderr
    path = Path(done.stdout.splitlines()[0])
    assert path.parent == tmp_path.resolve()
    with Pillow.open(path) as picture:
        assert picture.size == (1280, 1280)
    assert "conforms" in done.stdout
