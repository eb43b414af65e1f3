"""Destinations beside folders: whatever fsspec reaches, such as a store in memory and an S3 server of this machine."""

from __future__ import annotations

import asyncio
import os
import re
import secrets
import shlex
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import fsspec
import pytest
from moto.server import ThreadedMotoServer

from tests.batch.databases import Database
from tests.cli.studio import PNG, Exchange, Studio, made
from zai_image.batch import DestinationError, Limits, State, destination, run
from zai_image.batch._grouping import Grouped

PROMPTS = "A fox\nA hen\n"


@pytest.fixture(scope="module")
def s3_server() -> Iterator[None]:
    """An S3 server on this machine; fsspec keeps its connection for all tests, and so does this."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    with pytest.MonkeyPatch.context() as environment:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            environment.setenv(name, "testing")
        environment.setenv("AWS_DEFAULT_REGION", "us-east-1")
        environment.setenv("AWS_ENDPOINT_URL", "http://{}:{}".format(*server.get_host_and_port()))
        yield
    server.stop()


@pytest.fixture
def s3(s3_server: None) -> str:
    """The address of a folder in a new bucket."""
    bucket = f"images-{secrets.token_hex(4)}"
    fsspec.filesystem("s3").mkdir(bucket)
    return f"s3://{bucket}/farm"


@pytest.fixture(params=["memory", "s3"])
def address(request: pytest.FixtureRequest) -> Iterator[str]:
    """An address of each kind of store."""
    if request.param == "s3":
        yield request.getfixturevalue("s3")
        return
    yield "memory://farm"
    fsspec.filesystem("memory").rm("/farm", recursive=True)


def stored(address: str) -> dict[str, bytes]:
    files, root = fsspec.core.url_to_fs(address)
    return {path.removeprefix(root).lstrip("/"): files.cat_file(path) for path in files.find(root)}


def test_images_are_stored_whole_under_their_names_and_nothing_else(
    studio: Studio, tmp_path: Path, address: str
) -> None:
    (tmp_path / "in.txt").write_text(PROMPTS)
    summary = asyncio.run(run(tmp_path / "in.txt", address))
    assert summary.counts[State.STORED] == 2
    assert stored(address) == {"000001-a-fox.png": PNG, "000002-a-hen.png": PNG}


def test_what_somebody_else_has_stored_is_never_replaced(studio: Studio, tmp_path: Path, address: str) -> None:
    files, root = fsspec.core.url_to_fs(address)
    files.pipe_file(f"{root}/fox.png", b"somebody else's")
    (tmp_path / "in.txt").write_text("A fox")
    asyncio.run(run(tmp_path / "in.txt", address, template="fox"))
    assert stored(address) == {"fox.png": b"somebody else's", "fox-1.png": PNG}


def test_a_bucket_that_goes_in_the_middle_stops_the_run_and_the_next_stores_what_was_paid_for(
    studio: Studio, tmp_path: Path, s3: str
) -> None:
    files, bucket = fsspec.filesystem("s3"), s3.split("/")[2]

    async def made_while_the_bucket_goes(exchange: Exchange) -> None:
        await asyncio.to_thread(files.call_s3, "delete_bucket", Bucket=bucket)
        await made(exchange)

    studio.orders["A fox"] = made_while_the_bucket_goes
    (tmp_path / "in.txt").write_text(PROMPTS)
    summary = asyncio.run(run(tmp_path / "in.txt", s3, limits=Limits(concurrency=1)))
    assert summary.stopped is not None
    assert "choose another destination: cannot write to" in summary.stopped
    assert (summary.counts[State.ANSWERED], summary.counts[State.WAITING], len(studio.asked)) == (1, 1, 1)
    files.mkdir(bucket)
    summary = asyncio.run(run(tmp_path / "in.txt", s3))
    assert (summary.counts[State.STORED], len(studio.asked)) == (2, 2)
    assert stored(s3) == {"000001-a-fox.png": PNG, "000002-a-hen.png": PNG}


def test_an_address_that_no_store_has_is_refused_before_anything_is_sent(studio: Studio, tmp_path: Path) -> None:
    (tmp_path / "in.txt").write_text("A fox")
    with pytest.raises(DestinationError, match="choose another destination"):
        asyncio.run(run(tmp_path / "in.txt", "nowhere://farm"))
    assert studio.asked == []


@pytest.mark.parametrize("scheme", ["nowhere", "ftp", "sftp", "s3", "memory", "smb"])
def test_no_message_shows_the_password_of_a_destination(scheme: str) -> None:
    address = f"{scheme}://me:hunter2@127.0.0.1:9/farm"
    try:
        told = destination(address).address("a.png")
    except DestinationError as error:
        told = str(error)
    assert "hunter2" not in told
    assert "127.0.0.1:9/farm" in told


def test_each_image_of_a_group_is_stored_or_not_by_itself(tmp_path: Path) -> None:
    (tmp_path / "fox.png").write_bytes(b"somebody else's")
    (tmp_path / "hen").write_bytes(b"a file where a folder would be")
    (tmp_path / "cow.png").write_bytes(PNG)
    names = ["fox.png", "hen/hen.png", "cow.png", "cows/cow.png", "owl.png"]
    results = destination(str(tmp_path)).store("worker", [(name, PNG) for name in names])
    assert [result if isinstance(result, bool) else type(result) for result in results] == [
        False,
        FileExistsError,
        True,
        True,
        True,
    ]
    destination(str(tmp_path)).clear("worker")
    stored = {path.relative_to(tmp_path).as_posix(): path.read_bytes() for path in tmp_path.rglob("*.png")}
    others = {"fox.png": b"somebody else's"}
    assert stored == {**dict.fromkeys(["cow.png", "cows/cow.png", "owl.png"], PNG), **others}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cow.png", "cows", "fox.png", "hen", "owl.png"]


@pytest.mark.parametrize("has_links", [True, False])
def test_two_runs_that_store_at_once_replace_nothing_of_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_links: bool
) -> None:
    if not has_links:
        monkeypatch.setattr(os, "link", Mock(side_effect=PermissionError))
    flush = os.fsync

    def flushed_while_another_stores(number: int) -> None:
        monkeypatch.setattr(os, "fsync", flush)
        assert destination(str(tmp_path)).store("other", [("a.png", b"other's")]) == [True]

    monkeypatch.setattr(os, "fsync", flushed_while_another_stores)
    assert destination(str(tmp_path)).store("worker", [("a.png", PNG), ("b.png", PNG)]) == [False, True]
    assert (tmp_path / "a.png").read_bytes() == b"other's"


def test_brackets_in_a_name_are_no_pattern(address: str) -> None:
    images = [(name, name.encode()) for name in ("fox[12].png", "fox1.png", "hen[!a].png", "a*b?.png")]
    assert destination(address).store("worker", images) == [True] * len(images)
    assert stored(address) == dict(images)


def test_one_image_that_is_stored_slowly_keeps_no_other_from_being_stored() -> None:
    slow, others = threading.Event(), threading.Semaphore(0)

    def store(items: Sequence[int]) -> list[int]:
        if 0 in items:
            assert slow.wait(60)
        else:
            for _ in items:
                others.release()
        return list(items)

    async def store_all() -> list[int]:
        storing = Grouped(store, 2)
        tasks = [asyncio.create_task(storing(0))]
        await asyncio.sleep(0)
        tasks += [asyncio.create_task(storing(number)) for number in range(1, 9)]
        for _ in range(8):
            assert await asyncio.to_thread(others.acquire, timeout=60)
        slow.set()
        return await asyncio.gather(*tasks)

    assert asyncio.run(store_all()) == list(range(9))


@pytest.mark.parametrize("at_once", [1, 3])
@pytest.mark.parametrize("results", [[], [True] * 99, None, StopIteration(), OSError("no")])
def test_whatever_a_destination_returns_or_raises_each_image_comes_to_an_end(at_once: int, results: Any) -> None:
    async def store_all() -> list[object]:
        storing = Grouped(Mock(side_effect=[results] * 99), at_once)
        return await asyncio.wait_for(asyncio.gather(*map(storing, range(5)), return_exceptions=True), 60)

    assert all(isinstance(ended, Exception) for ended in asyncio.run(store_all()))


def test_an_image_is_on_the_disk_before_it_has_its_name_and_its_name_before_it_counts_as_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[tuple[str, str]] = []
    flush, link = os.fsync, os.link

    def flushed(number: int) -> None:
        done.append(("on the disk", str(Path(f"/proc/self/fd/{number}").readlink())))
        flush(number)

    def linked(path: Path, target: Path) -> None:
        done.append((str(path), str(target)))
        link(path, target)

    monkeypatch.setattr(os, "fsync", flushed)
    monkeypatch.setattr(os, "link", linked)
    names = ["a/1.png", "a/2.png", "b/3.png"]
    assert destination(str(tmp_path)).store("worker", [(name, PNG) for name in names]) == [True, True, True]
    for name in names:
        (written,) = [path for path, target in done if target == str(tmp_path / name)]
        moved = done.index((written, str(tmp_path / name)))
        assert ("on the disk", written) in done[:moved]
        for folder in ((tmp_path / name).parent, tmp_path):
            assert ("on the disk", str(folder)) in done[moved:]


def test_an_address_without_a_scheme_is_a_folder(tmp_path: Path) -> None:
    assert destination(str(tmp_path)).address("a.png") == str(tmp_path / "a.png")


def test_the_command_that_the_documentation_gives_for_many_machines_runs(
    studio: Studio, tmp_path: Path, s3: str, database: Database
) -> None:
    text = (Path(__file__).parents[2] / "docs/batch.md").read_text("utf-8")
    (command,) = re.findall("^zai-image (batch prompts.jsonl .*)$", text, re.MULTILINE)
    command = command.replace("s3://bucket/images", s3).replace("postgresql://user@host/database", database.address)
    (tmp_path / "prompts.jsonl").write_text('{"prompt": "A fox"}\n{"prompt": "A hen"}\n')
    done = subprocess.run(
        [sys.executable, "-m", "zai_image", *shlex.split(command)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "2 prompts: 2 stored; 2 paid\n"), done.stderr
    assert stored(s3) == {"000001-a-fox.png": PNG, "000002-a-hen.png": PNG}
