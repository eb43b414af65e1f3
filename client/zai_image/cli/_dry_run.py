"""Prints the requests that `generate` would send, as the client makes them, and sends none."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import click
import httpx

from zai_image._client import ZaiImage

_ANSWER = {"created": 0, "data": [{"url": "http://localhost/"}]}


def dry_run(prompts: Sequence[str], parameters: Mapping[str, Any], settings: Mapping[str, Any]) -> int:
    """Print a JSON object for each request: its method, URL and body.

    Raises:
        InvalidRequestError: A request would be refused before it is sent.
    """

    def show(request: httpx.Request) -> httpx.Response:
        click.echo(json.dumps({"method": request.method, "url": str(request.url), "body": json.loads(request.content)}))
        return httpx.Response(200, json=_ANSWER)

    # Any key will do: header fields are not shown.
    with ZaiImage("not-sent", **settings, transport=httpx.MockTransport(show)) as zai:
        for prompt in prompts:
            zai.images.generate(prompt, **parameters)
    return 0
