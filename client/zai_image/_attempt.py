"""What is known of one request: which of its bytes may have gone out, and how much of an answer came back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from zai_image._deadline import bound

# RFC 9113: the server has not processed the request, so that it is safe to send again.
_REFUSED_STREAM: Final = 7


class Attempt:
    """One request and what was observed of it.

    httpcore tells each step to the trace extension of the request, also where a proxy is asked first.
    A transport that tells nothing may have sent all it was given.

    Args:
        traces: Whether what sends the request is known to tell its steps.

    Attributes:
        handed_over: Whether the request reached a transport.
        traces: Whether the transport tells its steps.
        status: The HTTP status of the answer; None where no head of one came.
        headers: Its header fields; their names in lower case.
        content: Its body, decoded, as far as it came.
        is_complete: Whether all of the body came.
    """

    def __init__(self, *, traces: bool = False) -> None:
        self.handed_over = False
        self.traces = traces
        self.status: int | None = None
        self.headers: Mapping[str, str] = {}
        self.content = bytearray()
        self.is_complete = False
        self._begun = False
        self._stream = 0

    @property
    def may_have_been_sent(self) -> bool:
        """Whether the server may have got the request, so that to send it again may pay twice."""
        return self.status is not None or self._begun or (self.handed_over and not self.traces)

    def answered(self, status: int, headers: Mapping[str, str]) -> None:
        """Note the head of an answer; of several, as redirects and authentication bring, the last one counts."""
        self.status, self.headers = status, headers
        self.content = bytearray()
        self.is_complete = False

    def trace(self, name: str, info: Mapping[str, Any]) -> None:
        """Note a step that the transport tells."""
        self.traces = True
        step = name.partition(".")[2]
        if step == "send_request_headers.started":
            # What asks a proxy for a way is not the request.
            if info["request"].method != b"CONNECT":
                self._begun, self._stream = True, info.get("stream_id", 0)
        elif step == "receive_response_headers.complete":
            if self._begun:
                head = info["return_value"]
                # HTTP/1.1 has the version before the status, and words behind it.
                status, headers = (head[1], head[3]) if len(head) == 4 else head
                self.answered(status, {_text(name).lower(): _text(value) for name, value in headers})
        elif step.endswith(".failed"):
            if self._begun and self.status is None and _is_refusal(info["exception"], self._stream):
                self._begun = False
        elif step in ("connect_tcp.complete", "connect_unix_socket.complete", "start_tls.complete"):
            bound(info["return_value"])

    async def trace_async(self, name: str, info: Mapping[str, Any]) -> None:
        """Note a step that the transport tells; a scope bounds the time of asynchronous calls."""
        if not name.endswith((".connect_tcp.complete", ".connect_unix_socket.complete", ".start_tls.complete")):
            self.trace(name, info)
        else:
            self.traces = True


def _is_refusal(error: BaseException, stream: int) -> bool:
    """Whether an HTTP/2 server said that it has not processed the request of the stream."""
    if type(error).__name__ == "ConnectionNotAvailable":
        # httpcore's own word for a connection that ended before this stream; it takes another one.
        return True
    event = error.args[0] if error.args else None
    last = getattr(event, "last_stream_id", None)
    return (isinstance(last, int) and last < stream) or (
        getattr(event, "error_code", None) == _REFUSED_STREAM and getattr(event, "stream_id", None) == stream
    )


def _text(field: bytes) -> str:
    return field.decode("latin-1")
