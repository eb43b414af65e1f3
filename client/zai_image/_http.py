"""All that this package uses of httpx, and of httpx2, its continuation: sending requests, and receiving answers."""

from __future__ import annotations

import copy
import os
import ssl
import sys
from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, Final, TypeAlias
from urllib.request import getproxies, proxy_bypass

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

Request: TypeAlias = httpx.Request
Response: TypeAlias = httpx.Response

# Requests go to one host and downloads to another; a lane keeps a connection to each when nothing is under way.
_KEPT_IN_A_LANE: Final = 2
_STEPS: Final = ("connect", "read", "write", "pool")
_TIMEOUTS: Final[Mapping[str, float | None]] = {**dict.fromkeys(_STEPS, READ_SECONDS), "connect": CONNECT_SECONDS}
# A proxy has no way to the loopback interface of who asks, and has no business with what is sent there.
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
# What httpx's clients send by themselves, too.
_HEADERS: Final = {"Accept": "*/*", "User-Agent": "zai-image"}
_ATTEMPT: Final = "zai_image.attempt"
_LOCATION: Final = "zai_image.location"


class Sender:
    """Sends requests: over transports, with nothing in between, or with a client of the caller's.

    Args:
        library: Whose requests it takes: httpx or httpx2.
        is_async: Whether its answers are awaited.
        send: Sends a request; what it returns is read as it comes.
        close: Closes its connections.
        client: The caller's client, where it is one.

    Attributes:
        headers: What it sends with each request of the API, where it is no client that adds its own.
    """

    def __init__(
        self,
        library: Any,
        is_async: bool,
        send: Callable[[Request], Any],
        close: Callable[[], Any],
        client: Any = None,
    ) -> None:
        self.library = library
        self.is_async = is_async
        self.send = send
        self.close = close
        self.client = client
        self.headers: Mapping[str, str] = _HEADERS if client is None else {}


def connections(transport: GivenTransport | None, http_client: GivenClient | None) -> Connections | GivenConnections:
    """Return what lends senders: of the given client, of the given transport, or our own.

    Raises:
        InvalidRequestError: What was given is no such thing.
    """
    return _connections(transport, http_client, False, no_loop)


def async_connections(
    transport: GivenAsyncTransport | None, http_client: GivenAsyncClient | None
) -> Connections | GivenConnections:
    """Return what lends asynchronous senders, as above."""
    return _connections(transport, http_client, True, running_loop)


def _connections(
    transport: object, http_client: Any, is_async: bool, loop: Callable[[], object]
) -> Connections | GivenConnections:
    kind = "Async" if is_async else ""
    if http_client is not None:
        uses = library(http_client, f"{kind}Client", "http_client")
        of_api, plain = _of_api(http_client, is_async), _plain(http_client, is_async)
        close = http_client.aclose if is_async else http_client.close
        return GivenConnections(
            Sender(uses, is_async, partial(of_api.send, stream=True), close, of_api),
            Sender(uses, is_async, partial(plain.send, stream=True, auth=None, follow_redirects=False), close, plain),
            given="http_client",
            is_closed=lambda: bool(http_client.is_closed),
            loop=loop,
        )
    if transport is not None:
        uses = library(transport, "AsyncBaseTransport" if is_async else "BaseTransport", "transport")
        sender = Sender(uses, is_async, *_verbs(transport, is_async))
        return GivenConnections(sender, sender, given="transport", is_closed=lambda: False, loop=loop)
    return Connections(lambda: _own(is_async), loop)


def _verbs(transport: Any, is_async: bool) -> tuple[Callable[[Request], Any], Callable[[], Any]]:
    return (
        (transport.handle_async_request, transport.aclose) if is_async else (transport.handle_request, transport.close)
    )


