"""Finds the image in a successful answer, whatever else in the answer is odd: it was paid for."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, Final

from zai_image._redact import Key
from zai_image_api.errors import InvalidData
from zai_image_api.models import ImageGenerationResponse
from zai_image_api.models import ImageGenerationResponseContentFilterItem as ContentFilterItem
from zai_image_api.promises import LINK_LIFE
from zai_image_api.wire import text_of

# A number with more digits is no time and no level; Python refuses to read 4,301 of them.
_MOST_DIGITS: Final = 4000
REQUEST_ID_HEADERS = ("x-request-id", "x-log-id")
# Characters that are shown of what a data: link says before its data.
_LONGEST_HEAD: Final = 100
# What stands for bytes that are no text.
_UNREADABLE: Final = "\ufffd"
WEB: Final = ("http://", "https://")
"""How the links begin that can be followed."""


class ImageAnswer:
    """What a successful answer says of its image.

    Args:
        body: The answer, as it came.
        link: Where the image is; None where it came in the answer, without any link.
        content: The bytes of an image that came in the answer; None where they are behind the link.
        request_id: The server's own name for the request; None where it gave none.
        key: The API key, which no error of downloading may show, even where the link does.
    """

    def __init__(
        self,
        body: Mapping[str, Any],
        link: str | None,
        content: bytes | None,
        request_id: str | None,
        key: Key,
    ) -> None:
        self._body = body
        self.link = link
        self.content = content
        self.request_id = request_id
        self.key = key

    @cached_property
    def created(self) -> datetime | None:
        """When the image was asked for; None where the answer has no usable time."""
        return _time(self._body.get("created"))

    @property
    def expires(self) -> datetime | None:
        """When the link dies by the page; None where it is not known when the image was asked for."""
        return None if self.created is None or LINK_LIFE is None else self.created + LINK_LIFE

    @cached_property
    def content_filter(self) -> Sequence[ContentFilterItem]:
        """What the provider's content safety says, as far as that can be read."""
        return findings(self._body, self.key)

    @cached_property
    def answer(self) -> ImageGenerationResponse:
        """The whole answer; properties of another shape than documented are kept as they came."""
        as_documented, odd = dict(self._body), dict[str, Any]()
        while True:
            try:
                answer = ImageGenerationResponse.from_dict(as_documented)
            except InvalidData as error:
                name = error.path[0] if error.path else None
                for each in [name] if isinstance(name, str) and name in as_documented else list(as_documented):
                    odd[each] = as_documented.pop(each)
            else:
                answer.additional_properties.update(odd)
                return answer

    @property
    def url(self) -> str:
        """The link; of an image that came without one, a ``data:`` link that holds it."""
        if self.link is not None:
            return self.link
        # Loaded for few: it is a table of all formats.
        from zai_image._formats import facts_of

        content = self.content or b""
        facts = facts_of(content)
        kind = "application/octet-stream" if facts is None else facts.media_type
        return f"data:{kind};base64,{b64encode(content).decode()}"

    @property
    def shown(self) -> str:
        """The link as errors and representations show it: without the key, and without an image that it holds."""
        if self.content is None:
            return self.key.redact(self.link or "")
        # Redacted before it is cut, or half a key could remain at the cut.
        return f"{self.key.redact((self.link or 'data:,').partition(',')[0])[:_LONGEST_HEAD]},..."


def read_image_answer(headers: Mapping[str, str], content: bytes, key: Key) -> ImageAnswer | None:
    """Return what a successful answer says of its image; None where there is no image in it.

    Args:
        headers: The answer's header fields.
        content: The body.
        key: The API key.
    """
    body = read_leniently(content)
    image = _image(body.get("data")) if isinstance(body, dict) else None
    return None if image is None else ImageAnswer(body, *image, named(headers, body, key), key)


def image_answer_at(url: str, created: datetime | None, key: Key) -> ImageAnswer:
    """Return what an earlier answer with this link said of its image.

    Args:
        url: The link.
        created: When it was asked for, where that is known.
        key: The API key.
    """
    body: dict[str, Any] = {"data": [{"url": url}]}
    if created is not None:
        body["created"] = int(created.timestamp())
    answer = ImageAnswer(body, url, _content_of(url), None, key)
    if created is not None:
        # Exact, where the answer has whole seconds.
        answer.created = created
    return answer


