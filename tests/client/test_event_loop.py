"""An event loop goes on while a long answer is read: what a server sends does not decide how long others wait."""

from __future__ import annotations

import threading
from typing import Any

import anyio
import pytest

from tests.client.loopback import peer, replies
from zai_image import AsyncZaiImage, ZaiImageError, _answers, _exchange
from zai_image._exchange import LONG

KEY = "sk-0123456789abcdefghij"


@pytest.mark.parametrize("status", ["200 OK", "400 Bad"])
@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_the_event_loop_goes_on_while_a_long_answer_is_judged(
    backend: str, status: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    went_on, waited = threading.Event(), list[bool]()
    right = _answers.answer_read
    begun = threading.Event()

    def judging(*answer: Any) -> Any:
        begun.set()
        waited.append(went_on.wait(10))
        return right(*answer)

    monkeypatch.setattr(_exchange, "answer_read", judging)

    async def permits_once_begun() -> None:
        while not begun.is_set():
            await anyio.sleep(0)
        went_on.set()

    async def main() -> None:
        async with AsyncZaiImage(KEY, base_url=server.url, max_retries=0) as zai, anyio.create_task_group() as tasks:
            tasks.start_soon(permits_once_begun)
            with pytest.raises(ZaiImageError):
                await zai.images.generate("kitten")

    with peer(replies(b"[" + b" " * LONG + b"]", status=status)) as server:
        anyio.run(main, backend=backend)
    assert waited == [True]