def _own(is_async: bool) -> Sender:
    """Return a sender of our own; the proxies of the environment carry its requests, where it names any."""
    make = partial(
        httpx.AsyncHTTPTransport if is_async else httpx.HTTPTransport,
        verify=_trusted(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")),
        limits=httpx.Limits(
            max_connections=max(1, most_connections() // LANES), max_keepalive_connections=_KEPT_IN_A_LANE
        ),
    )
    send, close = _verbs(make(), is_async)
    named = {scheme: proxy for scheme, proxy in getproxies().items() if scheme in ("http", "https", "all") and proxy}
    if not named:
        return Sender(httpx, is_async, send, close)
    proxied = {
        scheme: _verbs(make(proxy=proxy if "://" in proxy else f"http://{proxy}"), is_async)
        for scheme, proxy in named.items()
    }

    def routed(request: Request) -> Any:
        through = proxied.get(request.url.scheme) or proxied.get("all")
        if through is None or request.url.host in _LOOPBACK or proxy_bypass(request.url.host):
            return send(request)
        return through[0](request)

    def close_all() -> None:
        for _, close_one in proxied.values():
            close_one()
        close()

    async def close_all_async() -> None:
        for _, close_one in proxied.values():
            await close_one()
        await close()

    return Sender(httpx, is_async, routed, close_all_async if is_async else close_all)


def _of_api(client: Any, is_async: bool) -> Any:
    """Return a client that sends as the given one does, with hooks of ours around the caller's."""
    made, hooks = copy.copy(client), client.event_hooks
    first, last = (_receive_async, _hand_over_async) if is_async else (_receive, _hand_over)
    made.event_hooks = {"request": [*hooks["request"], last], "response": [first, *hooks["response"]]}
    return made


def _plain(client: Any, is_async: bool) -> Any:
    """Return a client that sends over the connections of the given one, without its hooks and cookies."""
    made = copy.copy(client)
    made.event_hooks = {"response": [_set_aside_async if is_async else _set_aside]}
    made.cookies = None
    return made


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
    sender: Sender,
    method: str,
    url: str,
    headers: Mapping[str, str],
    content: bytes | None,
    *,
    timeout: Timeout | float | Unset | None,
    deadline: Deadline,
    attempt: Attempt,
) -> Request:
    """Return a request of the API, with what observes it; a client of the caller's adds what it always adds."""
    extensions = {
        "timeout": deadline.each_within(_seconds(sender, timeout)),
        "trace": attempt.trace_async if sender.is_async else attempt.trace,
    }
    made: Request
    if sender.client is not None:
        made = sender.client.build_request(method, url, headers=headers, content=content, extensions=extensions)
        made.extensions[_ATTEMPT] = attempt
        return made
    address = _parsed(sender.library, url)
    # Of names and values as text, and of a body as bytes, httpx takes three times as long to make a request.
    fields = [(name.encode("ascii"), value.encode()) for name, value in headers.items()]
    if "host" not in map(str.lower, headers):
        fields.insert(0, (b"Host", address.netloc))
    stream = None
    if content is not None:
        fields.append((b"Content-Length", b"%d" % len(content)))
        stream = sender.library.ByteStream(content)
    made = sender.library.Request(method, address, headers=fields, stream=stream, extensions=extensions)
    made.read()
    # What comes next is the transport.
    attempt.handed_over = True
    return made


def image_request(
    sender: Sender,
    link: str,
    headers: Mapping[str, str],
    *,
    timeout: Timeout | float | Unset | None,
    deadline: Deadline,
) -> Request:
    """Return a request for an image: it holds nothing but these header fields, and goes to the link as httpx reads it.

    Raises:
        ValueError: httpx cannot read the link.
    """
    extensions = {"timeout": deadline.each_within(_seconds(sender, timeout))}
    made: Request = sender.library.Request("GET", link, headers=headers, extensions=extensions)
    return made


def with_target(request: Request, target: str) -> None:
    """Have a request ask for exactly this target; httpx writes some characters differently."""
    kind: Any = type(request.url)
    exact = _exact(kind)(str(request.url))
    exact.target = target.encode("ascii")
    request.url = exact


def location(response: Response) -> str | None:
    """Return where a response redirects to; None where it does not say."""
    set_aside: str | None = response.extensions.get(_LOCATION)
    return response.headers.get("location") if set_aside is None else set_aside


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


def _seconds(sender: Sender, timeout: Timeout | float | Unset | None) -> Mapping[str, float | None]:
    if timeout is not UNSET:
        return timeouts(timeout)
    return _TIMEOUTS if sender.client is None else timeouts(sender.client.timeout)


@lru_cache
def _exact(kind: Any) -> Any:
    return type("ExactURL", (kind,), {"raw_path": property(lambda address: address.target)})


def _library(kind: type) -> Any:
    """Return httpx or httpx2, whichever a class is of; None where it is of neither."""
    for ancestor in kind.__mro__:
        name = ancestor.__module__.partition(".")[0]
        if name in ("httpx", "httpx2"):
            return sys.modules[name]
    return None


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


def _set_aside(response: Response) -> None:
    """Keep where a response redirects to from httpx, which would look there even where it is not to follow."""
    response.extensions[_LOCATION] = response.headers.pop("location", None)


async def _set_aside_async(response: Response) -> None:
    _set_aside(response)


def receive(response: Response, attempt: Attempt) -> None:
    """Receive all of an answer."""
    receiving = Receiving(attempt, response.status_code, response.headers.raw)
    if response.is_stream_consumed:
        # Made up by a transport, which has undone any encoding.
        receiving.take_all(response.content)
        return
    stream: Any = response.iter_raw() if attempt.keeps_raw else response.stream
    for chunk in stream:
        for _ in receiving.take(chunk):
            pass
    _rewind(response, receiving.finish())


async def receive_async(response: Response, attempt: Attempt) -> None:
    """Receive all of an answer; the asynchronous twin of :func:`receive`."""
    receiving = Receiving(attempt, response.status_code, response.headers.raw)
    if response.is_stream_consumed:
        receiving.take_all(response.content)
        return
    stream: Any = response.aiter_raw() if attempt.keeps_raw else response.stream
    async for chunk in stream:
        for size in receiving.take(chunk):
            if size == STEP:
                await _others_turn()
    _rewind(response, receiving.finish())


async def _others_turn() -> None:
    from anyio import lowlevel

    await lowlevel.checkpoint()


def _rewind(response: Response, raw: bytes | None) -> None:
    """Let hooks of the caller, redirects and authentication read the body as if nobody had."""
    if raw is not None:
        response.stream = _library(type(response)).ByteStream(raw)
        response.is_stream_consumed = response.is_closed = False