def named(headers: Mapping[str, str], body: object, key: Key) -> str | None:
    """Return the server's own name for a request, from the header fields or the body of its answer.

    Args:
        headers: The answer's header fields.
        body: Its body, as JSON.
        key: The API key, which no name may be or hold.
    """
    names = [headers.get(name) for name in REQUEST_ID_HEADERS]
    if isinstance(body, dict):
        names.append(body.get("request_id"))
    strings = (key.redact(name) for name in names if isinstance(name, str))
    return next((name for name in strings if name.isprintable() and 0 < len(name) < 200), None)


def findings(body: Mapping[str, Any], key: Key) -> Sequence[ContentFilterItem]:
    """Return what the provider's content safety says in an answer, as far as that can be read, without the key."""
    read: list[ContentFilterItem] = []
    try:
        items = _LENIENT.decode(key.redact(json.dumps(body.get("content_filter"))))
    except (ValueError, RecursionError):
        return ()
    for item in items if isinstance(items, list) else ():
        try:
            read.append(ContentFilterItem.from_dict(item))
        except InvalidData:
            continue
    return tuple(read)


def read_leniently(content: bytes) -> Any:
    """Return the JSON value of a body in which something is no right JSON, such as NaN or a byte outside UTF-8."""
    try:
        return _LENIENT.decode(text_of(content, "replace"))
    except (ValueError, RecursionError):
        return None


def _integer(digits: str) -> int | str:
    return int(digits) if len(digits) < _MOST_DIGITS else digits


def _joined(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object; where a name stands twice in it, an empty value does not hide the one before."""
    joined: dict[str, Any] = {}
    for name, value in pairs:
        joined[name] = value or joined.get(name, value)
    return joined


_LENIENT: Final = json.JSONDecoder(parse_int=_integer, object_pairs_hook=_joined)


def _image(data: object) -> tuple[str | None, bytes | None] | None:
    """Return the link of the first usable image, or its bytes where they came along, or both."""
    # A link that leads nowhere is better than none: a person may see what was meant.
    of_no_use: str | None = None
    for item in data if isinstance(data, list) else ():
        if not isinstance(item, dict):
            continue
        link, encoded = item.get("url"), item.get("b64_json")
        if not isinstance(link, str) or _UNREADABLE in link:
            link = None
        content = _decoded(encoded) if isinstance(encoded, str) else None
        if link is not None and link.strip().lower().startswith(WEB):
            return link, content
        if content:
            return None, content
        if link is not None and (content := _content_of(link)):
            return link, content
        if of_no_use is None:
            of_no_use = link
    return None if of_no_use is None else (of_no_use, None)


def _content_of(link: str) -> bytes | None:
    """Return what a ``data:`` link holds; None where it holds nothing, or is no such link."""
    if link[:5].lower() != "data:":
        return None
    # Few answers have such a link.
    from urllib.parse import unquote_to_bytes

    head, _, tail = link.strip().partition(",")
    if head.rstrip().lower().endswith(";base64"):
        return _decoded(unquote_to_bytes(tail).decode("latin-1"))
    return unquote_to_bytes(tail) or None


def _decoded(text: str) -> bytes | None:
    """Return what is written in base64, of either alphabet, folded or not, padded or not; None where it is not."""
    if text[:5].lower() == "data:":
        return _content_of(text)
    letters = "".join(text.split()).rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return b64decode(letters + "=" * (-len(letters) % 4), validate=True) or None
    except ValueError:
        return None


def _time(created: object) -> datetime | None:
    """Return when an image was asked for, where that is a time in seconds, and so is when its link dies by the page."""
    if isinstance(created, bool) or not isinstance(created, int | float) or created < 0 or created != created // 1:
        return None
    try:
        made = datetime.fromtimestamp(created, UTC)
        made + (LINK_LIFE or timedelta())
    except (ValueError, OverflowError, OSError):
        return None
    return made
