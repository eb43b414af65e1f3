"""What a pytest run gets of this package: fixtures that work, and next to no cost where they are not used."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from scripts.regenerate import ROOT
from zai_image import APIError, AsyncZaiImage, ConnectionError, ZaiImage
from zai_image_conformance.server import RunningServer

PLUGIN = "zai_image_conformance.pytest_options"
HEAVY = ("PIL", "attrs", "httpx", "jinja2", "starlette", "uvicorn", "zai_image", "zai_image_conformance.server")


def pytest_run(folder: Path, code: str, *options: str, prelude: str = "pass") -> subprocess.CompletedProcess[str]:
    """Run pytest over a module, with our plugin and no other."""
    (folder / "test_it.py").write_text(code, "utf-8")
    arguments = ["-q", "-p", PLUGIN, "-p", "no:cacheprovider", "-W", "error", *options, "test_it.py"]
    program = f"import sys; {prelude}; import pytest; sys.exit(pytest.main({arguments!r}))"
    env = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    return subprocess.run(
        [sys.executable, "-X", "dev", "-c", program], cwd=folder, env=env, capture_output=True, text=True, check=False
    )


def test_a_run_that_uses_no_fixture_loads_nothing_for_them(tmp_path: Path) -> None:
    code = f"import sys\ndef test_it():\n    assert set(sys.modules) & {set(HEAVY)!r} == set()"
    done = pytest_run(tmp_path, code)
    assert done.returncode == 0, done.stdout


def test_pytest_works_without_the_packages_of_the_extra(tmp_path: Path) -> None:
    prelude = f"sys.modules.update(dict.fromkeys({[name for name in HEAVY if '_' not in name]!r}))"
    code = "def test_one():\n    pass\ndef test_two(zai_server):\n    pass"
    done = pytest_run(tmp_path, code, prelude=prelude)
    assert "1 passed, 1 error" in done.stdout
    assert "pip install 'zai-image[conformance]'" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_the_documented_example_passes_as_it_stands(tmp_path: Path) -> None:
    document = (ROOT / "docs" / "server.md").read_text("utf-8")
    (example,) = re.findall(r"<!-- example: fixtures -->\n```python\n(.*?)```", document, re.DOTALL)
    done = pytest_run(tmp_path, example)
    assert "1 passed" in done.stdout, done.stdout


ASYNCHRONOUS = """
import asyncio
import pytest

async def size(zai):
    image = await zai.images.generate("kitten")
    return len(await image.download())

@pytest.mark.anyio
async def test_in_a_loop_of_a_plugin(async_zai_client, zai_server):
    assert await size(async_zai_client) > 100
    assert len(zai_server.requests) == 2

def test_in_loops_of_its_own(async_zai_client):
    assert asyncio.run(size(async_zai_client)) == asyncio.run(size(async_zai_client))

def test_cut_short(async_zai_client, zai_server):
    zai_server.fault("timeout")
    async def impatient():
        async with asyncio.timeout(0.05):
            await size(async_zai_client)
    with pytest.raises(TimeoutError):
        asyncio.run(impatient())
"""


@pytest.mark.score
def test_the_asynchronous_client_works_in_any_loop_and_leaves_nothing_open(tmp_path: Path) -> None:
    anyio_backend = "@pytest.fixture\ndef anyio_backend():\n    return 'asyncio'\n"
    done = pytest_run(tmp_path, ASYNCHRONOUS + anyio_backend, "-p", "anyio.pytest_plugin")
    assert done.returncode == 0, done.stdout
    assert "3 passed" in done.stdout


@pytest.mark.parametrize("time", [1, 2])
def test_each_test_finds_no_request_and_no_fault_of_another(
    zai_server: RunningServer, zai_client: ZaiImage, time: int
) -> None:
    assert [request.status for request in zai_server.requests] == []
    zai_client.images.generate("kitten")
    assert [request.status for request in zai_server.requests] == [200]
    zai_server.fault("code-1113")
    with pytest.raises(APIError):
        zai_client.images.generate("kitten")


def test_a_client_of_the_applications_own_reaches_the_embedded_server(zai_server: RunningServer) -> None:
    with ZaiImage() as zai:
        assert zai.images.generate("kitten").url.startswith(zai_server.url.removesuffix("/api"))


def test_the_fixtures_share_one_server(
    zai_server: RunningServer, zai_client: ZaiImage, async_zai_client: AsyncZaiImage
) -> None:
    zai_server.fault("connection-reset-before", times=2)
    with pytest.raises(ConnectionError) as lost:
        zai_client.images.generate("kitten")
    assert lost.value.outcome_unknown
    with pytest.raises(ConnectionError):
        asyncio.run(async_zai_client.images.generate("kitten"))
    assert [request.status for request in zai_server.requests] == [None, None]
    headers = {"Authorization": f"Bearer {zai_server.api_key}"}
    assert httpx.post(f"{zai_server.url}/nowhere", headers=headers, trust_env=False).status_code == 404
