"""``zai-image conform``: its options, its reports, its exit codes."""

from __future__ import annotations

import errno
import io
import json
import os
import re
import sys
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest

from tests.cli.conftest import Run
from tests.cli.test_documentation import DOCUMENT
from tests.conformance.altered import KEY, Altered, Answer, Call
from zai_image.cli import _live, _reports
from zai_image_conformance.model import Exchange, Request
from zai_image_conformance.report.summary import counted
from zai_image_conformance.requirements import catalogue
from zai_image_conformance.server import RunningServer, application, listening
from zai_image_conformance.suite import schemathesis
from zai_image_conformance.suite.runner import plan
from zai_image_conformance.suite.session import Session

pytestmark = pytest.mark.score

ONE = ("--requirement", "PROMPT-REQUIRED", "--seed", "0", "--model", "glm-image")
ENDPOINT = "/images/generations"


def test_list_shows_id_level_cost_and_sentence_of_each_requirement(zai_image: Run) -> None:
    done = zai_image("conform", "--list")
    assert done.returncode == 0
    lines = dict(line.split(maxsplit=1) for line in done.stdout.splitlines())
    assert lines.keys() == {requirement.id for requirement in catalogue()}
    for requirement in catalogue():
        line = lines[requirement.id]
        assert line.startswith(requirement.level)
        costs = [request for request in plan().requests if requirement.id in request.requirements]
        images = sum(request.paid for request in costs)
        assert f" {counted(images, 'image')} {len(costs) - images:3} free " in line
        assert line.endswith(requirement.source)


def test_a_dry_run_prints_plan_and_cost_and_asks_nothing(zai_image: Run, server: RunningServer) -> None:
    done = zai_image("conform", server.url, "--dry-run", "--budget", "2")
    assert done.returncode == 0
    assert server.requests == ()
    kinds = [line.split()[0] for line in done.stdout.splitlines()[:-1]]
    assert kinds.count("image") == 2
    assert f"{len(kinds)} requests of which a right server answers 2 with an image" in done.stdout
    assert "a full verdict takes 24 images" in done.stdout


def test_where_a_package_is_missing_it_says_which_extra_brings_it(
    zai_image: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in [name for name in sys.modules if name.startswith("zai_image_conformance.")]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "jsonschema_rs", None)
    done = zai_image("conform", "--list")
    assert (done.returncode, done.stdout) == (2, "")
    assert "jsonschema_rs is missing" in done.stderr
    assert "pip install 'zai-image[conformance]'" in done.stderr
    assert "`pip install 'zai-image[conformance]'` and says so" in DOCUMENT


