"""The next run: on an input that changed, with URLs that are over, a key that was wrong or a destination that moved."""

from __future__ import annotations

import json
import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.batch.conftest import Batch
from tests.cli.conftest import KEY
from tests.cli.studio import Exchange, Studio, drawn, refused
from zai_image import AsyncZaiImage
from zai_image.batch import InputError, Limits, State


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sets(st.integers(1, 6), min_size=1), min_size=2, max_size=4))
def test_each_run_sends_what_its_input_has_and_was_not_sent_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, batch: Batch, studio: Studio, inputs: list[set[int]]
) -> None:
    folder = tmp_path_factory.mktemp("runs")
    sent: set[str] = set()
    for number, chosen in enumerate(inputs):
        studio.asked.clear()
        rows = [{"id": f"fox-{fox}", "prompt": f"Fox {fox}"} for fox in sorted(chosen)]
        (folder / f"{number}.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
        summary, _ = batch(source=folder / f"{number}.jsonl", journal=str(folder / "journal"), output=folder / "out")
        assert summary.total == summary.counts[State.STORED] == len(chosen)
        wanted = {f"Fox {fox}" for fox in chosen}
        assert sorted(body["prompt"] for body in studio.asked) == sorted(wanted - sent)
        sent |= wanted
        assert summary.paid == len(sent)
    assert len(list((folder / "out").iterdir())) == len(sent)


@pytest.mark.parametrize(
    "changed",
    [
        {"prompt": "A red fox"},
        {"size": "1024x1024"},
        {"model": "cogview-4-250304"},
        {"extra_body": {"seed": 8}},
    ],
)
def test_a_prompt_that_changed_under_its_id_is_refused_before_anything_is_sent(
    batch: Batch, studio: Studio, tmp_path: Path, changed: dict[str, Any]
) -> None:
    row = {"id": "fox", "prompt": "A fox", "extra_body": {"seed": 7}}
    source = tmp_path / "in.jsonl"
    source.write_text(json.dumps(row))
    batch(source=source)
    source.write_text("\n".join(map(json.dumps, [{"prompt": "A hen"}, row | changed])))
    with pytest.raises(InputError, match="give prompt 2 an id of its own, or begin another journal"):
        batch(source=source)
    assert [body["prompt"] for body in studio.asked] == ["A fox"]


def test_images_that_earlier_runs_could_not_download_keep_no_prompt_waiting(batch: Batch, studio: Studio) -> None:
    lost = [f"Hen {number}" for number in range(12)]
    studio.images = dict.fromkeys(lost, refused(404, 0, "gone"))
    for _ in range(2):
        summary, _ = batch(lost, limits=Limits(concurrency=4))
    assert summary.counts[State.ANSWERED] == summary.paid >= 10
    summary, _ = batch([*lost, "A fox"], limits=Limits(concurrency=4))
    assert summary.counts[State.STORED] == 1
    assert summary.paid == len(studio.asked)


def test_an_input_that_comes_back_is_taken_in_again(batch: Batch, studio: Studio) -> None:
    for prompts in (["A fox", "A hen"], ["A fox"], ["A fox", "A hen"], ["A fox", "A hen", "A cow"], ["A fox", "A hen"]):
        summary, _ = batch(prompts)
        assert summary.counts[State.STORED] == summary.total == len(prompts)
    assert len(studio.asked) == 3


async def made_long_ago(exchange: Exchange) -> None:
    """Answer with the URL of an image that was made two months ago."""
    link = f"{exchange.origin}/images/{exchange.prompt.replace(' ', '%20')}"
    created = int(time.time()) - 60 * 86400
    await exchange.answer(200, json.dumps({"created": created, "data": [{"url": link}]}).encode())


@pytest.mark.parametrize("is_over", [True, False])
def test_an_image_whose_url_is_over_is_paid_for_again_only_by_name(batch: Batch, studio: Studio, is_over: bool) -> None:
    if is_over:
        studio.orders["A hen"] = made_long_ago
    studio.images["A hen"] = refused(404, 0, "gone")
    for _ in range(2):
        summary, _ = batch(["A fox", "A hen"])
        assert (summary.counts[State.ANSWERED], summary.paid, len(studio.asked)) == (1, 2, 2)
    studio.orders.clear()
    studio.images["A hen"] = drawn
    summary, _ = batch(retry_unknown=True)
    assert (summary.counts[State.STORED], summary.paid, len(studio.asked)) == ((2, 3, 3) if is_over else (2, 2, 2))


def test_a_key_that_is_refused_leaves_all_waiting_for_the_next_run(batch: Batch, studio: Studio) -> None:
    prompts = ["A fox", "A hen"]
    studio.orders = dict.fromkeys(prompts, refused(401, 1002, f"no such key: {KEY}"))
    summary, events = batch(prompts)
    assert (summary.counts[State.WAITING], summary.paid, len(studio.asked)) == (2, 0, 1)
    assert KEY not in repr((summary, events))
    studio.orders.clear()
    assert batch()[0].counts[State.STORED] == 2


def test_what_is_stored_is_not_made_again_for_another_destination(batch: Batch, studio: Studio, tmp_path: Path) -> None:
    batch(["A fox"])
    summary, _ = batch(["A fox", "A hen"], output=tmp_path / "other")
    assert (summary.counts[State.STORED], len(studio.asked)) == (2, 2)
    assert [path.name for path in (tmp_path / "other").iterdir()] == ["000002-a-hen.png"]


def test_a_destination_that_goes_in_the_middle_is_made_again(batch: Batch, studio: Studio, tmp_path: Path) -> None:
    async def made_while_the_folder_goes(exchange: Exchange) -> None:
        for path in sorted((tmp_path / "out").rglob("*"), reverse=True):
            path.unlink() if path.is_file() else path.rmdir()
        (tmp_path / "out").rmdir()
        await drawn(exchange)

    studio.images["A hen"] = made_while_the_folder_goes
    summary, _ = batch(["A fox", "A hen", "A cow"], limits=Limits(concurrency=1))
    assert (summary.counts[State.STORED], summary.stopped, len(studio.asked)) == (3, None, 3)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["000002-a-hen.png", "000003-a-cow.png"]


def test_words_that_a_database_cannot_hold_are_spelt_out(batch: Batch, studio: Studio) -> None:
    studio.orders["A hen"] = refused(400, 1301, "blocked \0 by \ud800 policy")
    client = partial(AsyncZaiImage, KEY, max_retries=0)
    summary, _ = batch(["A fox", "A hen"], client=client)
    assert (summary.counts[State.STORED], summary.counts[State.REFUSED]) == (1, 1)
