"""Servers without sockets and with a clock of their own, so that thousands of verdicts take minutes."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from functools import cache
from urllib.parse import urlsplit

from attrs import define, field, frozen
from PIL import Image

from tests.conformance.altered import KEY, After, Answer, Before, Call, as_it_came, unchanged
from zai_image_conformance.model import Verdict
from zai_image_conformance.schema import PATH
from zai_image_conformance.server import requests
from zai_image_conformance.server.refusals import Refusal
from zai_image_conformance.suite.runner import Connection, judge
from zai_image_conformance.suite.transport import NoResponse, Response

URL = "http://server.test/api"
_AN_EXCHANGE = 0.01
"""Seconds that an exchange takes."""


@define
class TestClock:
    """A clock that moves when something is done."""

    __test__ = False
    seconds: float = 1_760_335_349.5

    def now(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds


@define
class Reference:
    """The documented endpoint as a function, with what it remembers."""

    clock: TestClock = field(factory=TestClock)
    images: list[tuple[int, int]] = field(factory=list)

    def answer(self, call: Call) -> Answer:
        if call.path.startswith("/images/"):
            return self._image(call.path)
        if call.method != "POST" or call.path != "/api" + PATH:
            return refusal(405, "images are made with POST")
        if call.headers.get("authorization") != f"Bearer {KEY}":
            return refusal(401, "wrong key")
        read = requests.read(call.headers.get("content-type", ""), call.body)
        if isinstance(read, Refusal):
            return refusal(400, "invalid request")
        self.images.append((read.size.width, read.size.height))
        url = f"http://images.test/images/{len(self.images)}.png"
        return of_json(200, {"created": int(self.clock.now()), "data": [{"url": url}]})

    def _image(self, path: str) -> Answer:
        name = path.removeprefix("/images/").removesuffix(".png")
        if not name.isdecimal() or not 0 < int(name) <= len(self.images):
            return refusal(404, "no such image")
        return Answer(200, {"content-type": "image/png"}, flat(*self.images[int(name) - 1], shade=int(name)))


def of_json(status: int, document: object) -> Answer:
    return Answer(status, {"content-type": "application/json"}, json.dumps(document).encode())


def refusal(status: int, message: str) -> Answer:
    return of_json(status, {"code": 1214, "message": message})


@cache
def flat(width: int, height: int, *, shade: int, kind: str = "PNG", mode: str = "L", **options: object) -> bytes:
    """An image of one colour: only its sides are tested, and that it is complete."""
    content = io.BytesIO()
    Image.new("L", (width, height), 89 * shade % 251).convert(mode).save(content, kind, **options)
    return content.getvalue()


@frozen
class InProcess:
    """A transport to the reference, whose requests and answers are changed on the way."""

    before: Before = unchanged
    after: After = as_it_came
    server: Reference = field(factory=Reference)

    def send(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes, *, limit: int, patience: float
    ) -> Response:
        return self._exchange(method, url, headers, content)

    def download(self, url: str, *, limit: int, patience: float) -> Response:
        if not url.startswith("http://"):
            raise NoResponse(f"no way to {url}", sent=False, lost=False)
        for _ in range(5):
            response = self._exchange("GET", url, {}, b"")
            if not 300 <= response.status < 400:
                return response
            url = "http://images.test" + response.headers["location"]
        raise NoResponse("too many redirects", sent=True, lost=False)

    def close(self) -> None:
        """Nothing is open."""

    def renew(self) -> None:
        """Nothing was kept."""

    def _exchange(self, method: str, url: str, headers: Mapping[str, str], content: bytes) -> Response:
        self.server.clock.sleep(_AN_EXCHANGE)
        parts = urlsplit(url)
        call = Call(method, parts.path, {name.lower(): each for name, each in headers.items()}, content, parts.query)
        answer = self.after(call, self.server.answer(self.before(call)))
        return Response(answer.status, answer.headers, answer.body)


def judged(server: InProcess, **options: object) -> Verdict:
    """The verdict on a server in this process."""
    arguments: dict[str, object] = {
        "api_key": KEY,
        "concurrency": 1,
        "connection": Connection(server, server.server.clock),
        **options,
    }
    return judge(URL, **arguments)  # type: ignore[arg-type]
