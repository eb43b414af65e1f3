"""Wrong servers by moment and form: keys, links, clocks, refusals and images that are wrong at times, or in part."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable, Iterator

from attrs import evolve
from PIL import Image

from tests.conformance.altered import KEY, After, Answer, Call
from tests.conformance.in_process import InProcess, Reference, flat, of_json
from tests.conformance.wrong.server import MODELS, WrongServer, named, remembering, with_key, wrong

ENDPOINT = "/images/generations"


def is_order(call: Call) -> bool:
    return call.path.endswith(ENDPOINT)


def is_image(call: Call) -> bool:
    return call.path.startswith("/images/")


def _credentials() -> Iterator[WrongServer]:
    shown: dict[str, tuple[str, Callable[[str], bool]]] = {
        "no key": ("AUTH-MISSING", lambda value: not value),
        "a wrong key": ("AUTH-WRONG", lambda value: value.startswith("Bearer ") and KEY[:5] not in value),
        "a longer key": ("AUTH-WRONG", lambda value: value.startswith(f"Bearer {KEY}")),
        "a shorter key": ("AUTH-WRONG", lambda value: value == f"Bearer {KEY[:-1]}"),
        "the beginning of a key": ("AUTH-WRONG", lambda value: f"Bearer {KEY}".startswith(value) and value > "Bearer "),
        "the key in other letters": ("AUTH-WRONG", lambda value: value.lower() == f"bearer {KEY}".lower()),
        "a scheme alone": ("AUTH-WRONG", lambda value: value.strip() == "Bearer"),
        "the bare key": ("AUTH-SCHEME", lambda value: value == KEY),
        "Basic": ("AUTH-SCHEME", lambda value: value.startswith("Basic ")),
        "Token": ("AUTH-SCHEME", lambda value: value.startswith("Token ")),
        "any scheme": ("AUTH-SCHEME", lambda value: value.endswith(KEY) and not value.startswith("Bearer ")),
        "anything": ("AUTH-MISSING AUTH-WRONG AUTH-SCHEME", lambda value: True),
    }
    for name, (found, is_taken) in shown.items():
        for moment in ("always", "before the first image", "after the first image"):
            for model in (None, *MODELS):
                # Only what everybody tries is tried of each model at each moment.
                if model is not None and moment != "always" and name not in ("no key", "a wrong key", "anything"):
                    continue

                def make(
                    model: str | None = model, moment: str = moment, is_taken: Callable[[str], bool] = is_taken
                ) -> InProcess:
                    server = Reference()

                    def before(call: Call) -> Call:
                        at_work = moment == "always" or (moment == "after the first image") == bool(server.images)
                        right_model = model is None or named(call) == model
                        value = call.headers.get("authorization", "")
                        # What names no request is refused all the same, so that the key is not taken for optional.
                        wrongly = is_order(call) and value != f"Bearer {KEY}" and is_taken(value)
                        return with_key(call) if at_work and right_model and wrongly else call

                    return InProcess(before, server=server)

                yield remembering(f"takes {name} {moment}, {model or 'any model'}", found, make)
    for model in (None, *MODELS):

        def caching(model: str | None = model) -> InProcess:
            cache: dict[bytes, Answer] = {}

            def after(call: Call, answer: Answer) -> Answer:
                if not is_order(call) or (model is not None and named(call) != model):
                    return answer
                if answer.status == 200 and call.headers.get("authorization") == f"Bearer {KEY}":
                    cache[call.body] = answer
                return cache.get(call.body, answer) if call.method == "POST" else answer

            return InProcess(after=after)

        found = "AUTH-MISSING AUTH-WRONG AUTH-SCHEME"
        yield remembering(f"answers from a cache by body alone, {model or 'any model'}", found, caching)


def _links() -> Iterator[WrongServer]:
    def forgetting(
        is_over: Callable[[Call, dict[str, float], Reference], bool], instead: str
    ) -> Callable[[], InProcess]:
        def make() -> InProcess:
            server = Reference()
            seen: dict[str, float] = {}

            def after(call: Call, answer: Answer) -> Answer:
                if not is_image(call):
                    if answer.status == 200:
                        seen[f"/images/{len(server.images)}.png"] = server.clock.now()
                        seen["count " + f"/images/{len(server.images)}.png"] = 0
                    return answer
                over = is_over(call, seen, server)
                seen[f"count {call.path}"] = seen.get(f"count {call.path}", 0) + 1
                if not over:
                    return answer
                if instead == "another image":
                    return evolve(answer, body=flat(*server.images[-1], shade=len(server.images)))
                if instead == "a page":
                    return Answer(200, {"content-type": "text/html"}, b"<p>gone</p>")
                return Answer(int(instead), {"content-type": "text/html"}, b"gone")

            return InProcess(after=after, server=server)

        return make

    ends: dict[str, Callable[[Call, dict[str, float], Reference], bool]] = {
        "once": lambda call, seen, server: seen[f"count {call.path}"] > 0,
        "for two seconds": lambda call, seen, server: server.clock.now() - seen[call.path] > 2,
        "until the next request": lambda call, seen, server: call.path != f"/images/{len(server.images)}.png",
        "until five others came": lambda call, seen, server: call.path == "/images/1.png" and len(server.images) > 5,
    }
    for name, is_over in ends.items():
        for instead in ("404", "403", "410", "another image", "a page"):
            found = "LINK-LIFE IMAGE-SIZE IMAGE-LINK SIZE-GLM-DEFAULT SIZE-OTHERS-DEFAULT"
            yield remembering(f"a link works {name}, then {instead}", found, forgetting(is_over, instead))


def _repeated() -> Iterator[WrongServer]:
    for status in (400, 409, 500):

        def make(status: int = status) -> InProcess:
            seen: set[bytes] = set()

            def after(call: Call, answer: Answer) -> Answer:
                if not is_order(call) or answer.status != 200:
                    return answer
                repeated = call.body in seen
                seen.add(call.body)
                return of_json(status, {"code": 1231, "message": "again"}) if repeated else answer

            return InProcess(after=after)

        yield remembering(f"refuses the same request again with {status}", "SIZE-GLM-DEFAULT", make)

    def frozen_clock() -> InProcess:
        server = Reference()
        start = int(server.clock.now())

        def after(call: Call, answer: Answer) -> Answer:
            is_answer = is_order(call) and answer.status == 200
            return answer.saying({**answer.document, "created": start}) if is_answer else answer

        return InProcess(after=after, server=server)

    yield remembering("created is the time of its start in every answer", "ANSWER-CREATED", frozen_clock)


def _refusals() -> Iterator[WrongServer]:
    kinds: dict[str, Callable[[Call], bool]] = {
        "any": lambda call: True,
        "wrong sizes": lambda call: isinstance(call.fields.get("size"), str),
        "wrong user_ids": lambda call: isinstance(call.fields.get("user_id"), str),
        "no JSON": lambda call: not call.fields and not call.body[:1].isdigit(),
        "wrong keys": lambda call: call.headers.get("authorization") != f"Bearer {KEY}",
    }
    forms: dict[str, tuple[str, Callable[[Answer], Answer]]] = {
        "with 500": ("ERROR-STATUS", lambda answer: evolve(answer, status=500)),
        "with 503 and a time to come again": (
            "ERROR-STATUS",
            lambda answer: evolve(answer, status=503, headers={**answer.headers, "retry-after": "1"}),
        ),
        "in HTML": (
            "ERROR-BODY ERROR-MEDIA-TYPE",
            lambda answer: evolve(answer, headers={"content-type": "text/html"}, body=b"<p>no</p>"),
        ),
        "with a code that is text": ("ERROR-BODY", lambda answer: answer.saying({"code": "1214", "message": "no"})),
        "nested": ("ERROR-BODY", lambda answer: answer.saying({"error": {"code": "1214", "message": "no"}})),
        "with NaN": ("ERROR-BODY", lambda answer: evolve(answer, body=b'{"code": 1214, "message": "no", "at": NaN}')),
        "in Latin-1": (
            "ERROR-BODY",
            lambda answer: evolve(answer, body='{"code": 1, "message": "größer"}'.encode("latin-1")),
        ),
        "in UTF-16": ("ERROR-BODY", lambda answer: evolve(answer, body=answer.body.decode().encode("utf-16"))),
        "empty": ("ERROR-BODY", lambda answer: evolve(answer, body=b"")),
        "as text": ("ERROR-MEDIA-TYPE", lambda answer: evolve(answer, headers={"content-type": "text/plain"})),
    }
    for kind, is_meant in kinds.items():
        for form, (found, change) in forms.items():
            after: After = lambda call, answer, change=change, is_meant=is_meant: (  # type: ignore[misc]  # noqa: E731
                change(answer)
                if answer.status >= 400 and is_order(call) and call.body != b"{}" and is_meant(call)
                else answer
            )
            yield wrong(f"refuses {kind} {form}", found, after=after)

    def limiting(body: bytes, media_type: str) -> Callable[[], InProcess]:
        def make() -> InProcess:
            calls = iter(range(10**6))

            def after(call: Call, answer: Answer) -> Answer:
                if not is_order(call) or next(calls) % 50 != 20:
                    return answer
                return Answer(429, {"content-type": media_type, "retry-after": "1"}, body)

            return InProcess(after=after)

        return make

    yield remembering("limits the rate in HTML", "ERROR-BODY ERROR-MEDIA-TYPE", limiting(b"<p>slow down", "text/html"))
    yield remembering(
        "limits the rate without a code", "ERROR-BODY", limiting(b'{"message": "slow"}', "application/json")
    )


def _answers() -> Iterator[WrongServer]:
    def of(change: Callable[[Answer], Answer]) -> After:
        return lambda call, answer: change(answer) if is_order(call) and answer.status == 200 else answer

    def saying(change: Callable[[dict[str, object]], object]) -> After:
        return of(lambda answer: answer.saying(change(answer.document)))

    everything = "ANSWER-CREATED ANSWER-COUNT ANSWER-URL"
    forms: dict[str, tuple[str, After]] = {
        "with NaN": (everything, of(lambda answer: evolve(answer, body=answer.body[:-1] + b', "seconds": NaN}'))),
        "in Latin-1": (
            everything,
            of(lambda answer: evolve(answer, body=answer.body[:-1] + b', "note": "gr\xf6sser"}')),
        ),
        "in UTF-16": (everything, of(lambda answer: evolve(answer, body=answer.body.decode().encode("utf-16")))),
        "in pieces": (everything, of(lambda answer: evolve(answer, body=answer.body[:-3]))),
        "with a list of one more": ("ANSWER-COUNT", saying(lambda body: {**body, "data": [*body["data"], {}]})),  # type: ignore[misc]
        "with milliseconds": ("ANSWER-CREATED", saying(lambda body: {**body, "created": body["created"] * 1000})),  # type: ignore[operator]
        "with a number as text": ("ANSWER-CREATED", saying(lambda body: {**body, "created": str(body["created"])})),
        "with a level of 9": (
            "FILTER-FORM",
            saying(lambda body: {**body, "content_filter": [{"role": "user", "level": 9}]}),
        ),
        "with a role of its own": (
            "FILTER-FORM",
            saying(lambda body: {**body, "content_filter": [{"role": "me", "level": 1}]}),
        ),
        "as text": ("ANSWER-MEDIA-TYPE", of(lambda answer: evolve(answer, headers={"content-type": "text/plain"}))),
        "without a link": ("ANSWER-URL", saying(lambda body: {**body, "data": [{"b64_json": ""}]})),
    }
    for model in MODELS:
        for name, (found, after) in forms.items():
            yield wrong(f"answers {name}", found, after=after, model=model)


def rows(width: int, height: int, kept: int, *, interlaced: bool = False) -> bytes:
    """A PNG that announces more rows, or more passes, than it holds, and is right in all else."""
    if interlaced:
        passes = [(8, 8, 0, 0), (8, 8, 4, 0), (4, 8, 0, 4), (4, 4, 2, 0), (2, 4, 0, 2), (2, 2, 1, 0), (1, 2, 0, 1)]
        data = b""
        for right, down, column, row in passes[:kept]:
            columns, lines = -(-(width - column) // right), -(-(height - row) // down)
            data += (b"\0" * (columns + 1)) * lines
    else:
        data = b"\0" * (width + 1) * kept
    return png(width, height, zlib.compress(data, 1), interlaced=interlaced)


def png(width: int, height: int, data: bytes, *, interlaced: bool = False, wrong_checksum: bool = False) -> bytes:
    def chunk(kind: bytes, content: bytes, off: int = 0) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content) ^ off)

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, interlaced)
    parts = [chunk(b"IHDR", header), chunk(b"IDAT", data, int(wrong_checksum)), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def _images() -> Iterator[WrongServer]:
    def whole(width: int, height: int) -> bytes:
        return b"\0" * (width + 1) * height

    def jpeg(width: int, height: int, **options: object) -> bytes:
        content = io.BytesIO()
        gradient = Image.linear_gradient("L").resize((width, height))
        gradient.save(content, "JPEG", **options)
        return content.getvalue()

    def cut(content: bytes, scans: int = 1) -> bytes:
        # Keeps a third of the last scan's data, and ends as it should.
        start = content.rindex(b"\xff\xda")
        return content[: start + (len(content) - start) // 3] + b"\xff\xd9"

    made: dict[str, Callable[[int, int], bytes]] = {
        "with a row too few": lambda w, h: rows(w, h, h - 1),
        "with half of its rows": lambda w, h: rows(w, h, h // 2),
        "without the last pass": lambda w, h: rows(w, h, 6, interlaced=True),
        "with the first pass alone": lambda w, h: rows(w, h, 1, interlaced=True),
        "with a wrong checksum of a chunk": lambda w, h: png(w, h, zlib.compress(whole(w, h), 1), wrong_checksum=True),
        "with a wrong checksum of its data": lambda w, h: png(w, h, zlib.compress(whole(w, h), 1)[:-4] + b"\0\0\0\1"),
        "without its end": lambda w, h: flat(w, h, shade=1)[:-12],
        "that breaks off": lambda w, h: flat(w, h, shade=1)[:-40],
        "as JPEG with rows missing": lambda w, h: cut(jpeg(w, h)),
        "as JPEG that breaks off": lambda w, h: jpeg(w, h)[:-200],
        "as progressive JPEG with scans missing": lambda w, h: _first_scans(jpeg(w, h, progressive=True)),
        "as nothing": lambda w, h: b"",
        "as a page": lambda w, h: b"<p>soon</p>",
    }
    for name, make_image in made.items():

        def make(make_image: Callable[[int, int], bytes] = make_image) -> InProcess:
            server = Reference()
            known: dict[tuple[int, int], bytes] = {}

            def after(call: Call, answer: Answer) -> Answer:
                if not is_image(call) or answer.status != 200:
                    return answer
                sides = server.images[int(call.path.removeprefix("/images/").removesuffix(".png")) - 1]
                if sides not in known:
                    known[sides] = _made_once(make_image, *sides)
                return evolve(answer, body=known[sides])

            return InProcess(after=after, server=server)

        yield remembering(f"images {name}", "IMAGE-LINK", make)


_MADE: dict[tuple[object, int, int], bytes] = {}


def _made_once(make_image: Callable[[int, int], bytes], width: int, height: int) -> bytes:
    key = (make_image, width, height)
    if key not in _MADE:
        _MADE[key] = make_image(width, height)
    return _MADE[key]


def _first_scans(content: bytes) -> bytes:
    return content[: content.rindex(b"\xff\xda", 0, content.rindex(b"\xff\xda"))] + b"\xff\xd9"


BY_MOMENT: list[WrongServer] = [
    *_credentials(),
    *_links(),
    *_repeated(),
    *_refusals(),
    *_answers(),
    *_images(),
]
