"""All that this package uses of httpx, and of httpx2, its continuation: clients, requests, and receiving answers."""

from __future__ import annotations

import copy
import os
import ssl
import sys
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias
from urllib.request import getproxies

try:
    import httpx
except ImportError:  # an application that has httpx2 need not have both
    import httpx2 as httpx  # type: ignore[no-redef]

from zai_image._attempt import Attempt, Receiving
from zai_image._connections import LANES, Connections, GivenConnections, most_connections, no_loop, running_loop
from zai_image._deadline import Deadline
from zai_image._decoding import STEP
from zai_image._errors import InvalidRequestError
from zai_image._settings import CONNECT_SECONDS, LONGEST_TIMEOUT, READ_SECONDS, is_seconds
from zai_image_api.types import UNSET, Unset

if TYPE_CHECKING:
    import httpx2

    GivenClient: TypeAlias = httpx.Client | httpx2.Client
    GivenAsyncClient: TypeAlias = httpx.AsyncClient | httpx2.AsyncClient
    GivenTransport: TypeAlias = httpx.BaseTransport | httpx2.BaseTransport
    GivenAsyncTransport: TypeAlias = httpx.AsyncBaseTransport | httpx2.AsyncBaseTransport
    Timeout: TypeAlias = httpx.Timeout | httpx2.Timeout

Client: TypeAlias = httpx.Client
AsyncClient: TypeAlias = httpx.AsyncClient
Request: TypeAlias = httpx.Request
Response: TypeAlias = httpx.Response
URL: TypeAlias = httpx.URL

# Requests go to one host and downloads to another; a client keeps a connection to each when nothing is under way.
_KEPT_IN_A_LANE: Final = 2
# A proxy has no way to the loopback interface of who asks, and has no business with what is sent there.
_LOOPBACK: Final = dict.fromkeys(("all://localhost", "all://127.0.0.1", "all://[::1]"))
_ATTEMPT: Final = "zai_image.attempt"


def connections(
    transport: GivenTransport | None, http_client: GivenClient | None
) -> Connections[Client] | GivenConnections[Client]:
    """Return what lends HTTP clients: the given one, one with the given transport, or our own.

    Raises:
        InvalidRequestError: What was given is no such thing.
    """
    if http_client is not None:
        library(http_client, "Client", "http_client")
        return _given(http_client, "http_client", _receive, _hand_over, no_loop)
    if transport is not None:
        made = _quiet(library(transport, "BaseTransport", "transport"), "Client", transport=transport)
        return _given(made, "transport", _receive, _hand_over, no_loop)
    return Connections(lambda: _own("Client", _receive, _hand_over), no_loop)


def async_connections(
    transport: GivenAsyncTransport | None, http_client: GivenAsyncClient | None
) -> Connections[AsyncClient] | GivenConnections[AsyncClient]:
    """Return what lends asynchronous HTTP clients, as above."""
    if http_client is not None:
        library(http_client, "AsyncClient", "http_client")
        return _given(http_client, "http_client", _receive_async, _hand_over_async, running_loop)
    if transport is not None:
        made = _quiet(library(transport, "AsyncBaseTransport", "transport"), "AsyncClient", transport=transport)
        return _given(made, "transport", _receive_async, _hand_over_async, running_loop)
    return Connections(lambda: _own("AsyncClient", _receive_async, _hand_over_async), running_loop)


def library(thing: object, kind: str, argument: str) -> Any:
    """Return httpx or httpx2, whichever the thing is of.

    Args:
        thing: A client or a transport.
        kind: The class of the library that it has to be of.
        argument: What it was given as.

    Raises:
        InvalidRequestError: It is of neither.
    """
    found = _library(type(thing))
    if found is None or not isinstance(thing, getattr(found, kind)):
        given = f"{type(thing).__module__}.{type(thing).__qualname__}"
        raise InvalidRequestError([f"{argument} must be an httpx.{kind} or httpx2.{kind}, not {given}"])
    return found


