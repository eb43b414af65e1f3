"""What is known of one request: which of its bytes may have gone out, and how much of an answer came back."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping, MutableSet, Sequence
from contextlib import suppress
from typing import Any, Final

from zai_image._deadline import bound
from zai_image._decoding import Decoder, UndecodableBody
from zai_image_api.wire import LARGEST_BODY

_TOO_LONG: Final = f"its body is longer than {LARGEST_BODY} bytes"
# Seconds of silence after which a peer is asked whether it is still there, and how often: networks forget connections
# on which nothing is said, and an image takes its time.
_KEEPALIVE: Final = {"TCP_KEEPIDLE": 60, "TCP_KEEPALIVE": 60, "TCP_KEEPINTVL": 60, "TCP_KEEPCNT": 5}
_SENDING: Final = "send_request_headers.started"
_ANSWERED: Final = "receive_response_headers.complete"
_OPENED: Final = ("connect_tcp.complete", "connect_unix_socket.complete", "start_tls.complete")
_TELLING: Final = (_SENDING, _ANSWERED, ".failed", *_OPENED)
# RFC 9113: the server has not processed the request, so that it is safe to send again.
_REFUSED_STREAM: Final = 7


class Attempt:
    """One request and what was observed of it.

    httpcore tells each step to the trace extension of the request, also where a proxy is asked first.
    A transport that tells nothing may have sent all it was given.

    Args:
        traces: Whether what sends the request is known to tell its steps.
        keeps_raw: Whether others read the answer's body too.
        streams: Where each network stream that it opens is noted.

    Attributes:
        handed_over: Whether the request reached a transport.
        traces: Whether the transport tells its steps.
        status: The HTTP status of the answer; None where no head of one came.
        content: Its body, decoded, as far as it came.
        is_complete: Whether all of the body came.
        problem: What is wrong with the body, where it could not be decoded; None where nothing is.
    """

    def __init__(
        self, *, traces: bool = False, keeps_raw: bool = False, streams: MutableSet[Any] | None = None
    ) -> None:
        self.keeps_raw = keeps_raw
        self._streams: MutableSet[Any] = set() if streams is None else streams
        self.problem: str | None = None
        self.handed_over = False
        self.traces = traces
        self.status: int | None = None
        self._head: Mapping[str, str] | Sequence[tuple[bytes, bytes]] = {}
        self.content = bytearray()
        self.is_complete = False
        self._begun = False
        self._stream = 0
        self._is_async = False

    @property
    def may_have_been_sent(self) -> bool:
        """Whether the server may have got the request, so that to send it again may pay twice."""
        return self.status is not None or self._begun or (self.handed_over and not self.traces)

    @property
    def headers(self) -> Mapping[str, str]:
        """The header fields of the answer; their names in lower case."""
        if not isinstance(self._head, Mapping):
            fields: dict[str, str] = {}
            for name, value in self._head:
                known = _text(name).lower()
                fields[known] = f"{fields[known]}, {_text(value)}" if known in fields else _text(value)
            self._head = fields
        return self._head

    def answered(self, status: int, head: Mapping[str, str] | Sequence[tuple[bytes, bytes]]) -> None:
        """Note the head of an answer; of several, as redirects and authentication bring, the last one counts.

        Args:
            status: Its HTTP status.
            head: Its header fields, or what they are read from when somebody asks for them.
        """
        self.status, self._head = status, head
        self.content = bytearray()
        self.is_complete = False
        self.problem = None

    def take_content(self) -> bytes:
        """Return the body, which is not held here any more."""
        content, self.content = bytes(self.content), bytearray()
        return content

    def trace(self, name: str, info: Mapping[str, Any]) -> None:
        """Note a step that the transport tells."""
        self.traces = True
        if not name.endswith(_TELLING):
            return
        if name.endswith(_SENDING):
            # What asks a proxy for a way is not the request.
            if info["request"].method != b"CONNECT":
                if self._begun and self.status is None:
                    raise RuntimeError("the transport would send again what may have been received")
                self._begun, self._stream = True, info.get("stream_id", 0)
        elif name.endswith(_ANSWERED):
            if self._begun:
                head = info["return_value"]
                # HTTP/1.1 has the version before the status, and words behind it.
                self.answered(*((head[1], head[3]) if len(head) == 4 else head))
        elif name.endswith(".failed"):
            if self._begun and self.status is None and _is_refusal(info["exception"], self._stream):
                self._begun = False
        else:
            # Whoever makes up streams may allow no weak reference to them.
            with suppress(TypeError):
                self._streams.add(info["return_value"])
            _keep_alive(info["return_value"])
            if not self._is_async:
                bound(info["return_value"])

    async def trace_async(self, name: str, info: Mapping[str, Any]) -> None:
        """Note a step that an asynchronous transport tells; a scope bounds the time of its calls."""
        self._is_async = True
        self.trace(name, info)


class Receiving:
    """Receives the answer to an attempt, up to ``LARGEST_BODY``.

    Args:
        attempt: What the answer is noted in.
        status: Its HTTP status.
        head: Its header fields.
    """

    def __init__(self, attempt: Attempt, status: int, head: Sequence[tuple[bytes, bytes]]) -> None:
        attempt.answered(status, head)
        self._attempt = attempt
        self._raw = bytearray() if attempt.keeps_raw else None
        self._length = 0
        try:
            self._decoder = Decoder(attempt.headers)
        except UndecodableBody as error:
            # What cannot be used is kept as it came.
            attempt.problem = str(error)
            self._decoder = Decoder({})

    def take(self, chunk: bytes) -> Iterator[int]:
        """Take a part of the body, and yield the length of each step of decoding it.

        Raises:
            UndecodableBody: It is damaged, or too long.
        """
        self._length += len(chunk)
        if self._raw is not None:
            self._raw += chunk
        try:
            if self._length > LARGEST_BODY:
                raise UndecodableBody(_TOO_LONG)
            for piece in self._decoder.decode(chunk):
                if len(self._attempt.content) + len(piece) > LARGEST_BODY:
                    raise UndecodableBody(_TOO_LONG)
                self._attempt.content += piece
                yield len(piece)
        except UndecodableBody as error:
            self._attempt.problem = str(error)
            raise

    def take_all(self, content: bytes) -> None:
        """Take a body that is decoded already."""
        self._decoder = Decoder({})
        for _ in self.take(content):
            pass
        self.finish()

    def finish(self) -> bytes | None:
        """Note that all of the body came; return it as it came, where others read it too, else None."""
        self._attempt.is_complete = True
        return None if self._raw is None else bytes(self._raw)


def _keep_alive(stream: Any) -> None:
    """Have the operating system notice a peer that is gone, where the stream has a socket that can."""
    with suppress(Exception):
        sock = stream.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for option, value in _KEEPALIVE.items():
            if hasattr(socket, option):
                sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)


def _is_refusal(error: BaseException, stream: int) -> bool:
    """Whether an HTTP/2 server said that it has not processed the request of the stream."""
    if stream and type(error).__name__ == "ConnectionNotAvailable":
        # httpcore's own word for a connection that ended before this stream; it takes another one.
        return True
    event = error.args[0] if error.args else None
    last = getattr(event, "last_stream_id", None)
    return (isinstance(last, int) and last < stream) or (
        getattr(event, "error_code", None) == _REFUSED_STREAM and getattr(event, "stream_id", None) == stream
    )


def _text(field: bytes) -> str:
    return field.decode("latin-1")
