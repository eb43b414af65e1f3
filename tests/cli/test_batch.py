"""``zai-image batch``: what it prints, how it ends, and its contact sheet; what it does is in tests/batch."""

from __future__ import annotations

import json
import os
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.cli.conftest import KEY, Run
from tests.cli.studio import Gate, Studio, refused
from tests.cli.terminal import on_terminal

BLOCKED = refused(400, 1301, "blocked by policy")
HOSTILE = "<script>alert(1)</script> \x1b[2J"


@pytest.fixture
def source(tmp_path: Path) -> str:
    (tmp_path / "in.txt").write_text("A fox\nA hen\nA cow\n")
    return "in.txt"


def test_json_tells_each_event_and_a_summary(zai_image: Run, studio: Studio, source: str) -> None:
    studio.orders["A hen"] = BLOCKED
    done = zai_image("batch", source, "-o", "out", "--json", "--concurrency", "1")
    assert done.returncode == 1
    *events, summary = map(json.loads, done.stdout.splitlines())
    assert [(event["event"], event["number"]) for event in events] == [("stored", 1), ("refused", 2), ("stored", 3)]
    assert events[1]["error"] == "blocked by policy (HTTP 400, code 1301)"
    assert (summary["stored"], summary["refused"], summary["paid"], summary["unknown"]) == (2, 1, 2, 0)


def test_status_tells_what_is_unknown_and_refused_and_sends_nothing(
    zai_image: Run, studio: Studio, source: str
) -> None:
    studio.orders = {"A hen": BLOCKED, "A cow": refused(500, 500, "broken")}
    done = zai_image("batch", source, "-o", "out", "--concurrency", "1")
    assert (done.returncode, done.stdout) == (1, "3 prompts: 1 stored, 1 refused, 1 unknown; 2 paid\n")
    assert "--retry-unknown sends it again" in done.stderr
    for arguments in ([source, "--status"], ["--status", f"{source}.journal.sqlite"]):
        told = zai_image("batch", *arguments).stdout.splitlines()
        assert told[0] == "3 prompts: 1 stored, 1 refused, 1 unknown; 2 paid"
        assert told[1].startswith("unknown 000003 (A cow): broken")
        assert told[2].startswith("refused 000002 (A hen): blocked")
    *rows, summary = map(json.loads, zai_image("batch", source, "--status", "--json").stdout.splitlines())
    assert [row["state"] for row in rows] == ["refused", "unknown"]
    assert summary["prompts"] == 3
    assert len(studio.asked) == 3


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "give an input and where images go"),
        (["in.txt"], "give an input and where images go"),
        (["missing.txt", "-o", "out"], "choose another input"),
        (["in.txt", "-o", "/proc/out"], "choose another destination"),
        (["in.txt", "-o", "out", "--rate", "fast"], "write a number of requests such as 60/min"),
        (["in.txt", "-o", "out", "--name", "{date}"], "there is no {date}"),
        (["in.txt", "-o", "out", "--journal", "mysql://host/db"], "write postgresql://user@host/database"),
        (["--status", "missing.sqlite"], "give the journal of a run"),
        (["in.txt", "-o", "out", "--html", "missing/a.html"], "make the folder 'missing' first"),
    ],
)
def test_what_cannot_run_ends_with_2_says_what_would_and_sends_nothing(
    zai_image: Run, studio: Studio, source: str, arguments: list[str], told: str
) -> None:
    done = zai_image("batch", *arguments)
    assert (done.returncode, done.stdout, studio.asked) == (2, "", [])
    assert told in " ".join(done.stderr.split())


class Sheet(HTMLParser):
    """The images, links and elements of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.images: list[str] = []
        self.elements: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        if tag == "img":
            self.images.append(dict(attrs)["src"] or "")


def test_the_contact_sheet_shows_images_prompts_and_failures(zai_image: Run, studio: Studio, tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text("".join(json.dumps({"prompt": prompt}) + "\n" for prompt in ("A fox", HOSTILE)))
    studio.orders[HOSTILE] = BLOCKED
    done = zai_image("batch", "in.jsonl", "-o", "out", "--html", "sheet.html")
    assert done.returncode == 1
    page = (tmp_path / "sheet.html").read_text("utf-8")
    sheet = Sheet(page)
    assert sheet.images == ["out/000001-a-fox.png"]
    assert "script" not in sheet.elements
    assert "blocked by policy" in page
    assert "&lt;script&gt;" in page


def test_the_contact_sheet_of_a_store_that_no_browser_reads_shows_the_urls_of_the_api(
    zai_image: Run, studio: Studio, tmp_path: Path, source: str
) -> None:
    assert zai_image("batch", source, "-o", "memory://sheet", "--html", "sheet.html").returncode == 0
    page = (tmp_path / "sheet.html").read_text("utf-8")
    origin = os.environ["ZAI_BASE_URL"].removesuffix("/api")
    assert Sheet(page).images == [f"{origin}/images/{name}" for name in ("A%20fox", "A%20hen", "A%20cow")]
    assert "memory://sheet/000001-a-fox.png" in page


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_a_table_fits_the_terminal(tmp_path: Path, studio: Studio, columns: int) -> None:
    (tmp_path / "in.jsonl").write_text(json.dumps({"prompt": HOSTILE}) + "\n" + json.dumps({"prompt": "A cow"}))
    gate = Gate()
    studio.orders = {HOSTILE: BLOCKED, "A cow": gate.holding_the_order}
    environment = {"COLUMNS": str(columns), "NO_COLOR": "1"}
    with on_terminal("batch", "in.jsonl", "-o", "out", folder=tmp_path, environment=environment) as terminal:
        assert gate.arrived.wait(30)
        for told in ("0 of 2", "under way", "time left", "refused 000001"):
            terminal.read_until(told)
        gate.open()
        assert terminal.read_to_the_end() == 1
    assert "\x1b[2J" not in terminal.written


def test_a_terminal_shows_a_table_while_it_works_and_only_the_summary_in_the_end(
    tmp_path: Path, studio: Studio, source: str
) -> None:
    gate = Gate()
    studio.orders["A cow"] = gate.holding_the_order
    with on_terminal("batch", source, "-o", "out", folder=tmp_path) as terminal:
        terminal.read_until("2 of 3")
        for heading in ("a minute", "paid", "under way", "failing", "time left"):
            assert heading in terminal.text
        gate.open()
        assert terminal.line() == "3 prompts: 3 stored; 3 paid\n"
        assert terminal.read_to_the_end() == 0
    assert KEY not in terminal.written
