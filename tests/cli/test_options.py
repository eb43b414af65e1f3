"""Options of ``zai-image generate`` that say what to send, where to put it, and how much to tell."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest

from tests.cli.conftest import KEY, Run
from tests.cli.studio import PNG, Exchange, Studio, refused
from zai_image.cli import cli

BLOCKED = refused(400, 1301, "blocked by policy")


async def unusable(exchange: Exchange) -> None:
    """Answer with JSON that holds neither an image nor an error."""
    await exchange.answer(200, b"{}")


def test_a_dry_run_prints_what_would_be_sent_and_sends_nothing(zai_image: Run, studio: Studio, tmp_path: Path) -> None:
    options = ("-s", "16:9", "--param", "seed=7", "--param", 'style="vivid"')
    dry = zai_image("generate", "A fox", "A hen", *options, "--dry-run", ZAI_API_KEY="")
    assert (dry.returncode, dry.stderr, studio.asked, list(tmp_path.iterdir())) == (0, "", [], [])
    told = [json.loads(line) for line in dry.stdout.splitlines()]
    assert {line["method"] for line in told} == {"POST"}
    assert all(line["url"].endswith("/api/paas/v4/images/generations") for line in told)
    done = zai_image("generate", "A fox", "A hen", *options, "--concurrency", "1", ZAI_API_KEY=KEY)
    assert done.returncode == 0, done.stderr
    assert [line["body"] for line in told] == studio.asked
    assert studio.asked[0] | {"seed": 7, "style": "vivid"} == studio.asked[0]


def test_a_dry_run_refuses_what_would_be_refused(zai_image: Run, studio: Studio) -> None:
    done = zai_image("generate", "A fox", "-s", "1000x1000", "--dry-run")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("zai-image: 1024x1024 is the nearest valid size: ")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("seed", "write NAME=JSON, such as seed=7"),
        ("=7", "write NAME=JSON, such as seed=7"),
        ("style=vivid", """write style='"vivid"' for a text: 'vivid' is not JSON"""),
        ("size=1", "give size by its own argument or option"),
    ],
)
def test_a_param_that_cannot_be_sent_is_refused_with_what_to_write(
    zai_image: Run, studio: Studio, given: str, told: str
) -> None:
    done = zai_image("generate", "A fox", "--param", given)
    assert (done.returncode, done.stdout, studio.asked) == (2, "", [])
    assert told in " ".join(done.stderr.split())


@pytest.mark.parametrize("prompt", ["", " ", "\t\n"])
def test_an_empty_prompt_is_refused(zai_image: Run, studio: Studio, prompt: str) -> None:
    done = zai_image("generate", "A fox", prompt)
    assert (done.returncode, studio.asked) == (2, [])
    assert "describe an image: prompt 2 is empty" in done.stderr


def test_a_dash_as_output_writes_the_image_to_standard_output(studio: Studio, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "zai_image", "generate", "A fox", "-o", "-"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=True, timeout=60)
    assert (done.stdout, done.stderr, list(tmp_path.iterdir())) == (PNG, b"", [])


def test_standard_output_that_does_not_take_the_image_costs_no_url(studio: Studio, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "zai_image", "generate", "A fox", "-o", "-"]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            command, cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, check=False
        )
    assert done.returncode == 1
    assert "/images/A%20fox: No space left on device" in done.stderr


@pytest.mark.parametrize("arguments", [["A fox", "A hen"], ["A fox", "--json"]])
def test_standard_output_takes_one_image_and_nothing_else(zai_image: Run, studio: Studio, arguments: list[str]) -> None:
    done = zai_image("generate", *arguments, "-o", "-")
    assert (done.returncode, done.stdout, studio.asked) == (2, "", [])
    assert "standard output takes" in " ".join(done.stderr.split())


@pytest.mark.parametrize("output", ["/proc/fox.png", "/proc", "x" * 300 + ".png"])
def test_a_destination_that_takes_no_file_is_refused_before_anything_is_charged(
    zai_image: Run, studio: Studio, output: str
) -> None:
    done = zai_image("generate", "A fox", "-o", output)
    assert (done.returncode, done.stdout, studio.asked) == (2, "", [])
    assert "choose another --output" in done.stderr


def test_a_full_disk_is_found_before_anything_is_charged(studio: Studio, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "zai_image", "generate", "A fox"],
        cwd=tmp_path,
        # Not a byte more fits into any file.
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout, studio.asked, list(tmp_path.iterdir())) == (2, "", [], [])
    assert "choose another --output" in done.stderr


def test_json_tells_failures_too_with_what_an_operator_needs(zai_image: Run, studio: Studio) -> None:
    studio.orders["A hen"] = BLOCKED
    done = zai_image("generate", "A fox", "A hen", "--json", "-s", "1024x1024", "--concurrency", "1")
    stored, failed = map(json.loads, done.stdout.splitlines())
    assert (stored["number"], stored["path"]) == (1, "a-fox.png")
    assert failed == {
        "number": 2,
        "prompt": "A hen",
        "model": "glm-image",
        "size": "1024x1024",
        "request_id": None,
        "error": "blocked by policy (HTTP 400, code 1301)",
        "kind": "ContentBlockedError",
        "status": 400,
        "code": 1301,
        "may_be_charged": False,
    }


def test_a_failure_that_several_prompts_meet_is_told_once(zai_image: Run, studio: Studio) -> None:
    prompts = ["A fox", "A hen", "A cow"]
    studio.orders = dict.fromkeys(prompts, BLOCKED)
    done = zai_image("generate", *prompts, "--concurrency", "3")
    assert done.stderr.count("blocked by policy (HTTP 400, code 1301)") == 1
    assert " failed like prompt " in done.stderr
    assert done.stderr.endswith("zai-image: 0 of 3 images came\n")


@pytest.mark.parametrize(("failure", "at_most"), [(BLOCKED, 10), (unusable, 3)])
def test_the_same_failure_in_a_row_stops_the_run(zai_image: Run, studio: Studio, failure: Any, at_most: int) -> None:
    prompts = [f"Fox {number}" for number in range(30)]
    studio.orders = dict.fromkeys(prompts, failure)
    done = zai_image("generate", *prompts, "--concurrency", "1")
    assert done.returncode == 1
    assert len(studio.asked) == at_most
    assert "zai-image: stopped: " in done.stderr


def test_quiet_tells_results_and_errors_and_nothing_else(zai_image: Run, studio: Studio) -> None:
    studio.orders["A hen"] = BLOCKED
    done = zai_image("generate", "A fox", "A hen", "-m", "glm-image-2", "--quiet", "--concurrency", "1")
    assert done.stdout == "a-fox.png\n"
    assert done.stderr == "zai-image: prompt 2 (A hen): blocked by policy (HTTP 400, code 1301)\n"


def test_a_file_whose_suffix_says_another_format_is_warned_of(zai_image: Run, studio: Studio, tmp_path: Path) -> None:
    done = zai_image("generate", "A fox", "-o", "fox.jpg")
    assert (done.returncode, done.stdout) == (0, "fox.jpg\n")
    assert done.stderr == "zai-image: warning: 'fox.jpg' says image/jpeg, and the image is image/png\n"
    assert zai_image("generate", "A fox", "-o", "fox.jpg", "--quiet").stderr == ""
    assert zai_image("generate", "A fox", "-o", "fox.png").stderr == ""


def test_verbose_tells_each_attempt_in_a_line(zai_image: Run, studio: Studio) -> None:
    studio.orders["A fox"] = refused(429, 1302, "slow down")
    done = zai_image("generate", "A fox", "--verbose")
    attempts = [line for line in done.stderr.splitlines() if "429" in line and "attempt" in line]
    assert len(attempts) == len(studio.asked) == 3
    assert KEY not in done.stderr
    assert zai_image("generate", "A hen").stderr == ""


def test_v_tells_the_version(zai_image: Run) -> None:
    assert zai_image("-V").stdout == zai_image("--version").stdout != ""


@pytest.mark.parametrize("width", range(40, 121, 10))
def test_no_help_text_is_cut(zai_image: Run, width: int) -> None:
    def words(text: str) -> str:
        # A long word may be broken where a line ends.
        return "".join(text.split())

    context = click.Context(cli, info_name="zai-image", terminal_width=width)
    overview = words(cli.get_help(context))
    for name, command in cli.commands.items():
        assert words((command.help or "").partition("\n\n")[0]) in overview
        shown = words(command.get_help(click.Context(command, info_name=name, parent=context, terminal_width=width)))
        for option in command.params:
            if isinstance(option, click.Option):
                assert words(option.help or "") in shown


def test_sizes_of_a_model_that_the_page_does_not_name_say_so(zai_image: Run) -> None:
    done = zai_image("sizes", "--model", "glm-image-9", "--check", "1024x1024")
    assert "the page names no model 'glm-image-9'" in done.stderr
    assert zai_image("sizes", "--model", "glm-image").stderr == ""
