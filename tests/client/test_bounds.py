"""However large an answer, or what it unfolds to, it takes less than four times the memory that its body may have."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import zlib
from base64 import b64encode
from collections.abc import Callable

import pytest

from tests.client import loopback
from tests.client.loopback import Connection, peer
from zai_image_api import wire
from zai_image_api.errors import InvalidData
from zai_image_api.wire import LARGEST_BODY, MOST_VALUES

pytestmark = pytest.mark.slow

ANSWER = b'{"created": 1760335349, "data": [{"url": "https://images.example/1.png"}], "note": "'


def filled(filler: bytes) -> bytes:
    """Return an answer as long as one may be, with an image and the filler over and over."""
    return ANSWER + filler * ((LARGEST_BODY - len(ANSWER) - 2) // len(filler)) + b'"}'


def twice(content: bytes) -> bytes:
    return gzip.compress(gzip.compress(content))


BODIES: dict[str, Callable[[], tuple[bytes, bytes]]] = {
    "letters": lambda: (b"", filled(b"x")),
    "an image in base64": lambda: (
        b"",
        json.dumps(
            {"created": 1, "data": [{"b64_json": b64encode(bytes(LARGEST_BODY // 4 * 3 - 100)).decode()}]}
        ).encode(),
    ),
    "letters and one from the far end of Unicode": lambda: (b"", filled(b"x")[:-6] + "\U0001f600".encode() + b'"}'),
    "only those": lambda: (b"", filled("\U0001f600".encode())),
    "Chinese": lambda: (b"", filled("\u4e2d".encode())),
    "arrays": lambda: (b"", b"[" + b"[]," * ((LARGEST_BODY - 3) // 3) + b"1]"),
    "numbers": lambda: (b"", b"[" + b"1," * ((LARGEST_BODY - 3) // 2) + b"1]"),
    "nesting": lambda: (b"", b"[" * LARGEST_BODY),
    "bytes that are no text": lambda: (b"", b"\xff" * LARGEST_BODY),
    "gzip of much more": lambda: (b"gzip", gzip.compress(bytes(8 * LARGEST_BODY))),
    "deflate of much more": lambda: (b"deflate", zlib.compress(bytes(8 * LARGEST_BODY))),
    "gzip, twice": lambda: (b"gzip, gzip", twice(bytes(8 * LARGEST_BODY))),
    "no end": lambda: (b"", b"x" * (2 * LARGEST_BODY)),
}
CALL = """
import asyncio, resource, sys
from zai_image import AsyncZaiImage, ZaiImage, ZaiImageError

async def twin():
    async with AsyncZaiImage("a-key", base_url=sys.argv[1], max_retries=0) as zai:
        return await zai.images.generate("kitten")

def wait():
    # Not by asyncio.run, which starts a thread at its end, for which the limit may leave no room.
    loop.run_until_complete(twin())

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

with ZaiImage("a-key", base_url=sys.argv[1], max_retries=0) as zai:
    zai.images.generate("warm")
    loop = asyncio.new_event_loop()
    wait()
    before = peak()
    if sys.platform == "linux":
        # More than it may take would end the process, and not with an error of this package.
        size = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (size + int(sys.argv[2]),) * 2)
    for act in (lambda: zai.images.generate("kitten"), wait):
        try:
            act()
        except ZaiImageError as error:
            del error
print(peak() - before)
"""


@pytest.mark.unmutated
@pytest.mark.parametrize("name", BODIES)
def test_an_answer_takes_less_than_four_times_the_memory_that_its_body_may_have(name: str) -> None:
    encoding, body = BODIES[name]()
    answered = [0]

    def script(connection: Connection) -> None:
        while connection.read():
            answered[0] += 1
            if answered[0] <= 2:
                connection.send(loopback.image_answer("https://images.example/1.png"))
                continue
            head = b"HTTP/1.1 200 OK\r\ncontent-encoding: %s\r\ncontent-length: %d\r\n\r\n" % (encoding, len(body))
            connection.send(head + body)

    with peer(script) as server:
        done = subprocess.run(
            [sys.executable, "-c", CALL, server.url, str(4 * LARGEST_BODY)],
            capture_output=True,
            text=True,
            check=True,
            timeout=100,
        )
    assert answered == [4]
    assert int(done.stdout) < 4 * LARGEST_BODY


@pytest.mark.parametrize("unit", [b"[]", b"1", b"{}", b'""', b'{"a":1}', b"[[1]]"])
def test_json_of_many_values_is_not_read_since_it_would_hold_up_an_event_loop(unit: bytes) -> None:
    assert wire.decode(b"[" + b",".join([unit] * 1000) + b"]")
    with pytest.raises(InvalidData, match=f"^JSON was promised, the answer has more than {MOST_VALUES} values$"):
        wire.decode(b"[" + b",".join([unit] * (MOST_VALUES + 1)) + b"]")


def test_a_long_text_beyond_ascii_is_read_as_what_it_is() -> None:
    text = "kitten \U0001f600 \u4e2d" + "x" * 2**21
    for encoding in ("utf-8", "utf-16", "utf-32"):
        assert wire.decode(json.dumps({"a": text}, ensure_ascii=False).encode(encoding)) == {"a": text}


def test_a_number_of_many_digits_is_not_read() -> None:
    assert wire.decode(b"9" * 400) == int("9" * 400)
    with pytest.raises(InvalidData, match="more than 400 digits"):
        wire.decode(b"9" * 401)
