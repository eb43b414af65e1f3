"""A request whose kept connection was lost is sent once more, on a connection that nothing else has used."""

from __future__ import annotations

from collections.abc import Mapping

from zai_image_conformance.model import Request
from zai_image_conformance.suite.session import Session
from zai_image_conformance.suite.target import Target
from zai_image_conformance.suite.transport import NoResponse, Response


class Losing:
    """A transport that loses the first request, and whatever goes over a connection that another one has used."""

    def __init__(self) -> None:
        self.is_new = False
        self.sent: list[bytes] = []

    def send(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes, *, limit: int, patience: float
    ) -> Response:
        self.sent.append(content)
        if not self.is_new:
            raise NoResponse("closed", sent=True, lost=True)
        self.is_new = False
        return Response(400, {}, b"{}")

    def renew(self) -> None:
        self.is_new = True

    download = send

    def close(self) -> None:
        """Nothing is open."""


def test_a_lost_request_is_sent_once_more_on_a_connection_that_nothing_else_has_used() -> None:
    transport = Losing()
    session = Session(Target("http://server.test/api", api_key="a-key"), transport)  # type: ignore[arg-type]
    exchange = session.send(Request(content=b'{"prompt": 7}'))
    assert exchange.status == 400
    assert transport.sent.count(b'{"prompt": 7}') == 2
