"""A process that is killed while it stores an image, or whose disk is full, leaves no half of one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.client.test_formats import IMAGES
from zai_image_conformance.server import listening

pytestmark = pytest.mark.slow

LINK = "https://images.example/1.png"
PNG = IMAGES["PNG"]


@pytest.mark.unmutated
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
@pytest.mark.parametrize("limit", [1000, 9000, 70_000])
def test_a_full_disk_leaves_no_half_image(limit: int, tmp_path: Path) -> None:
    # In a process of its own, since the limit holds for all files of one.
    code = f"""
import resource, signal
import httpx
from zai_image import DownloadError, ZaiImage

class Drops(httpx.SyncByteStream):
    def __iter__(self):
        yield from [bytes(1000)] * 200

answer = lambda request: httpx.Response(200, headers={{"content-type": "image/ief"}}, stream=Drops())
client = httpx.Client(transport=httpx.MockTransport(answer))
image = ZaiImage("a-key", http_client=client, max_retries=0).image_at("{LINK}")
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))
try:
    image.save({str(tmp_path / "kitten.png")!r})
except DownloadError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith(f"the image at {LINK} could not be stored: ")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.unmutated
def test_a_process_that_is_killed_leaves_no_half_image(tmp_path: Path) -> None:
    async def drips(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        if scope["method"] == "POST":
            host = dict(scope["headers"])[b"host"].decode()
            answer = f'{{"created": 1760335349, "data": [{{"url": "http://{host}/1.png"}}]}}'
            await send({"type": "http.response.body", "body": answer.encode()})
        else:
            await send({"type": "http.response.body", "body": PNG[:40], "more_body": True})
            await receive()

    code = f"""
from zai_image import ZaiImage
image = ZaiImage("k").images.generate("kitten")
image.save({str(tmp_path / "kitten.png")!r}, progress=lambda *told: print("receiving", flush=True))
"""
    (tmp_path / "kitten.png").write_bytes(b"the old image")
    with listening(drips) as origin:
        environment = {**os.environ, "ZAI_BASE_URL": f"{origin}/api"}
        with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, env=environment) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"receiving\n"
            process.send_signal(signal.SIGKILL)
    assert (tmp_path / "kitten.png").read_bytes() == b"the old image"
