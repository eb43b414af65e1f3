"""``zai-image generate`` with several prompts: how many at once, what a failure stops, and where the images go."""

from __future__ import annotations

import asyncio
import json
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import KEY, Run
from tests.cli.studio import PNG, Behaviour, Exchange, Studio, made, meeting, refused
from zai_image._images import AsyncImage
from zai_image.cli import _destinations
from zai_image_conformance.server import RunningServer

BLOCKED = refused(400, 1301, "blocked by policy")
REFUSED_KEY = refused(401, 1002, "the key is not valid")


def test_each_prompt_gets_an_image_and_a_line(zai_image: Run, tmp_path: Path, studio: Studio) -> None:
    done = zai_image("generate", "A fox", "A hen", "A cow")
    assert (done.returncode, done.stderr) == (0, "")
    assert sorted(done.stdout.splitlines()) == ["a-cow.png", "a-fox.png", "a-hen.png"]
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == dict.fromkeys(done.stdout.split(), PNG)


def test_a_dash_takes_the_prompts_from_standard_input_one_a_line(zai_image: Run, studio: Studio) -> None:
    done = zai_image("generate", "-", stdin="\ufeffA fox\r\n\n  Ein Löwe\nA hen".encode())
    assert done.returncode == 0, done.stderr
    assert {body["prompt"] for body in studio.asked} == {"A fox", "Ein Löwe", "A hen"}


@pytest.mark.parametrize(("stdin", "told"), [(b" \n\n", "one prompt a line"), (b"A fox\n\xff", "is not UTF-8 text")])
def test_standard_input_without_usable_prompts_ends_with_2(
    zai_image: Run, studio: Studio, stdin: bytes, told: str
) -> None:
    done = zai_image("generate", "-", stdin=stdin)
    assert done.returncode == 2
    assert told in done.stderr
    assert studio.asked == []


@pytest.mark.parametrize(("options", "expected"), [([], 4), (["--concurrency", "2"], 2), (["--concurrency", "8"], 8)])
def test_concurrency_is_how_many_are_under_way_at_once(
    zai_image: Run, studio: Studio, options: list[str], expected: int
) -> None:
    prompts = [f"Fox {number}" for number in range(8)]
    # Nobody is answered before so many are under way; a time-out ends the test where they never are.
    studio.orders = dict.fromkeys(prompts, meeting(asyncio.Barrier(expected)))
    done = zai_image("generate", *prompts, *options, "--timeout", "20")
    assert done.returncode == 0, done.stderr
    assert studio.most_at_once == expected


def test_one_failure_does_not_stop_the_others(zai_image: Run, studio: Studio) -> None:
    studio.orders["A hen"] = BLOCKED
    done = zai_image("generate", "A fox", "A hen", "A cow", "--concurrency", "1")
    assert done.stdout.splitlines() == ["a-fox.png", "a-cow.png"]
    assert done.stderr.splitlines() == [
        "zai-image: prompt 2 (A hen): blocked by policy (HTTP 400, code 1301)",
        "zai-image: 2 of 3 images came",
    ]


@pytest.mark.parametrize(
    ("orders", "code"),
    [
        ({}, 0),
        ({"A fox": BLOCKED}, 1),
        ({"A fox": BLOCKED, "A hen": BLOCKED}, 1),
        ({"A fox": BLOCKED, "A hen": REFUSED_KEY}, 1),
        ({"A hen": REFUSED_KEY}, 1),
        ({"A fox": REFUSED_KEY, "A hen": REFUSED_KEY}, 2),
    ],
)
def test_the_exit_code_is_0_if_all_came_2_if_none_could_be_asked_and_otherwise_1(
    zai_image: Run, studio: Studio, orders: dict[str, Behaviour], code: int
) -> None:
    studio.orders = orders
    assert zai_image("generate", "A fox", "A hen", "--concurrency", "1").returncode == code


@pytest.mark.parametrize("refusal", [REFUSED_KEY, refused(429, 1113, "the account is in arrears")])
def test_a_failure_that_concerns_all_prompts_stops_the_asking(
    zai_image: Run, studio: Studio, refusal: Behaviour
) -> None:
    studio.orders["A hen"] = refusal
    done = zai_image("generate", "A fox", "A hen", "A cow", "A pig", "--concurrency", "1")
    assert [body["prompt"] for body in studio.asked] == ["A fox", "A hen"]
    assert done.stdout == "a-fox.png\n"
    assert done.stderr.endswith("zai-image: 1 of 4 images came\n")


def test_a_wrong_option_is_told_once_and_nothing_is_asked(zai_image: Run, studio: Studio) -> None:
    done = zai_image("generate", "A fox", "A hen", "-s", "16x16")
    assert (done.returncode, done.stdout, studio.asked) == (2, "", [])
    assert done.stderr.startswith("zai-image: 1024x1024 is the nearest valid size: width 16 is too small")
    assert done.stderr.count("width 16 is too small") == 1


def test_a_model_that_the_page_does_not_name_is_warned_of_once(zai_image: Run, studio: Studio) -> None:
    done = zai_image("generate", "A fox", "A hen", "-m", "glm-image-2")
    assert done.returncode == 0
    assert done.stderr.count("the documentation names no model 'glm-image-2'") == 1


def test_json_is_one_object_a_line_that_names_its_prompt(zai_image: Run, studio: Studio) -> None:
    studio.orders["A hen"] = BLOCKED
    done = zai_image("generate", "A fox", "A hen", "Ein Löwe", "--json")
    told = {line["number"]: line.get("path") for line in map(json.loads, done.stdout.splitlines())}
    assert told == {1: "a-fox.png", 2: None, 3: "ein-löwe.png"}


