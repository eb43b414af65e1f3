"""Connections belong to the process and the event loop that opened them, and are shared fairly among requests."""

from __future__ import annotations

import asyncio
import gc
import os
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
import trio

from tests.client import loopback
from tests.client.loopback import Connection, peer, replies
from tests.client.test_formats import FILES
from zai_image import AsyncZaiImage, DownloadError, InvalidRequestError, ZaiImage, ZaiImageError, _attempt, _connections
from zai_image._connections import LANES, Connections, GivenConnections, most_connections, no_loop

# A client that loses what an event loop had opened lets Python warn of it; that it was lost is the point here.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(autouse=True)
def _collected() -> Iterator[None]:
    """What a test lets go is let go within it, and not warned of in another one."""
    yield
    gc.collect()


def echoes(connection: Connection) -> None:
    """Answer each request with an image whose link repeats the prompt."""
    while connection.read():
        connection.send(loopback.image_answer(f"http://images.example/{loopback.prompt(connection)}"))


CHILD = """
import os, sys
from zai_image import ZaiImage
zai = ZaiImage("a-key", base_url=sys.argv[1], max_retries=0, timeout=5)
zai.images.generate("warm")
read, write = os.pipe()
child = os.fork()
name = "parent" if child else "child"
got = [zai.images.generate(f"{name}{turn}").url for turn in range(9)]
right = got == [f"http://images.example/{name}{turn}" for turn in range(9)]
if not child:
    os.write(write, str(right).encode())
    os._exit(0)
os.waitpid(child, 0)
zai.images.generate("after")
zai.close()
print(right, os.read(read, 9).decode())
"""


@pytest.fixture
def authority(tmp_path: Path) -> tuple[ssl.SSLContext, Path]:
    """A server's side of TLS for localhost, and the certificate to trust."""
    made = tmp_path / "made.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
            *("-keyout", str(made), "-out", str(tmp_path / "trusted.pem"), "-days", "1", "-subj", "/CN=localhost"),
            *("-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"),
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "trusted.pem", made)
    return context, tmp_path / "trusted.pem"