def request(
    client: Client | AsyncClient,
    method: str,
    url: str,
    headers: Mapping[str, str],
    content: bytes | None,
    *,
    timeout: Timeout | float | Unset | None,
    deadline: Deadline,
    attempt: Attempt,
) -> Request:
    """Return the request that the client would build, with what observes it.

    What most requests are is built here: httpx takes a tenth of a call to merge what then is not there.
    """
    uses = _library(type(client))
    steps = timeouts(client.timeout if timeout is UNSET else timeout)
    is_async = isinstance(client, uses.AsyncClient)
    extensions = {
        "timeout": deadline.each_within(steps),
        "trace": attempt.trace_async if is_async else attempt.trace,
        _ATTEMPT: attempt,
    }
    if content is None or client.cookies or client.params or "Host" in client.headers:
        return client.build_request(method, url, headers=headers, content=content, extensions=extensions)
    address = _parsed(uses, url)
    names = {name.lower().encode("ascii") for name in headers}
    made: Request = uses.Request(
        method,
        address,
        headers=[
            (b"Host", address.netloc),
            *(field for field in client.headers.raw if field[0].lower() not in names),
            *((name.encode("ascii"), value.encode()) for name, value in headers.items()),
            (b"Content-Length", b"%d" % len(content)),
        ],
        stream=uses.ByteStream(content),
        extensions=extensions,
    )
    # Event hooks may look at the content.
    made.read()
    return made


def check_timeout(timeout: object) -> None:
    """Let a time-out pass that every transport can keep.

    Raises:
        InvalidRequestError: It is none.
    """
    if timeout is UNSET or timeout is None or is_seconds(timeout):
        return
    steps = timeouts(timeout) if hasattr(timeout, "as_dict") else {"": -1.0}
    if not all(step is None or 0 <= step <= LONGEST_TIMEOUT for step in steps.values()):
        seconds = f"a number of seconds, over 0 and up to {LONGEST_TIMEOUT}"
        raise InvalidRequestError([f"timeout must be {seconds}, an httpx.Timeout of such, or None to wait for ever"])


def timeouts(timeout: Any) -> dict[str, float | None]:
    """Return the seconds of each step of a time-out, whichever library it is of."""
    return timeout.as_dict() if hasattr(timeout, "as_dict") else dict.fromkeys(_STEPS, timeout)


def is_address(url: object) -> bool:
    """Whether requests can be sent there, by what httpx takes for an address."""
    # What httpx would leave out or escape; an empty query or fragment would swallow the path.
    if not isinstance(url, str) or not url.isprintable() or not {" ", "?", "#"}.isdisjoint(url):
        return False
    try:
        address = httpx.URL(url)
        labels = address.raw_host.removesuffix(b".").split(b".")
        # A user name and password would take the place of the key. Sockets refuse names with labels of other lengths.
        return (
            address.scheme in ("http", "https")
            and bool(address.host)
            and not address.userinfo
            and (address.port is None or 0 < address.port < 2**16)
            and all(0 < len(label) < 64 for label in labels)
        )
    except (httpx.InvalidURL, UnicodeError):
        return False


_STEPS: Final = ("connect", "read", "write", "pool")


def _library(kind: type) -> Any:
    """Return httpx or httpx2, whichever a class is of; None where it is of neither."""
    for ancestor in kind.__mro__:
        name = ancestor.__module__.partition(".")[0]
        if name in ("httpx", "httpx2"):
            return sys.modules[name]
    return None


@lru_cache
def _without_cookies(uses: Any, kind: str) -> Any:
    """Return a class of clients that keep no cookies: who asks with a key has no session, and looking takes time."""
    none = {"extract_cookies": lambda self, response: None, "__bool__": lambda self: False}
    jar = type("NoCookies", (uses.Cookies,), none)()
    return type(kind, (getattr(uses, kind),), {"cookies": property(lambda self: jar)})


