"""A run: what is sent, what stops it, and what the next run does, against a server that counts requests."""

from __future__ import annotations

import asyncio
import gc
import json
import time
import tracemalloc
from collections.abc import Callable
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.batch.conftest import Batch
from tests.cli.conftest import KEY
from tests.cli.studio import PNG, Behaviour, Exchange, Studio, drawn, made, refused
from zai_image import AsyncZaiImage
from zai_image.batch import (
    DestinationError,
    Event,
    Folder,
    InputError,
    Journal,
    JournalError,
    Limits,
    Prompt,
    Runner,
    State,
    journal_beside,
    run,
)
from zai_image.batch._model import Wish

BLOCKED = refused(400, 1301, "blocked by policy")
BALANCE = refused(429, 1113, "the account is in arrears")


async def unusable(exchange: Exchange) -> None:
    """Answer with JSON that holds neither an image nor an error."""
    await exchange.answer(200, b"{}")


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_every_prompt_gets_its_image_once(batch: Batch, studio: Studio, tmp_path: Path) -> None:
    summary, events = batch(["A fox", "Ein Löwe", "A fox"])
    assert (summary.counts[State.STORED], summary.paid, summary.stopped) == (3, 3, None)
    assert files(tmp_path / "out") == dict.fromkeys(
        ["000001-a-fox.png", "000002-ein-löwe.png", "000003-a-fox.png"], PNG
    )
    assert sorted(event.told["number"] for event in events if event.kind == "stored") == [1, 2, 3]
    again, events = batch()
    assert (again, events, len(studio.asked)) == (summary, [], 3)


def test_new_prompts_at_the_end_are_taken_in_and_a_changed_one_is_refused(batch: Batch, studio: Studio) -> None:
    batch(["A fox"])
    summary, _ = batch(["A fox", "A hen"])
    assert (summary.counts[State.STORED], len(studio.asked)) == (2, 2)
    with pytest.raises(InputError, match="this one has another prompt under the id '000001'"):
        batch(["A cow", "A hen"])
    assert len(studio.asked) == 2


def test_two_prompts_of_one_id_are_refused_before_anything_is_sent(
    batch: Batch, studio: Studio, tmp_path: Path
) -> None:
    for apart in (1, 1500):
        rows = [{"prompt": "A fox", "id": f"n{number % apart}"} for number in range(apart + 1)]
        (tmp_path / "in.txt").unlink(missing_ok=True)
        path = tmp_path / f"in{apart}.jsonl"
        path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
        with pytest.raises(InputError, match=f"give prompt {apart + 1} another id"):
            asyncio.run(run(path, tmp_path / "out"))
    assert studio.asked == []


