"""A compressed body is undone in steps of bounded size, one encoding at most, and damage is told."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zai_image._decoding import STEP, Decoder, UndecodableBody

CODINGS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "none": ("", bytes),
    "identity": ("identity", bytes),
    "gzip": ("gzip", gzip.compress),
    "gzip, written otherwise": (" , X-GZIP, identity", gzip.compress),
    "gzip in parts": ("gzip", lambda content: gzip.compress(content[:9]) + gzip.compress(content[9:])),
    "deflate": ("deflate", zlib.compress),
    "deflate without its wrapper": ("deflate", lambda content: zlib.compress(content)[2:-4]),
}


def decoded(encoding: str, body: bytes, size: int) -> tuple[bytes, int, bool]:
    """Decode a body that comes in chunks of this size; return it, its longest piece, and whether it is complete."""
    decoder = Decoder({"content-encoding": encoding})
    pieces = [piece for begin in range(0, len(body), size) for piece in decoder.decode(body[begin : begin + size])]
    return b"".join(pieces), max(map(len, pieces), default=0), decoder.is_complete


@pytest.mark.parametrize("coding", CODINGS)
@given(st.binary(max_size=200), st.integers(0, 300), st.integers(1, 70_000))
def test_a_body_comes_out_as_it_went_in_however_it_is_cut(coding: str, content: bytes, times: int, size: int) -> None:
    encoding, encode = CODINGS[coding]
    body, longest, complete = decoded(encoding, encode(content * times), size)
    assert (body, complete) == (content * times, True)
    assert longest <= max(STEP, size)


@pytest.mark.parametrize("length", [STEP - 1, STEP, STEP + 1, 40 * STEP])
def test_a_step_is_bounded_whatever_a_byte_stands_for(length: int) -> None:
    body, longest, complete = decoded("gzip", gzip.compress(bytes(length)), 10**9)
    assert (len(body), longest, complete) == (length, min(length, STEP), True)


@pytest.mark.parametrize("encoding", ["gzip, gzip", "gzip,deflate", "br", "zstd", "compress", "*", "gzip;q=1"])
def test_more_than_one_encoding_or_one_that_was_not_asked_for_is_not_undone(encoding: str) -> None:
    with pytest.raises(UndecodableBody, match="is none of gzip, deflate"):
        Decoder({"content-encoding": encoding})


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
@given(st.binary(min_size=2, max_size=100))
def test_of_damage_nothing_else_is_raised(encoding: str, body: bytes) -> None:
    with suppress(UndecodableBody):
        decoded(encoding, body, 10)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "deflate without its wrapper"])
def test_a_body_that_breaks_off_is_not_complete_and_one_that_is_damaged_says_so(coding: str) -> None:
    encoding, encode = CODINGS[coding]
    body = encode(bytes(range(256)))
    for kept in range(len(body)):
        assert not decoded(encoding, body[:kept], 5)[2]
    with pytest.raises(UndecodableBody, match=r"^its compression is damaged: "):
        decoded(encoding, body[:2] + b"\xff" * 50, 5)


def test_what_stands_behind_the_end_is_left_alone() -> None:
    assert decoded("gzip", gzip.compress(b"kitten") + b"and more", 3)[::2] == (b"kitten", True)
