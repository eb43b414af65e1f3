"""The commands around the embedded server and the suite: ``serve``, ``conform``, ``demo``."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from PIL import Image as Pillow

from tests.cli.conftest import Run
from zai_image.cli._embedded import conformance_extra
from zai_image_conformance.server import FAULTS, listening


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


def test_serve_lists_its_faults(process: Run) -> None:
    done = process("serve", "--list-faults")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert len(lines) == len(FAULTS)
    for line, fault in zip(lines, FAULTS.values(), strict=True):
        assert line.startswith(f"{fault.form} ")
        assert line.endswith(fault.sentence)


@pytest.mark.parametrize("option", [("--fault", "latncy=2"), ("--fault", "latency")])
def test_serve_refuses_an_unknown_fault(process: Run, option: tuple[str, str]) -> None:
    done = process("serve", "--port", "0", *option)
    assert (done.returncode, done.stdout) == (2, "")
    assert "latency=SECONDS" in done.stderr


@pytest.mark.parametrize("key", ["", "a key", "a-key\n"])
def test_serve_refuses_a_key_that_no_request_can_carry(process: Run, key: str) -> None:
    done = process("serve", "--port", "0", "--api-key", key)
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert "key" in done.stderr


def test_serve_lets_go_wrong_what_it_is_told() -> None:
    options = ["--fault", "code-1113", "--fault", "nested-error", "--latency", "0.001", "--api-key", "k"]
    command = [sys.executable, "-m", "zai_image", "serve", "--port", "0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            url = process.stdout.readline().removeprefix("listening on ").strip()
            with pytest.raises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(f"{url}/paas/v4/images/generations", data=b"{}", timeout=10)
            assert (refused.value.code, json.load(refused.value)["error"]["code"]) == (429, "1113")
            refused.value.close()
        finally:
            process.kill()


@pytest.mark.score
def test_conform_says_that_the_embedded_server_conforms(process: Run) -> None:
    done = process("conform", "--local")
    assert done.returncode == 0, done.stdout + done.stderr


async def _agrees_to_everything(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
    await send({"type": "http.response.body", "body": b'{"created": 1760335349, "data": []}'})


@pytest.mark.score
def test_conform_convicts_a_server_that_answers_200_to_everything(process: Run) -> None:
    with listening(_agrees_to_everything) as origin:
        done = process("conform", f"{origin}/api", ZAI_API_KEY="a-key")
    assert done.returncode == 1, done.stdout + done.stderr


@pytest.mark.score
def test_conform_cannot_judge_a_closed_port(process: Run) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        done = process("conform", f"http://127.0.0.1:{port}/api", ZAI_API_KEY="a-key")
    assert done.returncode == 2, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_demo_shows_an_image_a_refused_size_a_verdict_with_its_report_and_what_to_do_next(
    process: Run, tmp_path: Path
) -> None:
    (tmp_path / "verdict.html").write_text("of yesterday")
    done = process("demo")
    assert done.returncode == 0, done.stderr
    image, size, verdict, following = done.stdout.split("\n\n")
    path = Path(image.splitlines()[1].strip())
    assert path.parent == tmp_path.resolve()
    with Pillow.open(path) as opened:
        assert opened.size == (1280, 1280)
    assert "1000x1000" in size
    assert "the nearest valid size is 1024x1024" in size
    assert " conforms: " in verdict
    assert verdict.splitlines()[-1].strip() == str(tmp_path.resolve() / "verdict-2.html")
    assert "<h1" in (tmp_path / "verdict-2.html").read_text("utf-8")
    assert (tmp_path / "verdict.html").read_text() == "of yesterday"
    assert [line.split()[1] for line in following.splitlines()[1:]] == ["generate", "serve", "conform"]


def test_a_verdict_leaves_nothing_in_the_folder_that_it_was_asked_from(process: Run, tmp_path: Path) -> None:
    done = process("conform", "--local", "--requirement", "SIZE-FORM", XDG_CACHE_HOME=str(tmp_path))
    assert done.returncode == 0
    assert list(tmp_path.iterdir()) == []


def test_what_hypothesis_keeps_is_put_among_the_caches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    # Set first, so that it is as before after the test.
    monkeypatch.setenv("HYPOTHESIS_STORAGE_DIRECTORY", "")
    del os.environ["HYPOTHESIS_STORAGE_DIRECTORY"]
    with conformance_extra():
        assert Path(os.environ["HYPOTHESIS_STORAGE_DIRECTORY"]) == tmp_path / "zai-image/hypothesis"
