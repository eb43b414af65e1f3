"""The embedded server bears what clients do to it: crowds, floods, silence, and far too much."""

from __future__ import annotations

import asyncio
import gc
import hmac
import json
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from attrs import frozen
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.conformance.wire import wait_until
from zai_image_conformance.server import RunningServer, app, application, listening, placeholder

pytestmark = pytest.mark.slow

KEY = "a-key-for-tests"
# The package has a function of the same name.
RUNNING = sys.modules[listening.__module__]
PATH = "/api/paas/v4/images/generations"
FIELDS = {"model": "glm-image", "prompt": "A cute little kitten."}
MEBIBYTE = 2**20
PATIENCE = 60


def request(body: bytes, *headers: str, length: bool = True) -> bytes:
    """A request as it stands on the wire."""
    lines = [f"POST {PATH} HTTP/1.1", "Host: localhost", f"Authorization: Bearer {KEY}", *headers]
    lines += ["Content-Type: application/json", *([f"Content-Length: {len(body)}"] if length else [])]
    return "\r\n".join([*lines, "", ""]).encode() + body


RIGHT = request(json.dumps(FIELDS).encode())
WRONG = request(b"{}")


@frozen
class Process:
    """`zai-image serve` in a process of its own."""

    origin: str
    process: subprocess.Popen[str]

    @property
    def resident(self) -> int:
        """Bytes of memory that it holds."""
        status = Path(f"/proc/{self.process.pid}/status").read_text("ascii")
        return int(status.partition("VmRSS:")[2].split()[0]) * 1024

    def connection(self) -> socket.socket:
        return connection(self.origin)

    def answers(self) -> bool:
        """Whether it serves another client."""
        headers = {"Authorization": f"Bearer {KEY}"}
        answer = httpx.post(self.origin + PATH, json=FIELDS, headers=headers, timeout=PATIENCE, trust_env=False)
        return answer.status_code == 200


def connection(origin: str) -> socket.socket:
    parts = urlsplit(origin)
    return socket.create_connection((parts.hostname or "", parts.port or 0), timeout=PATIENCE)


