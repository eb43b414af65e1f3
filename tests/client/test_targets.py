"""An image is saved in regular files alone; anything else is refused before a byte of the image is asked for."""

from __future__ import annotations

import asyncio
import os
import socket
import stat
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.client.loopback import Peer, peer, replies
from tests.client.test_formats import FILES
from zai_image import AsyncZaiImage, DownloadError, SuffixWarning, ZaiImage

PNG = FILES["PNG"]
Save = Callable[[Any], Path]
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there are no such files on Windows")


@pytest.fixture
def host() -> Iterator[Peer]:
    """Where the image is."""
    with peer(replies(PNG, "image/png")) as server:
        yield server


@pytest.fixture(params=["sync", "async"])
def save(request: pytest.FixtureRequest, host: Peer) -> Save:
    """Save the image with either client."""

    def save_sync(path: Any) -> Path:
        with ZaiImage("a-key", base_url="http://127.0.0.1:1", max_retries=0) as zai:
            return zai.image_at(host.url).save(path)

    def save_async(path: Any) -> Path:
        async def run() -> Path:
            async with AsyncZaiImage("a-key", base_url="http://127.0.0.1:1", max_retries=0) as zai:
                return await zai.image_at(host.url).save(path)

        return asyncio.run(run())

    return save_sync if request.param == "sync" else save_async


def a_folder(path: Path) -> None:
    path.mkdir()


def a_fifo(path: Path) -> None:
    os.mkfifo(path)


def a_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        before = Path.cwd()
        os.chdir(path.parent)
        try:
            listener.bind(path.name)
        finally:
            os.chdir(before)


def a_device(path: Path) -> None:
    path.symlink_to(os.devnull)


def a_link_to_a_folder(path: Path) -> None:
    path.symlink_to(path.parent)


def a_circle_of_links(path: Path) -> None:
    path.symlink_to(path)


def a_link_to_nowhere(path: Path) -> None:
    path.symlink_to(path.parent / "missing" / "kitten.png")


@pytest.mark.parametrize(
    "there",
    [a_folder, a_fifo, a_socket, a_device, a_link_to_a_folder, a_circle_of_links, a_link_to_nowhere],
    ids=lambda there: there.__name__,
)
@pytest.mark.parametrize(
    ("saved", "name"), [("kitten.png", "kitten.png"), ("kitten", "kitten"), ("kitten", "kitten.gif")]
)
def test_what_is_no_regular_file_is_refused_before_the_download(
    there: Callable[[Path], None], saved: str, name: str, save: Save, host: Peer, tmp_path: Path
) -> None:
    there(tmp_path / name)
    before = (tmp_path / name).lstat()
    with pytest.raises(DownloadError, match="could not be stored: ") as failed:
        save(tmp_path / saved)
    assert (failed.value.transient, failed.value.attempts, host.requests) == (False, 0, [])
    assert [path.name for path in tmp_path.iterdir()] == [name]
    after = (tmp_path / name).lstat()
    assert (after.st_ino, after.st_mode) == (before.st_ino, before.st_mode)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        *(("folder", "is a folder"), ("folder/", "names a folder"), (".", ""), ("/", ""), ("", "is no name of a file")),
        *(("n" * 256, "too long"), ("n" * 252, "too long"), ("n" * 252 + ".png", "too long"), ("d/" * 3000 + "d", "")),
        *(("file/kitten.png", "Not a directory"), ("missing/kitten.png", "No such file"), ("a\0b.png", "null")),
        *((7, "int"), (None, "NoneType"), (b"kitten.png", "bytes"), (["kitten.png"], "list")),
    ],
)
def test_what_no_file_can_be_called_is_refused_before_the_download(
    name: Any, told: str, save: Save, host: Peer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("folder").mkdir()
    Path("file").touch()
    with pytest.raises(DownloadError, match=f"could not be stored: .*{told}"):
        save(name)
    assert host.requests == []
    assert sorted(path.name for path in Path().iterdir()) == ["file", "folder"]


@pytest.mark.parametrize("link", ["kitten.png", "latest"])
def test_through_a_link_its_target_is_written(link: str, save: Save, tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    target = tmp_path / "store" / "7.png"
    (tmp_path / link).symlink_to(Path("store") / "7.png")
    for content in (None, b"an older image"):
        if content is not None:
            target.write_bytes(content)
        assert save(tmp_path / link) == tmp_path / link
        assert (tmp_path / link).is_symlink()
        assert target.read_bytes() == PNG
    assert sorted(path.name for path in tmp_path.rglob("*")) == sorted([link, "store", "7.png"])


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644, 0o666, 0o755, 0o400])
@pytest.mark.parametrize("saved", ["kitten.png", "kitten"])
def test_a_file_keeps_its_mode(mode: int, saved: str, save: Save, tmp_path: Path) -> None:
    target = tmp_path / "kitten.png"
    target.touch()
    target.chmod(mode)
    assert save(tmp_path / saved) == target
    assert stat.S_IMODE(target.stat().st_mode) == mode
    assert target.read_bytes() == PNG


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may give files away")
def test_a_file_keeps_its_owner(save: Save, tmp_path: Path) -> None:
    target = tmp_path / "kitten.png"
    target.touch()
    target.chmod(0o640)
    os.chown(target, 65534, 65533)
    save(target)
    kept = target.stat()
    assert (kept.st_uid, kept.st_gid, stat.S_IMODE(kept.st_mode)) == (65534, 65533, 0o640)


def test_what_may_not_be_given_away_is_saved_all_the_same(
    save: Save, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    target = tmp_path / "kitten.png"
    target.touch()
    real = os.fstat
    monkeypatch.setattr("os.fchown", refuse)
    monkeypatch.setattr("os.fstat", lambda file: os.stat_result((*real(file)[:4], 7, 7, *real(file)[6:])))
    assert save(target).read_bytes() == PNG


def test_nobody_reads_the_new_image_who_may_not_read_the_old_one(host: Peer, tmp_path: Path) -> None:
    target = tmp_path / "kitten.png"
    target.touch()
    target.chmod(0o600)
    modes: list[int] = []

    def look(received: int, total: int | None) -> None:
        modes.extend(stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir())

    with ZaiImage("a-key", base_url="http://127.0.0.1:1") as zai:
        zai.image_at(host.url).save(target, progress=look)
    assert set(modes) == {0o600}
    assert len(modes) >= 2


@pytest.mark.unmutated
@pytest.mark.parametrize(
    ("name", "said"), [("kitten.jpg", "image/jpeg"), ("kitten.WEBP", "image/webp"), ("a.txt", "text/plain")]
)
def test_a_suffix_that_belies_the_content_is_warned_of(name: str, said: str, save: Save, tmp_path: Path) -> None:
    with pytest.warns(SuffixWarning, match=f"{name}' says {said}, and the image is image/png") as told:
        assert save(tmp_path / name).read_bytes() == PNG
    assert [Path(warning.filename) for warning in told] == [Path(__file__)]


@pytest.mark.parametrize("name", ["kitten", "kitten.png", "kitten.PNG", "kitten.image", "kitten.v2"])
def test_any_other_suffix_is_the_callers_own(name: str, save: Save, tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert save(tmp_path / name).read_bytes() == PNG