def test_parameters_of_a_prompt_are_sent_with_it(studio: Studio, tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text(json.dumps({"prompt": "A fox", "id": "a/b", "size": "1024x1024", "extra_body": {"seed": 7}}))
    asyncio.run(run(path, tmp_path / "out", template="{model}/{size}/{id}"))
    assert studio.asked == [{"prompt": "A fox", "model": "glm-image", "size": "1024x1024", "seed": 7}]
    assert list(files(tmp_path / "out")) == ["default/1024x1024/a-b.png"]


@pytest.mark.parametrize("template", ["{slug}", "Fox", "FOX {slug}"])
def test_images_of_one_name_get_names_of_their_own(batch: Batch, tmp_path: Path, template: str) -> None:
    batch(["A fox", "a FOX", "A fox"], template=template)
    assert len({name.casefold() for name in files(tmp_path / "out")}) == 3


def test_an_image_of_an_unknown_kind_gets_no_name_that_another_image_has(studio: Studio, tmp_path: Path) -> None:
    async def of_a_new_kind(exchange: Exchange) -> None:
        await exchange.answer(200, b"a new kind of image", "image/x-new")

    studio.images["A hen"] = of_a_new_kind
    path = tmp_path / "in.jsonl"
    rows = [{"prompt": "A fox", "id": "a"}, {"prompt": "A hen", "id": "a.png"}, {"prompt": "A cow", "id": "a.bin"}]
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    asyncio.run(run(path, tmp_path / "out", template="{id}"))
    assert files(tmp_path / "out") == {"a.png": PNG, "a.png.bin": b"a new kind of image", "a.bin.png": PNG}


def test_a_file_of_somebody_else_is_never_replaced(batch: Batch, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/fox.png").write_bytes(b"somebody else's")
    batch(["A fox"], template="fox")
    assert files(tmp_path / "out") == {"fox.png": b"somebody else's", "fox-1.png": PNG}


def test_what_is_refused_costs_nothing_and_stops_nothing(batch: Batch, studio: Studio) -> None:
    studio.orders["A hen"] = BLOCKED
    summary, events = batch(["A fox", "A hen", "A cow"])
    assert (summary.counts[State.STORED], summary.counts[State.REFUSED], summary.paid) == (2, 1, 2)
    (event,) = [event for event in events if event.kind == "refused"]
    assert (event.told["prompt"], event.told["error"]) == ("A hen", "blocked by policy (HTTP 400, code 1301)")
    del studio.orders["A hen"]
    assert batch()[0].counts[State.REFUSED] == 1
    assert batch(retry_refused=True)[0].counts[State.STORED] == 3


def test_what_may_be_charged_is_sent_again_only_by_name(batch: Batch, studio: Studio) -> None:
    studio.orders["A hen"] = refused(500, 500, "broken")
    summary, _ = batch(["A fox", "A hen"])
    assert (summary.counts[State.UNKNOWN], summary.paid) == (1, 2)
    del studio.orders["A hen"]
    assert batch()[0].counts[State.UNKNOWN] == 1
    assert len(studio.asked) == 2
    summary, _ = batch(retry_unknown=True)
    assert (summary.counts[State.STORED], summary.paid, len(studio.asked)) == (2, 3, 3)


def test_an_image_that_could_not_be_downloaded_is_stored_by_the_next_run_and_not_paid_for_again(
    batch: Batch, studio: Studio, tmp_path: Path
) -> None:
    studio.images["A hen"] = refused(404, 0, "gone")
    summary, events = batch(["A fox", "A hen"])
    assert (summary.counts[State.ANSWERED], summary.paid) == (1, 2)
    assert [event.told["url"].rpartition("/")[2] for event in events if event.kind == "not stored"] == ["A%20hen"]
    studio.images["A hen"] = drawn
    summary, _ = batch()
    assert (summary.counts[State.STORED], summary.paid, len(studio.asked)) == (2, 2, 2)


@pytest.mark.parametrize(
    ("failure", "at_most"),
    [(BALANCE, 1), (refused(401, 1002, "no such key"), 1), (refused(429, 1304, "daily limit"), 1), (unusable, 3)],
)
def test_what_would_meet_every_prompt_stops_the_run_at_once(
    batch: Batch, studio: Studio, failure: Behaviour, at_most: int
) -> None:
    prompts = [f"Fox {number}" for number in range(30)]
    studio.orders = dict.fromkeys(prompts, failure)
    summary, _ = batch(prompts, limits=Limits(concurrency=8))
    assert summary.stopped
    assert len(studio.asked) == at_most
    assert summary.counts[State.REFUSED] == 0
    assert summary.counts[State.WAITING] == 30 - (at_most if failure is unusable else 0)


def test_the_same_failure_ten_times_in_a_row_stops_the_run(batch: Batch, studio: Studio) -> None:
    prompts = [f"Fox {number}" for number in range(30)]
    studio.orders = dict.fromkeys(prompts[1:], refused(500, 500, "broken"))
    summary, _ = batch(prompts, limits=Limits(concurrency=2))
    assert summary.stopped is not None
    assert "10 requests in a row failed alike" in summary.stopped
    assert summary.counts[State.STORED] == 1
    assert len(studio.asked) <= 1 + 10 + 1


def test_a_server_that_cannot_be_reached_stops_the_run_and_charges_nothing(batch: Batch, tmp_path: Path) -> None:
    client = partial(AsyncZaiImage, KEY, base_url="http://127.0.0.1:9", max_retries=0)
    summary, _ = batch(["A fox", "A hen"], client=client)
    assert (summary.counts[State.WAITING], summary.paid) == (2, 0)
    assert summary.stopped is not None
    assert "no connection" in summary.stopped


@pytest.mark.parametrize("concurrency", [1, 4])
def test_images_that_cannot_be_had_stop_the_run_though_requests_are_answered(
    batch: Batch, studio: Studio, concurrency: int
) -> None:
    prompts = [f"Fox {number}" for number in range(40)]
    studio.images = dict.fromkeys(prompts, refused(404, 0, "gone"))
    summary, _ = batch(prompts, limits=Limits(concurrency))
    assert summary.stopped is not None
    assert "10 downloads in a row failed alike" in summary.stopped
    assert summary.paid <= 10 + concurrency


@pytest.mark.parametrize("limits", [{"concurrency": 0}, {"rate": 0}, {"rate": -1}, {"max_images": -1}])
def test_limits_with_which_nothing_could_be_sent_are_refused(limits: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=next(iter(limits))):
        Limits(**limits)


def test_a_greater_rate_than_before_holds_at_once(tmp_path: Path) -> None:
    journal = Journal.open(str(tmp_path / "journal"))
    try:
        journal.take_in("digest", [Prompt(str(number), number, "A fox", {}) for number in range(1, 9)])
        worker = journal.begin()
        assert len(journal.turn(worker, [], Wish(1, Limits(9, rate=1 / 60), "digest"))[1].work) == 1
        soon = Wish(1, Limits(9, rate=6000), "digest")
        pause = journal.turn(worker, [], soon)[1].pause
        time.sleep(2 * pause)
        assert len(journal.turn(worker, [], soon)[1].work) == 1
    finally:
        journal.close()


def test_the_destination_is_tried_before_anything_is_sent(batch: Batch, studio: Studio) -> None:
    with pytest.raises(DestinationError, match="cannot write into"):
        batch(["A fox"], output="/proc/images")
    assert studio.asked == []


def test_a_destination_that_fills_up_stops_the_run_and_the_next_stores_what_was_paid_for(
    batch: Batch, studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(folder: Folder) -> None:
        raise DestinationError("choose another destination: No space left on device")

    prompts = [f"Fox {number}" for number in range(9)]
    with monkeypatch.context() as patched:

        def full(folder: Folder, worker: str, images: list[tuple[str, bytes]]) -> list[OSError]:
            patched.setattr(Folder, "check", broken)
            return [OSError(28, "No space left on device")] * len(images)

        patched.setattr(Folder, "store", full)
        summary, _ = batch(prompts, limits=Limits(concurrency=1))
    assert (summary.stopped, len(studio.asked)) == ("choose another destination: No space left on device", 1)
    assert (summary.counts[State.ANSWERED], files(tmp_path / "out")) == (1, {})
    assert batch()[0].counts[State.STORED] == len(studio.asked) == 9


def test_max_images_holds_for_all_runs_together(batch: Batch, studio: Studio) -> None:
    prompts = [f"Fox {number}" for number in range(6)]
    studio.orders["Fox 1"] = BLOCKED
    for _ in range(2):
        summary, _ = batch(prompts, limits=Limits(concurrency=3, max_images=3))
        assert (summary.paid, summary.counts[State.STORED], summary.counts[State.WAITING]) == (3, 3, 2)
    assert len(studio.asked) == 4
    assert batch(prompts)[0].counts[State.STORED] == 5


def test_concurrency_grows_to_its_limit_and_not_beyond(batch: Batch, studio: Studio) -> None:
    prompts = [f"Fox {number}" for number in range(40)]
    batch(prompts, limits=Limits(concurrency=3))
    assert studio.most_at_once <= 3


def test_a_429_sends_fewer_at_once_and_the_prompt_again(batch: Batch, studio: Studio) -> None:
    refusals = 2

    async def slow_down_twice(exchange: Exchange) -> None:
        nonlocal refusals
        refusals -= 1
        await (refused(429, 1302, "slow down") if refusals >= 0 else made)(exchange)

    studio.orders["A hen"] = slow_down_twice
    summary, events = batch(["A fox", "A hen", "A cow"])
    assert (summary.counts[State.STORED], summary.paid) == (3, 3)
    assert [event.kind for event in events].count("slower") == 2


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rate=st.integers(1, 600), steps=st.lists(st.floats(-7200, 120), min_size=5, max_size=40))
def test_no_minute_has_more_requests_than_the_rate_and_no_jump_of_the_clock_stops_them(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, rate: int, steps: list[float]
) -> None:
    now, left = 1_800_000_000.0, []
    monkeypatch.setattr(time, "time", lambda: now)
    journal = Journal.open(str(tmp_path_factory.mktemp("journal") / "journal"))
    try:
        journal.take_in("digest", [Prompt(str(number), number, "A fox", {}) for number in range(1, 100)])
        worker, wish = journal.begin(), Wish(100, Limits(100, rate), "digest")
        for step in steps:
            now += step
            claim = journal.turn(worker, [], wish)[1]
            left += [now] * len(claim.work)
            assert 0 < claim.pause <= 60 / rate
            if step < 0:
                left.clear()
            assert len([time for time in left if time > now - 60]) <= rate
    finally:
        journal.close()


def test_an_interrupted_run_commits_the_answers_under_way_and_the_next_goes_on(
    batch: Batch, studio: Studio, tmp_path: Path
) -> None:
    interrupts: list[Callable[[], object]] = []

    async def interrupting(exchange: Exchange) -> None:
        interrupts[0]()
        await made(exchange)

    def begun(runner: Runner, journal: Journal) -> None:
        interrupts.append(partial(asyncio.get_running_loop().call_soon_threadsafe, runner.interrupt))

    studio.orders["A fox"] = interrupting
    summary, _ = batch(["A fox", "A hen"], begun=begun)
    assert summary.interrupted
    assert (summary.counts[State.WAITING], summary.counts[State.UNKNOWN], summary.paid) == (1, 0, 1)
    assert batch()[0].counts[State.STORED] == 2
    assert [body["prompt"] for body in studio.asked] == ["A fox", "A hen"]


def test_a_run_that_is_cancelled_leaves_nothing_running(studio: Studio, tmp_path: Path) -> None:
    async def never_answered(exchange: Exchange) -> None:
        await exchange.outlast()

    async def cancelled() -> set[asyncio.Task[Any]]:
        running = asyncio.create_task(run(tmp_path / "in.txt", tmp_path / "out", limits=Limits(4)))
        while not studio.asked:
            await asyncio.sleep(0.01)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        return asyncio.all_tasks() - {asyncio.current_task()}

    studio.orders["A fox"] = never_answered
    (tmp_path / "in.txt").write_text("A fox")
    assert asyncio.run(cancelled()) == set()


def test_one_process_works_on_sqlite_at_a_time(batch: Batch, studio: Studio, tmp_path: Path) -> None:
    other = Journal.open(journal_beside(tmp_path / "in.txt"))
    try:
        with pytest.raises(JournalError, match="on SQLite one process works at a time"):
            batch(["A fox"])
    finally:
        other.close()
    assert studio.asked == []
    assert batch(["A fox"])[0].counts[State.STORED] == 1


def test_memory_grows_neither_with_the_prompts_that_are_done_nor_with_failures(batch: Batch) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return httpx.Response(200, content=PNG, headers={"Content-Type": "image/png"})
        number = int(json.loads(request.content)["prompt"].rpartition(" ")[2])
        # Every other one is refused, each time otherwise than before, with a long message.
        if number % 2:
            return httpx.Response(400, json={"code": 1210 + number % 4, "message": "no " * 1000})
        return httpx.Response(200, json={"created": 0, "data": [{"url": "https://images.invalid/a.png"}]})

    held: list[int] = []
    refusals = count(1)

    def tell(event: Event) -> None:
        if event.kind == "refused" and next(refusals) % 10 == 0:
            gc.collect()
            held.append(tracemalloc.get_traced_memory()[0])

    client = partial(AsyncZaiImage, KEY, max_retries=0, transport=httpx.MockTransport(answer))
    tracemalloc.start()
    try:
        summary, _ = batch([f"Fox {number}" for number in range(160)], client=client, tell=tell, limits=Limits(1))
    finally:
        tracemalloc.stop()
    assert summary.counts[State.STORED] == summary.counts[State.REFUSED] == 80
    # One at a time, so that nothing else is under way whenever this looks.
    assert max(held[4:]) < max(held[:4]) + 35_000