@contextmanager
def in_a_process(*options: str, prefix: Sequence[str] = ()) -> Iterator[Process]:
    command = [*prefix, sys.executable, "-m", "zai_image", "serve", "--port", "0", "--api-key", KEY, *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().removeprefix("listening on ").strip()
            yield Process(url.removesuffix("/api"), process)
        finally:
            process.kill()


@pytest.fixture(scope="module")
def served() -> Iterator[Process]:
    with in_a_process() as process:
        yield process


def test_an_image_is_drawn_when_its_link_is_fetched_and_not_before(
    server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = []

    def draw(image: object) -> bytes:
        drawn.append(image)
        return b""

    monkeypatch.setattr(placeholder, "draw", draw)
    headers = {"Authorization": f"Bearer {server.api_key}"}
    link = httpx.post(f"{server.url}/paas/v4/images/generations", json=FIELDS, headers=headers, trust_env=False).json()
    assert drawn == []
    httpx.get(link["data"][0]["url"], trust_env=False)
    assert len(drawn) == 1


def test_no_image_is_drawn_for_clients_that_have_left(server: RunningServer, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on, drawn = threading.Semaphore(0), threading.Event(), []

    def draw(image: object) -> bytes:
        drawn.append(image)
        begun.release()
        assert go_on.wait(PATIENCE)
        return b"an image"

    monkeypatch.setattr(placeholder, "draw", draw)
    headers = {"Authorization": f"Bearer {server.api_key}"}
    with (
        httpx.Client(trust_env=False, timeout=PATIENCE) as client,
        ThreadPoolExecutor(app._DRAWN_AT_ONCE + 1) as threads,
    ):
        link = client.post(f"{server.url}/paas/v4/images/generations", json=FIELDS, headers=headers).json()
        url = link["data"][0]["url"]
        fetch = f"GET {urlsplit(url).path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
        # As many as are drawn at once, and one that waits for its turn.
        patient = [threads.submit(client.get, url) for _ in range(app._DRAWN_AT_ONCE)]
        for _ in patient:
            assert begun.acquire(timeout=PATIENCE)
        patient.append(threads.submit(client.get, url))
        for _ in range(50):
            with connection(server.url) as leaving:
                leaving.sendall(fetch)
        # By the time that this is answered, the server knows that they have left.
        client.get(server.url)
        go_on.set()
        assert {answer.result().content for answer in patient} == {b"an image"}
        assert client.get(url).content == b"an image"
    assert len(drawn) == len(patient) + 1


def silent_at_first(connection: socket.socket) -> None:
    pass


def silent_amid_the_first_request(connection: socket.socket) -> None:
    connection.sendall(RIGHT[:60])


def silent_amid_the_body(connection: socket.socket) -> None:
    connection.sendall(RIGHT[:-1])


def silent_amid_the_second_request(connection: socket.socket) -> None:
    connection.sendall(RIGHT)
    assert connection.recv(65536).startswith(b"HTTP/1.1 200")
    connection.sendall(b"P")


@pytest.mark.parametrize(
    "behave",
    [silent_at_first, silent_amid_the_first_request, silent_amid_the_body, silent_amid_the_second_request],
    ids=lambda it: it.__name__,
)
def test_a_connection_without_a_request_is_closed_after_a_while(
    behave: Callable[[socket.socket], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(RUNNING, "_SILENCE", 0.5)
    with listening(application(api_key=KEY)) as origin, connection(origin) as silent:
        behave(silent)
        while silent.recv(65536):
            pass


def test_of_a_connection_that_is_over_nothing_is_kept() -> None:
    def kept() -> int:
        gc.collect()
        return sum(type(each) is RUNNING._Protocol for each in gc.get_objects())

    with listening(application(api_key=KEY)) as origin:
        for _ in range(20):
            with connection(origin) as brief:
                # uvicorn keeps what it might get another request from for five seconds.
                brief.sendall(request(json.dumps(FIELDS).encode(), "Connection: close"))
                assert brief.recv(12) == b"HTTP/1.1 200"
        wait_until(lambda: kept() == 0)


def test_a_connection_whose_answer_takes_long_is_not_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RUNNING, "_SILENCE", 0.2)
    with listening(application(api_key=KEY)) as origin, connection(origin) as waiting:
        waiting.sendall(request(json.dumps(FIELDS).encode(), "X-Fault: latency=1"))
        assert waiting.recv(12) == b"HTTP/1.1 200"


def gathering(crowd: int, application: ASGIApp) -> ASGIApp:
    """Let requests in only when so many wait at once."""
    waiting = 0
    complete = asyncio.Event()

    async def gate(scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal waiting
        waiting += 1
        if waiting == crowd:
            complete.set()
        await complete.wait()
        await application(scope, receive, send)

    return gate


def test_five_hundred_requests_in_flight_are_all_answered() -> None:
    crowd = 500
    with listening(gathering(crowd, application(api_key=KEY))) as origin:
        parts = urlsplit(origin)

        async def ask() -> bytes:
            reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
            writer.write(RIGHT)
            first = await reader.readline()
            writer.close()
            return first

        async def ask_all() -> list[bytes]:
            return await asyncio.wait_for(asyncio.gather(*(ask() for _ in range(crowd))), PATIENCE)

        answers = asyncio.run(ask_all())
    assert answers == [b"HTTP/1.1 200 OK\r\n"] * crowd


HALVES = [b"", b"POST ", RIGHT[:60], RIGHT[:-1], request(b"5\r\n{", "Transfer-Encoding: chunked", length=False)]


def test_clients_that_hang_harm_no_other(served: Process) -> None:
    with ExitStack() as stack:
        for half in HALVES * 20:
            stack.enter_context(hanging := served.connection())
            hanging.sendall(half)
        assert served.answers()


def test_silent_clients_cannot_use_up_the_files_that_a_process_usually_may_open() -> None:
    few = ["sh", "-c", 'ulimit -S -n 64; exec "$@"', "sh"]
    with in_a_process(prefix=few) as served, ExitStack() as stack:
        for _ in range(100):
            stack.enter_context(served.connection())
        assert served.answers()


def test_a_client_that_floods_and_reads_nothing_harms_no_other(served: Process) -> None:
    done = threading.Event()

    def flood(talking: socket.socket) -> None:
        while not done.is_set():
            _, writable, _ = select.select([], [talking], [], 0.05)
            if writable:
                talking.send(WRONG * 100)

    with served.connection() as talking:
        flooding = threading.Thread(target=flood, args=[talking])
        flooding.start()
        try:
            assert all(served.answers() for _ in range(20))
            assert served.resident < 300 * MEBIBYTE
        finally:
            done.set()
            flooding.join()


def test_garbage_harms_no_other(served: Process) -> None:
    for garbage in (
        b"\x16\x03\x01" + b"\x00" * 500,
        b"GET\r\n\r\n",
        b"\x00" * 100_000,
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ):
        with served.connection() as talking:
            talking.sendall(garbage)
            assert served.answers()


def parts_with_length(size: int) -> Iterator[bytes]:
    yield request(b"", f"Content-Length: {size}", length=False)
    for _ in range(size // MEBIBYTE):
        yield b"x" * MEBIBYTE


def parts_in_chunks(size: int) -> Iterator[bytes]:
    yield request(b"", "Transfer-Encoding: chunked", length=False)
    for _ in range(size // MEBIBYTE):
        yield b"%x\r\n" % MEBIBYTE + b"x" * MEBIBYTE + b"\r\n"
    yield b"0\r\n\r\n"


@pytest.mark.parametrize("parts", [parts_with_length, parts_in_chunks])
def test_fifty_megabytes_are_refused_and_not_kept(served: Process, parts: Callable[[int], Iterator[bytes]]) -> None:
    before = served.resident
    with served.connection() as sending:
        for part in parts(50 * MEBIBYTE):
            sending.sendall(part)
            assert served.answers()
            answered, _, _ = select.select([sending], [], [], 0)
            if answered:
                break
        assert sending.recv(12) == b"HTTP/1.1 413"
    assert served.resident - before < 20 * MEBIBYTE


LONG = [request(json.dumps({**FIELDS, "model": model, "prompt": "x" * 2_000}).encode()) for model in ("glm-image", "?")]
"""A request and a refusal: what is kept of each would be seen."""


@pytest.mark.score
def test_memory_stays_flat_over_twenty_thousand_requests() -> None:
    with in_a_process() as served:
        parts = urlsplit(served.origin)

        async def ask(requests: Sequence[bytes], times: int) -> None:
            reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
            for _ in range(times):
                writer.write(b"".join(requests))
                for _ in requests:
                    head = await reader.readuntil(b"\r\n\r\n")
                    await reader.readexactly(int(head.lower().partition(b"content-length:")[2].split()[0]))
            writer.close()

        async def ask_from_twenty(requests: Sequence[bytes], times: int) -> None:
            await asyncio.gather(*(ask(requests, times) for _ in range(20)))

        # By then it remembers as many images and requests as it ever will.
        asyncio.run(ask_from_twenty(LONG[:1] * 10, 55))
        before = served.resident
        asyncio.run(ask_from_twenty(LONG * 5, 45))
        assert served.resident - before < 2 * MEBIBYTE


@pytest.mark.parametrize(
    "options",
    [("--latency", "3600"), pytest.param(("--fault", "timeout"), marks=pytest.mark.score)],
    ids=["latency", "timeout"],
)
def test_ctrl_c_ends_it_cleanly_though_clients_wait(options: Sequence[str]) -> None:
    with in_a_process(*options) as served, served.connection() as waiting, served.connection() as silent:
        silent.sendall(RIGHT[:60])
        waiting.sendall(RIGHT)
        # By the time that this is answered, the others have been heard.
        httpx.get(served.origin, timeout=PATIENCE, trust_env=False)
        served.process.send_signal(signal.SIGINT)
        output, errors = served.process.communicate(timeout=PATIENCE)
        assert (served.process.returncode, output) == (0, "")
        assert "Traceback" not in errors
        assert KEY not in errors


def test_keys_are_compared_in_constant_time(server: RunningServer, monkeypatch: pytest.MonkeyPatch) -> None:
    compared = []
    compare_digest = hmac.compare_digest

    def spy(one: bytes, other: bytes) -> bool:
        compared.append((one, other))
        return compare_digest(one, other)

    monkeypatch.setattr(hmac, "compare_digest", spy)
    for key in (server.api_key, "x", server.api_key[:-1]):
        headers = {"Authorization": f"Bearer {key}"}
        httpx.post(f"{server.url}/paas/v4/images/generations", json=FIELDS, headers=headers, trust_env=False)
        assert compared.pop() == (key.encode(), server.api_key.encode())
