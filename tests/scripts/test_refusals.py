"""Whatever a step raises, a run ends with one line: no traceback, no temporary path, no address of an object."""

from __future__ import annotations

import builtins
import re
import tempfile
from pathlib import Path

import pytest

import scripts.regenerate
import scripts.sync
from scripts.change.trial import Trial, try_out
from scripts.source.failure import PipelineError, explained
from tests.scripts.published import PAGE, checkout_in, file_with, state

# A property without a word, which no rule has to read.
CHANGED = PAGE.replace(b"        user_id:\n", b"        seed:\n          type: integer\n        user_id:\n")
# Every class that Python itself raises, but those that end a process.
RAISED = sorted(
    {
        cls
        for cls in vars(builtins).values()
        if isinstance(cls, type) and issubclass(cls, Exception) and not issubclass(cls, Warning)
    },
    key=lambda cls: cls.__name__,
)


def made(cls: type[Exception]) -> Exception:
    words = f"{tempfile.gettempdir()}/zai-image-sync-ab12/tree/openapi/rules.yaml\nin {object()!r}\n\x1b[31m"
    if issubclass(cls, UnicodeEncodeError):
        return UnicodeEncodeError("ascii", words, 0, 1, words)
    if issubclass(cls, UnicodeDecodeError):
        return UnicodeDecodeError("ascii", b"x", 0, 1, words)
    if issubclass(cls, UnicodeTranslateError):
        return UnicodeTranslateError(words, 0, 1, words)
    if issubclass(cls, ExceptionGroup):
        return ExceptionGroup(words, [ValueError(words)])
    if issubclass(cls, OSError):
        return cls(28, "No space left on device", f"{tempfile.gettempdir()}/zai-image-sync-ab12/tree/a.py")
    return cls(words)


def assert_one_line(told: str) -> None:
    assert told.count("\n") == 1
    assert told.removesuffix("\n").isprintable()
    assert not re.search(r"Traceback|zai-image-sync-|zai-image-\w{8}/| at 0x", told), told
    assert len(told) < 500


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return checkout_in(tmp_path_factory.mktemp("checkout"))


@pytest.mark.parametrize("step", ["assemble", "screen", "read_mapping", "changes_between", "with_entry", "derive"])
@pytest.mark.parametrize("cls", [RecursionError, MemoryError, KeyError, OSError, ExceptionGroup, UnicodeDecodeError])
def test_whatever_step_of_a_sync_raises_the_run_is_refused_in_one_line(
    step: str,
    cls: type[Exception],
    checkout: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise made(cls)

    monkeypatch.setattr(scripts.sync, step, fail)
    before = state(checkout)
    assert scripts.sync.main([file_with(tmp_path / "given", CHANGED)], root=checkout, trial=lambda tree: None) == 1
    told = capsys.readouterr().err
    assert cls.__name__ in told
    assert told.startswith("sync: refused, and nothing was changed: ")
    assert_one_line(told)
    assert state(checkout) == before


@pytest.mark.parametrize("cls", RAISED, ids=lambda cls: cls.__name__)
def test_an_error_of_any_class_is_explained_in_one_line(cls: type[Exception]) -> None:
    told = explained(made(cls))
    assert_one_line(f"{told}\n")
    assert cls.__name__ in told


@pytest.mark.parametrize("cls", [RecursionError, OSError, PipelineError])
def test_regenerating_ends_in_one_line_too(
    cls: type[Exception], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*args: object) -> None:
        raise PipelineError(f"{tmp_path}/zai-image-x1/made/a.py: no") if cls is PipelineError else made(cls)

    monkeypatch.setattr(scripts.regenerate, "derive", fail)
    assert scripts.regenerate.main(["--check"]) == 2
    assert_one_line(capsys.readouterr().err)


OUTPUTS: dict[str, str] = {
    "an error among notes": "a.py:1: note: x\\nb.py:2: error: no\\nFound 1 error in 1 file\\n",
    "a traceback": 'Traceback (most recent call last):\\n  File \\"x\\"\\nKeyError: <object object at 0x7f12>\\n',
    "nothing": "",
    "a temporary path": "error: " + tempfile.gettempdir() + "/zai-image-sync-ab/tree/generated/a.py:3\\n",
    "very much": "error: " + "x" * 5000 + "\\n" + "error: y\\n" * 50,
}


@pytest.mark.parametrize("output", OUTPUTS.values(), ids=OUTPUTS)
def test_of_what_a_failing_tool_says_one_line_is_told_and_all_of_it_to_those_who_ask(
    output: str, tmp_path: Path
) -> None:
    trial = Trial("the tool", ["-c", f'print("{output}"); raise SystemExit(1)'], 60)
    with pytest.raises(PipelineError, match=r"^the tool fails with what was made: .") as caught:
        try_out(tmp_path, [trial])
    assert_one_line(f"{caught.value}\n")
    assert caught.value.output.startswith(output.encode().decode("unicode_escape")[:100])


@pytest.mark.parametrize(("arguments", "shows"), [([], False), (["--verbose"], True)])
def test_a_tool_s_own_words_are_shown_to_those_who_ask(
    arguments: list[str], shows: bool, checkout: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(tree: Path) -> None:
        raise PipelineError("the type checker fails", "first line\nsecond line")

    page = file_with(tmp_path / "given", CHANGED)
    assert scripts.sync.main([page, *arguments], root=checkout, trial=fail) == 1
    assert ("second line\n" in capsys.readouterr().err) == shows