def test_the_same_prompt_twice_makes_two_files(zai_image: Run, studio: Studio) -> None:
    assert sorted(zai_image("generate", "A fox", "A fox").stdout.split()) == ["a-fox-2.png", "a-fox.png"]


@pytest.mark.parametrize("name", ["farm", "farm/"])
def test_output_may_be_a_folder(zai_image: Run, tmp_path: Path, studio: Studio, name: str) -> None:
    (tmp_path / "farm").mkdir()
    done = zai_image("generate", "A fox", "A hen", "-o", name)
    assert sorted(map(Path, done.stdout.splitlines())) == [Path("farm/a-fox.png"), Path("farm/a-hen.png")]
    assert len(list((tmp_path / "farm").iterdir())) == 2


def test_output_may_hold_the_prompts_number_with_as_many_digits_as_the_last(zai_image: Run, studio: Studio) -> None:
    prompts = [f"Fox {number}" for number in range(1, 11)]
    done = zai_image("generate", *prompts, "-o", "fox-{n}.png", "--json", "--concurrency", "10")
    told = {line["prompt"]: line["path"] for line in map(json.loads, done.stdout.splitlines())}
    assert told == {prompt: f"fox-{number:02}.png" for number, prompt in enumerate(prompts, start=1)}


@pytest.mark.parametrize(
    ("output", "told"),
    [
        ("fox.png", "give a folder, or a name with {n}, such as 'fox-{n}.png': 'fox.png' is one file for 2 images"),
        ("missing/", "make the folder 'missing' first"),
        ("missing/{n}.png", "make the folder 'missing' first"),
    ],
)
def test_output_that_cannot_take_several_images_is_refused_before_any_is_asked_for(
    zai_image: Run, studio: Studio, output: str, told: str
) -> None:
    done = zai_image("generate", "A fox", "A hen", "-o", output)
    assert (done.returncode, done.stdout, studio.asked) == (2, "", [])
    assert told in done.stderr


def test_all_are_made_by_one_embedded_server(zai_image: Run) -> None:
    done = zai_image("generate", "A fox", "A hen", "--local")
    assert (done.returncode, len(done.stdout.splitlines())) == (0, 2)


@pytest.mark.parametrize("output", ["farm", "farm/{n}.png"])
def test_an_image_that_cannot_be_stored_is_told_with_its_link_for_it_is_paid(
    zai_image: Run, tmp_path: Path, studio: Studio, output: str
) -> None:
    farm = tmp_path / "farm"
    farm.mkdir()

    async def made_while_the_folder_goes(exchange: Exchange) -> None:
        farm.rmdir()
        await made(exchange)

    studio.orders["A fox"] = made_while_the_folder_goes
    done = zai_image("generate", "A fox", "-o", output)
    assert (done.returncode, done.stdout) == (1, "")
    assert "/images/A%20fox could not be stored: " in done.stderr


def test_a_name_that_cannot_be_had_leaves_no_nameless_image(
    zai_image: Run, tmp_path: Path, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, *_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(_destinations, "_renamed", full)
    done = zai_image("generate", "A fox")
    assert (done.returncode, done.stdout) == (1, "")
    assert "/images/A%20fox could not be stored: [Errno 28] No space left on device" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_bug_that_one_prompt_meets_is_told_once_what_is_under_way_is_stored(
    zai_image: Run,
    tmp_path: Path,
    studio: Studio,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    met = threading.Event()
    store = _destinations.NewFiles.store

    async def store_or_fail(files: _destinations.NewFiles, image: AsyncImage, **rest: Any) -> Path:
        if rest["prompt"] == "A fox":
            met.set()
            raise ValueError("a bug")
        return await store(files, image, **rest)

    async def made_after_it(exchange: Exchange) -> None:
        await asyncio.to_thread(met.wait, 30)
        await made(exchange)

    monkeypatch.setattr(_destinations.NewFiles, "store", store_or_fail)
    studio.orders["A hen"] = made_after_it
    with pytest.raises(ValueError, match="a bug"):
        zai_image("generate", "A fox", "A hen", "A cow", "--concurrency", "2")
    assert capfd.readouterr().out == "a-hen.png\n"
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a-hen.png": PNG}
    assert {body["prompt"] for body in studio.asked} == {"A fox", "A hen"}


@pytest.mark.parametrize("prompts", [["A fox"], ["A fox", "A hen"]])
def test_the_key_is_on_no_output(zai_image: Run, studio: Studio, prompts: list[str]) -> None:
    echo = refused(400, 1214, f"Authorization: Bearer {KEY} is what you sent")
    for refusal in (None, echo, refused(401, 1002, f"no such key: {KEY}")):
        studio.orders = {"A fox": refusal} if refusal else {}
        for options in ([], ["--json"], ["--api-key", KEY], ["-s", "16x16"], ["--base-url", "http://127.0.0.1:9"]):
            done = zai_image("generate", *prompts, *options)
            assert KEY not in done.stdout + done.stderr
    assert len(studio.asked) > 0


def test_the_embedded_server_saw_each_prompt_once(zai_image: Run, server: RunningServer) -> None:
    prompts = {f"Fox {number}" for number in range(6)}
    done = zai_image("generate", *prompts, ZAI_API_KEY=server.api_key, ZAI_BASE_URL=server.url)
    assert done.returncode == 0, done.stderr
    orders = [json.loads(request.body)["prompt"] for request in server.requests if request.method == "POST"]
    assert sorted(orders) == sorted(prompts)
