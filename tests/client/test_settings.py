"""Where requests go and with which key: arguments win over the environment, which wins over the page."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zai_image import AsyncZaiImage, InvalidRequestError, ZaiImage, ZaiImageError
from zai_image._redact import Hidden
from zai_image._settings import DEFAULTS, Settings
from zai_image_api.document import SERVER_URL


def settings(key: Any, url: Any, **others: Any) -> Settings:
    """Return the settings that these arguments make."""
    given: Any = {"api_key": key, "base_url": url, **others}
    return DEFAULTS.changed(Hidden(given))


def test_an_argument_wins_over_the_environment_and_that_over_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZAI_API_KEY", "their-key")
    assert (settings(None, None).key.reveal(), settings(None, None).base_url) == ("their-key", SERVER_URL)
    monkeypatch.setenv("ZAI_BASE_URL", "https://their.example")
    assert settings(None, None).base_url == "https://their.example"
    assert settings("a-key", "https://a.example").key.reveal() == "a-key"
    assert settings("a-key", "https://a.example").base_url == "https://a.example"


def test_an_empty_address_in_the_environment_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZAI_BASE_URL", "")
    assert settings("a-key", None).base_url == SERVER_URL


@pytest.mark.parametrize("key", ["two words", "key\n", "k\u00e9y", "key\x7f", "\x00", " key"])
def test_a_key_that_no_header_field_can_carry_is_refused_without_being_told(key: str) -> None:
    with pytest.raises(InvalidRequestError, match=r"^the API key holds spaces, line ends or characters outside ASCII"):
        settings(key, None)


@pytest.mark.parametrize(("key", "kind"), [(b"a-key", "bytes"), (7, "int"), (["a-key"], "list")])
def test_a_key_that_is_no_string_is_refused_without_being_told(key: Any, kind: str) -> None:
    with pytest.raises(InvalidRequestError, match=f"^the API key must be a string, not {kind}$"):
        settings(key, None)


@pytest.mark.parametrize("key", [None, ""])
def test_without_a_key_it_is_told_how_to_give_one(key: str | None) -> None:
    with pytest.raises(
        InvalidRequestError, match=r"^there is no API key: pass api_key=..., or set ZAI_API_KEY in the env"
    ):
        settings(key, None)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "a.example",
        "//a.example",
        "ftp://a.example",
        "https://",
        "https:///api",
        "https://:443/api",
        "https://a.example:0",
        "https://a.example:65536",
        "https://a.example:port",
        "https://[::1",
        "https://user@a.example",
        "https://:password@a.example",
        "https://user:password@a.example",
        "https://a.example?key=1",
        "https://a.example#part",
        "https://a.example/api?",
        "https://a.example/api#",
        "https://:@a.example",
        " https://a.example",
        "https://a.example ",
        "https://a.example/a b",
        "https://a.example\n",
        "https://a.\texample",
        "https://a.example/\x00",
        "https://a.example/\x7f",
        "https://a.example/\u2028",
        "https://a.example/\ud800",
        "http://1.2.3.400",
        "http://\U0001f600.com",
        "http://xn--a.example",
        "http://a..example",
        "http://.",
        f"http://{'a' * 64}.example",
        "http://" + "\u00fc" * 60 + ".example",
        5,
        b"https://a.example",
        httpx.URL("https://a.example"),
    ],
)
def test_what_is_no_plain_address_of_a_server_is_refused(url: Any) -> None:
    with pytest.raises(InvalidRequestError) as refused:
        settings("a-key", url)
    assert str(refused.value) == (
        f"the base URL is not an http(s) address such as {SERVER_URL}, without user name, query or fragment"
    )


@pytest.mark.parametrize(
    ("url", "understood"),
    [
        ("https://a.example", "https://a.example"),
        ("http://a.example:1/", "http://a.example:1"),
        ("https://a.example:65535/api///", "https://a.example:65535/api"),
        ("https://a.example/api/paas/v4", "https://a.example/api"),
        ("https://a.example/api/paas/v4/", "https://a.example/api"),
        ("https://a.example/paas/v4/api", "https://a.example/paas/v4/api"),
        ("https://a.example/API-X", "https://a.example/API-X"),
        ("https://[::1]:8000/api", "https://[::1]:8000/api"),
        ("https://a.example./api", "https://a.example./api"),
        (f"https://{'a' * 63}.example", f"https://{'a' * 63}.example"),
        ("https://b\u00fccher.example/\u00e9", "https://b\u00fccher.example/\u00e9"),
        ("http://127.0.0.1", "http://127.0.0.1"),
    ],
)
def test_an_address_is_taken_without_the_version_and_the_last_slashes(url: str, understood: str) -> None:
    assert settings("a-key", url).base_url == understood


def test_settings_show_no_secret() -> None:
    shown = repr(settings("a-key", None, default_headers={"api-key": "a-secret"}, default_query={"sig": "a-secret"}))
    assert "key=***" in shown
    assert "a-key" not in shown
    assert "a-secret" not in shown


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"deadline": 0}, "deadline must be a number of seconds, over 0 and up to 2147483, or None for no end"),
        ({"deadline": "9"}, "deadline must be a number of seconds, over 0 and up to 2147483, or None for no end"),
        ({"default_headers": ["a"]}, "default_headers must be a mapping of names to values, such as {'x-team': 'art'}"),
        ({"default_headers": {"a b": "c"}}, "default_headers has a name that no header field has: 'a b'"),
        ({"default_headers": {7: "c"}}, "default_headers has a name that no header field has: 7"),
        (
            {"default_headers": {"x-team": "a-secret\n"}},
            "default_headers has a value for x-team that cannot be sent: "
            "write printable ASCII without spaces at its ends",
        ),
        (
            {"default_headers": {"Content-Length": "1"}},
            "default_headers cannot set Content-Length: the request has its own",
        ),
        ({"default_query": "a=b"}, "default_query must be a mapping of names to texts, such as {'api-version': '1'}"),
        (
            {"default_query": {"a": 7}},
            "default_query must be a mapping of names to texts, such as {'api-version': '1'}",
        ),
        (
            {"default_query": {"a": "\ud800"}},
            "default_query must be a mapping of names to texts, such as {'api-version': '1'}",
        ),
        ({"max_retries": -1}, "max_retries must be a whole number from 0 up, such as 2; 0 means never"),
        (
            {"retries": 1},
            "retries is not an option that can be changed; these are: api_key, base_url, timeout, deadline, "
            "max_retries, retry_unknown_outcome, validate, log_prompts, default_headers, default_query, "
            "allow_image_hosts",
        ),
    ],
)
def test_what_nothing_can_be_sent_with_is_refused_in_one_line_that_tells_no_secret(changes: Any, problem: str) -> None:
    for client in (ZaiImage, AsyncZaiImage):
        with pytest.raises(InvalidRequestError) as refused:
            client("a-key").with_options(**changes)
        assert str(refused.value) == problem
        assert "a-secret" not in str(refused.value)


PARTS = st.sampled_from([*"abAB019.:/@?#[]%\\ -_~\u00e9\u0660\u200d\u00df\ud800\u0130\u3002\0\n\t", "xn--", "::", "//"])


@given(st.lists(PARTS, max_size=8).map("".join))
def test_each_address_is_refused_or_asked_with_the_path_of_the_document(rest: str) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return httpx.Response(400)

    try:
        ZaiImage("a-key", base_url=f"http://{rest}", transport=httpx.MockTransport(answer)).images.generate("kitten")
    except InvalidRequestError:
        assert asked == []
    except ZaiImageError:
        assert asked[0].endswith("/paas/v4/images/generations")