@pytest.mark.parametrize("secure", [False, True], ids=["plain", "tls"])
def test_parent_and_child_of_a_fork_each_get_their_own_answers(
    secure: bool, authority: tuple[ssl.SSLContext, Path]
) -> None:
    context, trusted = authority
    with peer(echoes, tls=context if secure else None) as server:
        done = subprocess.run(
            [sys.executable, "-c", CHILD, server.url],
            env={**os.environ, "SSL_CERT_FILE": str(trusted)},
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
    assert done.stdout.split() == ["True", "True"]
    # One that the parent kept all along, and one of the child's own.
    assert server.connections == 2


ASYNC_CHILD = """
import asyncio, os, sys
from zai_image import AsyncZaiImage
zai = AsyncZaiImage("a-key", base_url=sys.argv[1], max_retries=0, timeout=5)

async def main(name):
    return [(await zai.images.generate(f"{name}{turn}")).url for turn in range(9)]

async def parent():
    await main("warm")
    read, write = os.pipe()
    child = os.fork()
    if not child:
        # The loop of the parent is not this process's to use.
        asyncio._set_running_loop(None)
        asyncio.set_event_loop(None)
        got = asyncio.run(main("child"))
        os.write(write, str(got == [f"http://images.example/child{turn}" for turn in range(9)]).encode())
        os._exit(0)
    got = await main("parent")
    os.waitpid(child, 0)
    await zai.close()
    print(got == [f"http://images.example/parent{turn}" for turn in range(9)], os.read(read, 9).decode())

asyncio.run(parent())
"""


def test_an_asynchronous_client_survives_a_fork_on_both_sides() -> None:
    with peer(echoes) as server:
        done = subprocess.run(
            [sys.executable, "-c", ASYNC_CHILD, server.url], capture_output=True, text=True, check=True, timeout=60
        )
    assert done.stdout.split() == ["True", "True"]
    assert server.connections == 2


def test_a_client_works_in_one_event_loop_after_the_other_and_closes_in_any() -> None:
    with peer(echoes) as server:
        zai = AsyncZaiImage("a-key", base_url=server.url, max_retries=0)

        async def generate() -> str:
            return (await zai.images.generate("kitten")).url

        assert [asyncio.run(generate()) for _ in range(3)] == ["http://images.example/kitten"] * 3
        assert trio.run(generate) == "http://images.example/kitten"
        with asyncio.Runner() as runner:
            assert [runner.run(generate()) for _ in range(3)] == ["http://images.example/kitten"] * 3
        asyncio.run(zai.close())
        trio.run(zai.close)
        with pytest.raises(InvalidRequestError, match="the client is closed"):
            asyncio.run(generate())
    assert server.connections == 5


def test_event_loops_of_two_threads_share_a_client() -> None:
    with peer(echoes) as server:
        zai = AsyncZaiImage("a-key", base_url=server.url, max_retries=0)

        async def generate() -> list[str]:
            return [(await zai.images.generate("kitten")).url for _ in range(20)]

        with ThreadPoolExecutor(4) as threads:
            told = list(threads.map(lambda _: asyncio.run(generate()), range(4)))
    assert told == [["http://images.example/kitten"] * 20] * 4


@pytest.mark.parametrize("given", ["http_client", "transport"])
def test_what_the_caller_gave_is_refused_in_another_event_loop_once_it_has_connections(given: str) -> None:
    made: Any = httpx.AsyncClient() if given == "http_client" else httpx.AsyncHTTPTransport()
    with peer(echoes) as server:
        options: Any = {given: made}
        zai = AsyncZaiImage("a-key", base_url=server.url, max_retries=0, **options)

        async def generate() -> str:
            return (await zai.images.generate("kitten")).url

        assert asyncio.run(generate()) == "http://images.example/kitten"
        with pytest.raises(InvalidRequestError, match=f"^{given} has connections of another event loop; make one in"):
            asyncio.run(generate())
    assert len(server.requests) == 1


@pytest.mark.parametrize("given", ["http_client", "transport"])
def test_what_the_caller_gave_works_in_each_event_loop_that_finds_none_of_its_connections_open(given: str) -> None:
    none_kept: Any = {"limits": httpx.Limits(max_keepalive_connections=0)}
    made: Any = httpx.AsyncClient(**none_kept) if given == "http_client" else httpx.AsyncHTTPTransport(**none_kept)
    options: Any = {given: made}
    with peer(echoes) as server:
        zai = AsyncZaiImage("a-key", base_url=server.url, max_retries=0, **options)

        async def generate() -> str:
            return (await zai.images.generate("kitten")).url

        told = [asyncio.run(generate()) for _ in range(3)]
    assert told == ["http://images.example/kitten"] * 3


def test_a_download_leaves_connections_too() -> None:
    zai = AsyncZaiImage("a-key", base_url="http://127.0.0.1:1", transport=httpx.AsyncHTTPTransport())

    async def download() -> bytes:
        return await zai.image_at(f"{host.url}1.png").download()

    with peer(replies(FILES["PNG"], "image/png")) as host:
        assert asyncio.run(download()) == FILES["PNG"]
        with pytest.raises(DownloadError, match="transport has connections of another event loop"):
            asyncio.run(download())
    assert len(host.requests) == 1


def test_what_the_caller_gave_serves_no_second_event_loop_while_a_first_one_asks() -> None:
    loops = iter("112")
    client: Any = Client()
    given = GivenConnections(client, client, given="transport", is_closed=lambda: False, loop=lambda: next(loops))
    with given.lease(), given.lease(), pytest.raises(InvalidRequestError, match="another event loop"), given.lease():
        pytest.fail("it was lent")


class Stream:
    """Stands for a network stream."""

    def __init__(self, sock: socket.socket) -> None:
        self.get_extra_info = {"socket": sock}.get


def test_a_stream_that_somebody_still_holds_counts_until_it_is_closed() -> None:
    loops = iter("122")
    client: Any = Client()
    given = GivenConnections(client, client, given="transport", is_closed=lambda: False, loop=lambda: next(loops))
    with socket.socket() as sock:
        stream = Stream(sock)
        with given.lease() as lane:
            lane.streams.add(stream)
        with pytest.raises(InvalidRequestError, match="another event loop"), given.lease():
            pytest.fail("it was lent")
    with given.lease() as lane:
        assert list(lane.streams) == [stream]


def test_what_the_caller_gave_is_refused_in_another_process(monkeypatch: pytest.MonkeyPatch) -> None:
    with httpx.Client() as given:
        zai = ZaiImage("a-key", http_client=given)
        monkeypatch.setattr(os, "getpid", lambda: 1)
        with pytest.raises(InvalidRequestError, match=r"^http_client was made in another process; make one in this"):
            zai.images.generate("kitten")


def test_closing_never_fails_whatever_is_under_way() -> None:
    with peer(loopback.answers_when_permitted) as server:
        zai = ZaiImage("a-key", base_url=server.url, max_retries=0)
        failed: list[BaseException] = []

        def generate() -> None:
            try:
                zai.images.generate("kitten")
            except ZaiImageError as error:
                failed.append(error)

        thread = threading.Thread(target=generate)
        thread.start()
        server.wait_until_asked()
        zai.close()
        zai.close()
        server.permission.set()
        thread.join()
    assert len(failed) <= 1


class Client:
    """Stands for an HTTP client."""

    closed = 0

    def close(self) -> None:
        self.closed += 1
        raise RuntimeError("still busy")


def test_a_client_is_made_only_where_all_others_are_busy_and_there_are_few() -> None:
    made: list[Any] = []

    def make() -> Any:
        made.append(Client())
        return made[-1]

    connections = Connections(make, no_loop)
    for _ in range(3):
        with connections.lease():
            pass
    assert len(made) == 1
    leases = [connections.lease() for _ in range(3 * LANES)]
    lanes = [lease.__enter__() for lease in leases]
    assert len(made) == LANES
    assert [lane.in_flight for lane in lanes] == [3] * len(lanes)
    for lease in leases:
        lease.__exit__(None, None, None)
    assert [lane.in_flight for lane in lanes] == [0] * len(lanes)
    _connections.close(connections.remove_all())
    assert [client.closed for client in made] == [1] * LANES


def test_an_exchange_that_fails_gives_its_client_back() -> None:
    with peer(loopback.hangs_up) as server, ZaiImage("a-key", base_url=server.url, max_retries=0) as zai:
        for _ in range(3):
            with pytest.raises(ZaiImageError):
                zai.images.generate("kitten")
        with zai._connections.lease() as lane:
            assert lane.in_flight == 1


@pytest.mark.parametrize(
    ("files", "connections"), [(256, 224), (1001, 875), (1024, 896), (-1, 10_000), (1_000_000, 10_000)]
)
def test_the_files_that_a_process_may_open_limit_its_connections(
    monkeypatch: pytest.MonkeyPatch, files: int, connections: int
) -> None:
    limits = SimpleNamespace(RLIMIT_NOFILE=7, RLIM_INFINITY=-1, getrlimit=lambda which: (files, files))
    monkeypatch.setitem(sys.modules, "resource", limits)
    assert most_connections() == connections


def test_the_operating_system_keeps_a_connection_alive_and_it_is_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[int] = []

    def noting(stream: Any) -> None:
        kept.append(stream.get_extra_info("socket").getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE))

    monkeypatch.setattr(_attempt, "bound", noting)
    with peer(echoes) as server, ZaiImage("a-key", base_url=server.url) as zai:
        zai.images.generate("kitten")
        zai.images.generate("kitten")
    assert (kept, server.connections) == ([1], 1)


