"""Fetches what is published, from a file or an https address, within limits of size and time."""

from __future__ import annotations

import asyncio
import contextlib
import re
import stat
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

import httpx
from attrs import frozen

from scripts.source.page import form_of
from scripts.source.quoting import shown
from scripts.source.reading import MAX_BYTES, UnreadableError

PATIENCE = 6.0
"""Seconds until the whole answer must be there. A page has a few kilobytes."""
_MAX_REDIRECTS = 3
_LOOPBACK = ("127.0.0.1", "::1", "localhost")

_NAME = re.compile(
    r"(?P<stem>[A-Za-z0-9][A-Za-z0-9_-]{0,79}(\.[A-Za-z0-9_-]{1,40})*?)(\.(md|mdx|markdown|txt|yaml|yml|json))?"
)
# No file of ours in openapi/ ends in these, so what is published cannot take the place of one.
_SUFFIXES = {"page": ".md", "yaml": ".source.yaml", "json": ".source.json"}


@frozen
class Source:
    """One published file."""

    file: str
    """The name under which it is kept in ``openapi/``."""
    address: str | None
    """Where it was fetched; None for a file."""
    fetched: datetime
    content: bytes


def read_source(given: str, *, patience: float = PATIENCE) -> Source:
    """Fetch one page or bare document.

    Args:
        given: A file, or an https address (http is taken from this machine's own addresses alone).
        patience: Seconds that fetching may take.

    Raises:
        UnreadableError: It cannot be had, is too large, or is neither a page nor an OpenAPI document.
    """
    fetched = datetime.now(UTC).replace(microsecond=0)
    if is_address := "://" in given:
        content, path = _fetch(given, patience), PurePosixPath(urlsplit(given).path)
    else:
        content, path = _read(Path(given)), PurePosixPath(Path(given).name)
    try:
        form = form_of(content)
    except UnreadableError as error:
        raise UnreadableError(f"{shown(given, 200)}: {error}") from error
    name = _NAME.fullmatch(path.name.removesuffix(_SUFFIXES[form]) if form != "page" else path.name)
    if name is None:
        raise UnreadableError(f"{shown(given, 200)}: its last part is no plain file name, such as generate-image.md")
    return Source(name["stem"] + _SUFFIXES[form], given if is_address else None, fetched, content)


def _read(file: Path) -> bytes:
    try:
        if not stat.S_ISREG(file.stat().st_mode):
            raise UnreadableError(f"{shown(str(file), 200)} is not a file")
        with file.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise UnreadableError(f"{shown(str(file), 200)} cannot be read: {reason}") from error


def _fetch(address: str, patience: float) -> bytes:
    async def within_patience() -> bytes:
        # One deadline over all: a server may answer each byte in time and never come to an end.
        async with asyncio.timeout(patience):
            return await _follow(address)

    try:
        return asyncio.run(within_patience())
    except (TimeoutError, httpx.TimeoutException) as error:
        raise UnreadableError(f"{shown(address, 200)} does not answer within {patience:g} seconds") from error
    except UnreadableError:
        raise
    except Exception as error:
        raise UnreadableError(
            f"{shown(address, 200)} cannot be fetched: {' '.join(str(error).split())[:200]}"
        ) from error


async def _follow(address: str) -> bytes:
    local = _is_local(address)
    # A proxy of the environment has no way to this machine's own addresses.
    async with httpx.AsyncClient(trust_env=not local) as client:
        for _ in range(_MAX_REDIRECTS + 1):
            _permit(address, local)
            # Unpacked, an answer could be a thousand times what came.
            async with client.stream("GET", address, headers={"Accept-Encoding": "identity"}) as response:
                if not response.has_redirect_location:
                    return await _body(response, address)
                address = str(httpx.URL(address).join(response.headers["Location"]))
    raise UnreadableError(f"{shown(address, 200)} is reached after more than {_MAX_REDIRECTS} redirects")


async def _body(response: httpx.Response, address: str) -> bytes:
    if response.status_code != httpx.codes.OK:
        raise UnreadableError(f"{shown(address, 200)} answers with the status {response.status_code}")
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise UnreadableError(f"{shown(address, 200)} answers in a packed form that was not asked for")
    content = bytearray()
    async for part in response.aiter_raw():
        content += part
        if len(content) > MAX_BYTES:
            break
    return bytes(content)


def _permit(address: str, local: bool) -> None:
    try:
        parts = urlsplit(address)
        scheme = "http" if local else "https"
        permitted = bool(parts.hostname) and parts.scheme == scheme and parts.username is None
    except ValueError:
        permitted = False
    if not permitted or _is_local(address) != local or not re.fullmatch(r"[!-~]+", address):
        raise UnreadableError(f"{shown(address, 200)} must be an https address that names no user")


def _is_local(address: str) -> bool:
    with contextlib.suppress(ValueError):
        return urlsplit(address).hostname in _LOOPBACK
    return False