def test_thoroughness_plans_more_of_what_is_generated(zai_image: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    # Which takes a while, and has tests of its own.
    monkeypatch.setattr(schemathesis, "generated", lambda mode, seed: ())
    # A seed of its own, since what was generated is remembered.
    one = ("--requirement", "SIZE-GLM-STEP", "--seed", "4711")
    plans = [zai_image("conform", "--dry-run", *thorough, *one).stdout for thorough in ((), ("--thorough",))]
    usual, thorough = (plan.count("generated") for plan in plans)
    assert usual <= 1 < 5 <= thorough


@pytest.mark.parametrize("options", [(), ("--concurrency", "1"), ("--concurrency", "8"), ("--profile", "strict")])
def test_the_embedded_server_conforms_with_any_option(zai_image: Run, options: tuple[str, ...]) -> None:
    done = zai_image("conform", "--local", "--budget", "3", *options)
    assert done.returncode == 0, done.stdout


def test_the_reports_of_a_verdict_agree(zai_image: Run, server: RunningServer, tmp_path: Path) -> None:
    files = ("--report-json", "v.json", "--junit", "v.xml", "--report-html", "v.html", "--markdown", "v.md")
    done = zai_image("conform", server.url, "--api-key", server.api_key, *ONE, *files)
    assert done.returncode == 0, done.stderr
    report = json.loads((tmp_path / "v.json").read_text("utf-8"))
    assert report["exit_code"] == 0
    assert [(each["id"], each["result"]) for each in report["requirements"]] == [("PROMPT-REQUIRED", "pass")]
    suite = Xml.parse(tmp_path / "v.xml").getroot()[0]
    assert int(suite.attrib["tests"]) == len(report["requirements"][0]["outcomes"])
    assert (suite.attrib["failures"], suite.attrib["errors"]) == ("0", "0")
    page = (tmp_path / "v.html").read_text("utf-8")
    assert report["summary"] in page
    assert report["summary"] in done.stdout


def test_no_report_holds_the_key_or_lets_a_servers_words_act(zai_image: Run, tmp_path: Path) -> None:
    def shouting(call: Call, answer: Answer) -> Answer:
        return Answer(418, {"content-type": "text/html"}, f"<script>alert('{KEY}')</script>\x1b[2J ]]> \x00".encode())

    files = ("--report-json", "v.json", "--junit", "v.xml", "--report-html", "v.html", "--markdown", "v.md")
    with listening(Altered(application(api_key=KEY), after=shouting)) as origin:
        done = zai_image("conform", f"{origin}/api", *files, "--requirement", "ERROR-BODY", ZAI_API_KEY=KEY)
    assert done.returncode == 1
    reports = [(tmp_path / name).read_text("utf-8") for name in ("v.json", "v.xml", "v.html", "v.md")]
    for text in (done.stdout, done.stderr, *reports):
        assert KEY not in text
        assert "\x1b" not in text
    assert "<script>" not in reports[2]
    assert int(Xml.fromstring(reports[1])[0].attrib["failures"]) > 0


def test_no_auth_sends_no_key_and_judges_none(zai_image: Run) -> None:
    keys: set[str | None] = set()

    def opening(call: Call) -> Call:
        keys.add(call.headers.get("authorization"))
        return Call(call.method, call.path, {**call.headers, "authorization": f"Bearer {KEY}"}, call.body)

    with listening(Altered(application(api_key=KEY), before=opening)) as origin:
        done = zai_image("conform", f"{origin}/api", "--no-auth", "--budget", "1", ZAI_API_KEY=KEY)
    assert done.returncode == 0, done.stdout
    assert keys == {None}
    assert "AUTH-MISSING, AUTH-WRONG, AUTH-SCHEME: skipped, no key was given" in done.stdout


def test_an_empty_key_is_none_and_without_one_it_says_how_to_give_one(zai_image: Run, server: RunningServer) -> None:
    done = zai_image("conform", server.url, *ONE, ZAI_API_KEY="")
    assert done.returncode == 2
    told = done.stdout.splitlines()[-1]
    assert "the server wants a key: 401 " in told
    assert "; set ZAI_API_KEY, or pass --api-key (to pytest: --zai-api-key)" in told


@pytest.mark.parametrize(
    "arguments",
    [
        ("--local", "--budget", "0"),
        ("--local", "--requirement", "SIZE-MADE-UP"),
        ("--dry-run", "--requirement", "SIZE-MADE-UP"),
        ("--local", "--profile", "made-up"),
        ("--local", "--no-auth"),
        ("http://127.0.0.1:9/api", "--no-auth", "--api-key", "k"),
        ("--local", "http://127.0.0.1:9/api"),
        (),
    ],
)
def test_what_cannot_be_asked_ends_with_2(zai_image: Run, arguments: tuple[str, ...]) -> None:
    assert zai_image("conform", *arguments).returncode == 2


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--report-json", "no/such/v.json"], "--report-json: there is no folder 'no/such' to write to; make it first"),
        (["--report-html", ""], "--report-html wants a file, and '.' is none"),
        (["--junit", "."], "--junit wants a file, and '.' is none"),
        (
            ["--junit", "v", "--report-json", "./v"],
            "--report-json and --junit name the same file, v; give each its own",
        ),
    ],
)
def test_a_report_that_cannot_be_written_is_refused_before_anything_is_asked(
    zai_image: Run, server: RunningServer, options: list[str], told: str
) -> None:
    done = zai_image("conform", server.url, "--api-key", server.api_key, *ONE, *options)
    assert (done.returncode, done.stdout, server.requests) == (2, "", ())
    assert told in done.stderr


def test_where_one_report_fails_the_others_and_the_verdict_are_told(
    zai_image: Run, server: RunningServer, tmp_path: Path
) -> None:
    reports = ["--report-json", "v.json", "--junit", "/dev/full", "--report-html", "v.html"]
    done = zai_image("conform", server.url, "--api-key", server.api_key, *ONE, *reports)
    assert done.returncode == 2
    assert "conforms: the one tested requirement is kept" in done.stdout
    assert done.stderr == "zai-image: cannot write /dev/full: No space left on device\n"
    assert {path.name for path in tmp_path.iterdir()} == {"v.json", "v.html"}