def _quiet(uses: Any, kind: str, **settings: Any) -> Any:
    """Return a client that adds only the header fields that are needed, and looks only for cookies that it has."""
    timeout = uses.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
    client = _without_cookies(uses, kind)(timeout=timeout, **settings)
    # HTTP/1.1 keeps connections alive unasked, and each field costs a hundredth of a call.
    del client.headers["Connection"]
    return client


def _own(kind: str, receive: object, hand_over: object) -> Any:
    """Return one of our own clients; the proxies of the environment carry its requests, where it names any."""
    proxied = not {"http", "https", "all"}.isdisjoint(getproxies())
    return _quiet(
        httpx,
        kind,
        verify=_trusted(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")),
        limits=httpx.Limits(
            max_connections=max(1, most_connections() // LANES), max_keepalive_connections=_KEPT_IN_A_LANE
        ),
        mounts=_LOOPBACK if proxied else None,
        event_hooks={"request": [hand_over], "response": [receive]},
    )


def _given(
    client: Any, name: str, receive: object, hand_over: object, loop: Callable[[], object]
) -> GivenConnections[Any]:
    """Return what lends the given client, with hooks of ours around the caller's; the client itself stays as it is."""
    api, plain = copy.copy(client), copy.copy(client)
    hooks = client.event_hooks
    api.event_hooks = {"request": [*hooks["request"], hand_over], "response": [receive, *hooks["response"]]}
    plain.event_hooks = {}
    if name == "http_client":
        plain.cookies = None
    return GivenConnections(api, plain, given=name, is_closed=lambda: client.is_closed, loop=loop)


@lru_cache(maxsize=4)
def _trusted(file: str | None, folder: str | None) -> ssl.SSLContext:
    """Return what httpx trusts: certifi's certificates, or those that the variables name. Reading them takes long."""
    try:
        return httpx.create_ssl_context()
    except OSError as error:
        raise OSError(f"the certificates to trust cannot be read: {error}") from None


@lru_cache
def _parsed(uses: Any, url: str) -> httpx.URL:
    """Return the address as httpx has it; to read one takes httpx a tenth of a call, and most calls have the same."""
    address: httpx.URL = uses.URL(url)
    return address


def _hand_over(request: Request) -> None:
    """Note, as the last hook, that what comes next is the transport."""
    if (attempt := request.extensions.get(_ATTEMPT)) is not None:
        attempt.handed_over = True


async def _hand_over_async(request: Request) -> None:
    _hand_over(request)


def _receive(response: Response) -> None:
    """Receive an answer of the API, as the first hook: whatever comes then, the answer is known."""
    if (attempt := response.request.extensions.get(_ATTEMPT)) is not None:
        receive(response, attempt)


async def _receive_async(response: Response) -> None:
    if (attempt := response.request.extensions.get(_ATTEMPT)) is not None:
        await receive_async(response, attempt)


def receive(response: Response, attempt: Attempt) -> None:
    """Receive all of an answer."""
    receiving = Receiving(attempt, response.status_code, dict(response.headers.items()))
    if response.is_stream_consumed:
        # Made up by a transport, which has undone any encoding.
        receiving.take_all(response.content)
        return
    for chunk in response.iter_raw():
        for _ in receiving.take(chunk):
            pass
    receiving.finish()
    _rewind(response, receiving.raw)


async def receive_async(response: Response, attempt: Attempt) -> None:
    """Receive all of an answer; the asynchronous twin of :func:`receive`."""
    receiving = Receiving(attempt, response.status_code, dict(response.headers.items()))
    if response.is_stream_consumed:
        receiving.take_all(response.content)
        return
    async for chunk in response.aiter_raw():
        for size in receiving.take(chunk):
            if size == STEP:
                await _others_turn()
    receiving.finish()
    _rewind(response, receiving.raw)


async def _others_turn() -> None:
    from anyio import lowlevel

    await lowlevel.checkpoint()


def _rewind(response: Response, raw: bytearray | None) -> None:
    """Let hooks of the caller, redirects and authentication read the body as if nobody had."""
    if raw is not None:
        response.stream = _library(type(response)).ByteStream(bytes(raw))
        response.is_stream_consumed = response.is_closed = False
