"""Names of images: one for each prompt, on every system, whatever the ids and prompts are."""

from __future__ import annotations

import unicodedata
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zai_image.batch import Journal, Limits, Prompt, TemplateError, check_template
from zai_image.batch._model import Answered, Wish, Work
from zai_image.batch._names import name

ALIKE = st.sampled_from("aAßéE\u0301e/\\:. \t-Ⅷ中ि<>\u200d0")
TEXTS = st.text(ALIKE | st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=12)
TEMPLATES = st.sampled_from(
    ["{id}", "{slug}", "{id}-{slug}", "{n}", "fox", "{model}/{size}/{id}", "../{id}", "/{slug}/{n:03}"]
)


def decomposed(text: str) -> str:
    """What a system that stores names in pieces takes a name for."""
    return unicodedata.normalize("NFD", text).casefold()


def named(template: str, work: Work) -> Answered:
    return Answered(work, "url", None, None, partial(name, template, work))


@given(TEMPLATES, st.lists(TEXTS, min_size=2, max_size=6, unique=True))
def test_every_prompt_gets_a_name_of_its_own_that_no_system_takes_for_another(
    tmp_path_factory: pytest.TempPathFactory, template: str, texts: list[str]
) -> None:
    journal = Journal.open(str(tmp_path_factory.mktemp("names") / "journal"))
    try:
        journal.take_in("digest", [Prompt(text, number, text, {}) for number, text in enumerate(texts, start=1)])
        worker, wish = journal.begin(), Wish(len(texts), Limits(len(texts)), "digest")
        work = journal.turn(worker, [], wish)[1].work
        answers = [named(template, prompt) for prompt in work]
        names, _ = journal.turn(worker, answers, wish)
    finally:
        journal.close()
    assert all(isinstance(name, str) for name in names)
    for seen in (str.casefold, decomposed):
        assert len({seen(str(name)) for name in names}) == len(texts)
    for chosen in map(str, names):
        assert not chosen.startswith("/")
        assert ".." not in chosen.split("/")
        assert "\\" not in chosen


@pytest.mark.parametrize(
    "template",
    [
        "{n",
        "n}",
        "{}",
        "{0}",
        "{date}",
        "{id!x}",
        "{id.upper}",
        "{id[0]}",
        "{n:q}",
        "{slug:{date}}",
        "{n:{id[a]}}",
        "{n:{id}}",
    ],
)
def test_a_template_that_makes_no_names_is_refused(template: str) -> None:
    with pytest.raises(TemplateError):
        check_template(template)