@pytest.mark.parametrize("asks_nothing", [["--list"], ["--dry-run"], ["--compare", "a", "b"]])
def test_where_no_server_is_asked_there_is_no_report(zai_image: Run, asks_nothing: list[str]) -> None:
    done = zai_image("conform", *asks_nothing, "--junit", "v.xml")
    assert (done.returncode, done.stdout) == (2, "")
    assert "leave out --junit" in done.stderr


class Terminal(io.StringIO):
    """Standard error as a terminal."""

    def isatty(self) -> bool:
        return True


def test_on_a_terminal_a_line_tells_what_is_asked_found_spent_and_left(
    zai_image: Run, server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(_live, "_EVERY", 0)
    options = ("--requirement", "SIZE-GLM-STEP", "--requirement", "ERROR-BODY", "--model", "glm-image")
    with server.fault("nested-error"):
        done = zai_image("conform", server.url, "--api-key", server.api_key, *options)
    assert done.returncode == 1
    *versions, cleared = terminal.getvalue().split("\r\x1b[K")[1:]
    assert cleared == ""
    told = [
        re.fullmatch(r"(\d+) requests, (\d+) left; (\d+) images spent; (\d) requirements broken", line)
        for line in versions
    ]
    numbers = [tuple(map(int, match.groups())) for match in told if match]
    assert len(numbers) == len(versions) == len(plan(requirements=options[1:4:2], models=options[5:]).requests)
    sent, left, images, broken = zip(*numbers, strict=True)
    assert {one + other for one, other in zip(sent, left, strict=True)} == {len(versions) + 1}
    assert (sent[-1], left[-1], broken[-1]) == (len(versions) + 1, 0, 1)
    assert list(sent) == sorted(sent)
    assert images[-1] > 0


def test_of_a_verdict_that_is_broken_off_what_was_found_is_reported(
    zai_image: Run, server: RunningServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = Session.send

    def interrupted(session: Session, request: Request) -> Exchange:
        if len(session.exchanges) == 5:
            raise KeyboardInterrupt
        return send(session, request)

    monkeypatch.setattr(Session, "send", interrupted)
    options = ("--concurrency", "1", "--report-json", "v.json")
    done = zai_image("conform", server.url, "--api-key", server.api_key, *options)
    assert done.returncode == 2
    assert f"could not judge {server.url}: interrupted (so far 0 broken; 5 requests, 0 images, " in done.stdout
    report = json.loads((tmp_path / "v.json").read_text())
    assert (report["exit_code"], report["problem"], report["requests"]) == (2, "interrupted", 5)
    assert len(report["exchanges"]) == 5


@pytest.mark.parametrize("reason", [errno.EACCES, errno.EBUSY])
def test_a_report_whose_place_no_other_file_may_take_is_written_in_place(
    zai_image: Run, server: RunningServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reason: int
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(reason, os.strerror(reason))

    monkeypatch.setattr(_reports, "PartialFile", refuse)
    (tmp_path / "there.json").write_text("old")
    arguments = ("conform", server.url, "--api-key", server.api_key, *ONE, "--report-json")
    assert zai_image(*arguments, "there.json").returncode == 0
    assert json.loads((tmp_path / "there.json").read_text())["exit_code"] == 0
    done = zai_image(*arguments, "new.json")
    assert (done.returncode, done.stderr) == (2, f"zai-image: cannot write new.json: {os.strerror(reason)}\n")


def test_an_embedded_server_that_cannot_be_started_ends_with_2_and_the_reason(
    zai_image: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    monkeypatch.setattr("zai_image_conformance.server.running", refuse)
    done = zai_image("conform", "--local", *ONE)
    assert (done.returncode, done.stdout) == (2, "")
    assert "the embedded server cannot be started: Too many open files" in done.stderr


def test_a_model_of_any_name_is_printed_as_text(zai_image: Run) -> None:
    done = zai_image("conform", "--dry-run", "--model", "\x1b]0;own\x07x")
    assert done.returncode == 0
    assert done.stdout.replace("\n", "").isprintable()


def test_the_seed_is_printed_and_draws_the_same_again(zai_image: Run, server: RunningServer) -> None:
    done = zai_image("conform", server.url, "--api-key", server.api_key, *ONE[:2], "--seed", "1234")
    assert "seed 1234" in done.stdout