FORK_IN_DOWNLOAD = """
import os, sys
from zai_image import ZaiImage, _connections
# A second pool would have no connection that both sides could take for theirs.
_connections.LANES = 1
zai = ZaiImage("a-key", base_url=sys.argv[1], max_retries=0, timeout=5)
# Another host than the API's, so that an idle connection is left beside the one that downloads.
image = zai.image_at(sys.argv[1].replace("localhost", "127.0.0.1") + "1.png")
whole = image.download()
zai.images.generate("warm")
children = []

def right(name):
    got = [zai.images.generate(f"{name}{turn}").url for turn in range(9)]
    return got == [f"http://images.example/{name}{turn}" for turn in range(9)] and image.download() == whole

def fork(received, total):
    if not children:
        children.append(os.fork())
        if not children[0]:
            os._exit(0 if right("child") else 1)

print(image.download(progress=fork) == whole, right("parent"))
print(os.waitstatus_to_exitcode(os.waitpid(children[0], 0)[1]))
"""


def test_a_fork_in_the_middle_of_a_download_leaves_both_sides_whole() -> None:
    content = FILES["PNG"][:-12] + b"\0\x03\xd0\x90tEXt" + bytes(250_004) + FILES["PNG"][-12:]
    image = b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(content) + content

    def script(connection: Connection) -> None:
        while connection.read():
            if connection.body:
                connection.send(loopback.image_answer(f"http://images.example/{loopback.prompt(connection)}"))
            else:
                connection.send(image)

    with peer(script) as server:
        done = subprocess.run(
            [sys.executable, "-c", FORK_IN_DOWNLOAD, server.url], capture_output=True, text=True, check=True, timeout=60
        )
    assert done.stdout.split() == ["True", "True", "0"]
