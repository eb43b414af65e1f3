"""Reading prompts: every form says the same, and what cannot be used is told with its line before anything is sent."""

from __future__ import annotations

import csv
import json
import os
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zai_image import AsyncZaiImage
from zai_image.batch import Input, InputError, Prompt
from zai_image.batch._input import parameters_of

PARAMETERS = parameters_of(AsyncZaiImage("a-key").images.generate)
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1).filter(str.strip)
FIELDS = st.fixed_dictionaries(
    {"prompt": TEXTS}, optional={"model": TEXTS, "size": TEXTS, "id": TEXTS.map(lambda t: t[:9])}
)


def read(path: Path) -> list[Prompt]:
    return list(Input(path, *PARAMETERS))


@settings(max_examples=25)
@given(
    st.lists(FIELDS.filter(lambda fields: fields.get("id", "1").strip()), min_size=1),
    st.sampled_from(["utf-8", "utf-8-sig"]),
    st.sampled_from(["\n", "\r\n"]),
)
def test_json_lines_and_csv_say_the_same(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, str]], encoding: str, end: str
) -> None:
    folder = tmp_path_factory.mktemp("input")
    (folder / "in.jsonl").write_text("".join(f"{json.dumps(row)}{end}" for row in rows), encoding, newline="")
    with (folder / "in.csv").open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, ["prompt", "model", "size", "id"], lineterminator=end, quoting=csv.QUOTE_ALL)
        writer.writeheader()
        writer.writerows(rows)
    prompts = read(folder / "in.jsonl")
    assert prompts == read(folder / "in.csv")
    assert [(prompt.text, prompt.number) for prompt in prompts] == [
        (row["prompt"], number) for number, row in enumerate(rows, start=1)
    ]
    for prompt, row in zip(prompts, rows, strict=True):
        assert prompt.parameters == {name: row[name] for name in ("model", "size") if name in row}


def test_text_is_a_prompt_a_line(tmp_path: Path) -> None:
    path = tmp_path / "in.txt"
    path.write_bytes("\ufeffA fox\r\n\n  Ein Löwe \n".encode())
    assert [(prompt.id, prompt.text) for prompt in read(path)] == [("000001", "A fox"), ("000002", "Ein Löwe")]


def test_any_parameter_of_generate_may_be_given(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text(json.dumps({"prompt": "A fox", "extra_body": {"seed": 7}, "timeout": 9, "size": None}))
    assert read(path)[0].parameters == {"extra_body": {"seed": 7}, "timeout": 9}
    path = tmp_path / "in.csv"
    path.write_text('prompt,extra_body,timeout,size\nA fox,"{""seed"": 7}",9,\n')
    assert read(path)[0].parameters == {"extra_body": {"seed": 7}, "timeout": 9}


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("in.jsonl", '{"prompt": "A fox"}\n{"prompt": ""}', "line 2: describe an image"),
        ("in.jsonl", '{"prompt": 7}', "line 1: describe an image"),
        ("in.jsonl", "\nfox", "line 2: write one JSON object a line"),
        ("in.jsonl", '["A fox"]', "line 1: write a JSON object"),
        ("in.jsonl", '{"prompt": "A fox", "colour": "red"}', "line 1: use "),
        ("in.jsonl", '{"prompt": "A fox", "id": []}', "line 1: write `id` as a text"),
        ("in.jsonl", '{"prompt": "A \\ud800 fox"}', "line 1: leave out halves of surrogate pairs"),
        ("in.jsonl", '{"prompt": "A \\u0000 fox"}', "line 1: leave out the null character"),
        ("in.csv", "text\nA fox", "line 1: begin with a line that names each column"),
        ("in.csv", "prompt,size\nA fox, red,1x1", "line 2: put commas in quotes"),
        ("in.csv", "prompt,timeout\nA fox,soon", "line 2: write timeout as JSON"),
        ("in.csv", 'prompt\n"A fox', "write CSV with quotes"),
        ("in.txt", b"A fox\n\xff", "as UTF-8"),
        ("in.txt", "A fox".encode("utf-16"), "as UTF-8"),
        ("in.txt", " \n\n", "write a prompt a line"),
        ("in.csv", "prompt,size\n", "write a prompt a line"),
        ("in.csv", "prompt;size\nA fox;1x1", "line 1: begin with a line that names each column"),
        ("in.csv", f"prompt\n{'x' * 200_000}", "line 2: write CSV with quotes around texts: field larger"),
        ("missing.txt", None, "choose another input"),
    ],
)
def test_what_cannot_be_used_is_told_with_its_line_and_what_to_write(
    tmp_path: Path, name: str, content: Any, told: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InputError) as raised:
        read(path)
    assert told in str(raised.value)


def test_what_cannot_be_read_again_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "in.txt")
    for path in (tmp_path / "in.txt", tmp_path, Path("-"), Path("/dev/null")):
        with pytest.raises(InputError, match="save the prompts in a file"):
            Input(path, *PARAMETERS).digest()


@pytest.mark.parametrize("suffix", [".txt", ".jsonl", ".csv"])
def test_memory_does_not_grow_with_the_input(tmp_path: Path, suffix: str) -> None:
    def peak(lines: int) -> int:
        path = tmp_path / f"{lines}{suffix}"
        line = {".txt": "A fox\n", ".jsonl": '{"prompt": "A fox"}\n', ".csv": "A fox\n"}[suffix]
        path.write_text(("prompt\n" if suffix == ".csv" else "") + line * lines)
        tracemalloc.start()
        try:
            assert sum(1 for _ in Input(path, *PARAMETERS)) == lines
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(10)
    assert peak(20_000) < 2 * peak(2_000) + 100_000
