"""The embedded server answers as the page and its OpenAPI document say."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.conformance.wire import answer, connected, good, image_request, wait_until
from zai_image_conformance.server import RunningServer, app, running

PATH = "/paas/v4/images/generations"
FIELDS = {"model": "glm-image", "prompt": "A cute little kitten."}


@pytest.fixture(scope="module")
def shared() -> Iterator[RunningServer]:
    with running(api_key="a-key-for-tests") as server:
        yield server


@pytest.fixture(scope="module")
def client(shared: RunningServer) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {shared.api_key}"}
    with httpx.Client(base_url=shared.url, headers=headers, trust_env=False) as client:
        yield client


def refusal(response: httpx.Response) -> tuple[int, int]:
    """Status and business code of a refusal in the documented form."""
    document = response.json()
    assert response.headers["content-type"] == "application/json"
    assert set(document) == {"code", "message"}
    assert isinstance(document["message"], str)
    assert document["message"]
    return response.status_code, document["code"]


def test_an_order_is_answered_with_time_link_and_filter(client: httpx.Client) -> None:
    before = int(time.time())
    response = client.post(PATH, json=FIELDS)
    answer = response.json()
    assert response.status_code == 200
    assert before <= answer["created"] <= time.time()
    assert [set(item) for item in answer["data"]] == [{"url"}] * app.IMAGES_PER_ANSWER
    assert answer["data"][0]["url"].startswith("http://127.0.0.1:")
    assert answer["content_filter"] == [{"role": "user", "level": 3}]


def test_an_answer_holds_as_many_images_as_the_page_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "IMAGES_PER_ANSWER", 3)
    with running(api_key="k") as server:
        response = httpx.post(server.url + PATH, json=FIELDS, headers={"Authorization": "Bearer k"}, trust_env=False)
        links = {item["url"] for item in response.json()["data"]}
        assert len(links) == 3
        assert {httpx.get(link, trust_env=False).status_code for link in links} == {200}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"model": None}, 1213),
        ({"prompt": None}, 1213),
        ({"model": "dall-e"}, 1211),
        ({"model": 7}, 1214),
        ({"prompt": 7}, 1214),
        ({"prompt": ["a", "b"]}, 1214),
        ({"quality": "ultra"}, 1214),
        ({"quality": False}, 1214),
        ({"size": "1000x1024"}, 1210),
        ({"size": "1040x1024"}, 1214),
        ({"size": "1280X1280"}, 1214),
        ({"size": "1280x1280\n"}, 1214),
        ({"size": [1280, 1280]}, 1214),
        ({"user_id": "short"}, 1214),
        ({"user_id": "猫" * 5}, 1214),
        ({"user_id": "u" * 129}, 1214),
        ({"model": "cogview-4-250304", "size": "2048x1040"}, 1214),
    ],
)
def test_a_wrong_field_is_refused_with_the_vendors_code(
    client: httpx.Client, change: dict[str, Any], code: int
) -> None:
    fields = {name: value for name, value in {**FIELDS, **change}.items() if value is not None}
    assert refusal(client.post(PATH, json=fields)) == (400, code)


def test_null_is_no_string(client: httpx.Client) -> None:
    assert refusal(client.post(PATH, json={**FIELDS, "size": None})) == (400, 1214)


def test_everything_wrong_is_named_in_one_message(client: httpx.Client) -> None:
    response = client.post(PATH, json={"model": "dall-e", "quality": "ultra", "user_id": "u"})
    assert refusal(response) == (400, 1210)
    message = response.json()["message"]
    assert all(name in message for name in ("model", "prompt", "quality", "user_id"))


@pytest.mark.parametrize(
    "change",
    [
        {"prompt": ""},
        {"prompt": "🐈" * 5000},
        {"user_id": "猫" * 128},
        {"user_id": "123456"},
        {"quality": "standard"},
        {"size": "1728x960"},
        {"something": {"of": "the future"}},
        {"model": "cogview-4-250304", "size": "2048x1024"},
    ],
)
def test_what_the_page_allows_or_leaves_open_is_accepted(client: httpx.Client, change: dict[str, Any]) -> None:
    assert client.post(PATH, json={**FIELDS, **change}).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"\xff\xfe",
        b'{"model": "glm-image", "prompt": "p", "seed": NaN}',
        b"[" * 100_000,
        b'{"model": ' + b"9" * 10_000 + b"}",
        '{"model": "glm-image"}'.encode("utf-16"),
    ],
)
def test_a_body_that_is_no_json_object_is_refused(client: httpx.Client, body: bytes) -> None:
    response = client.post(PATH, content=body, headers={"Content-Type": "application/json"})
    assert refusal(response)[0] == 400


def test_half_a_surrogate_pair_does_no_harm(client: httpx.Client) -> None:
    body = b'{"model": "glm-image", "prompt": "\\ud800", "quality": "\\udfff"}'
    response = client.post(PATH, content=body, headers={"Content-Type": "application/json"})
    assert refusal(response) == (400, 1214)


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_another_media_type_is_refused_with_the_remedy(client: httpx.Client, media_type: str) -> None:
    response = client.post(PATH, content=json.dumps(FIELDS), headers={"Content-Type": media_type})
    assert refusal(response) == (400, 1210)
    assert "Content-Type: application/json" in response.json()["message"]


def test_a_charset_beside_the_media_type_is_fine(client: httpx.Client) -> None:
    headers = {"Content-Type": "Application/JSON; charset=utf-8"}
    assert client.post(PATH, content=json.dumps(FIELDS), headers=headers).status_code == 200


def test_a_body_over_the_limit_is_refused(client: httpx.Client) -> None:
    assert refusal(client.post(PATH, json={**FIELDS, "prompt": "p" * 2**20})) == (413, 1210)


@pytest.mark.parametrize(
    ("authorization", "code"),
    [
        (None, 1001),
        ("Bearer another-key", 1002),
        ("Bearer", 1002),
        ("a-key-for-tests", 1002),
        ("Basic a-key-for-tests", 1002),
        ("Bearer a-key-for-tests-and-more", 1002),
        ("Bearer clé", 1002),
    ],
)
def test_without_the_right_bearer_key_nothing_is_drawn(
    shared: RunningServer, authorization: str | None, code: int
) -> None:
    headers = {} if authorization is None else {b"Authorization": authorization.encode()}
    response = httpx.post(shared.url + PATH, json=FIELDS, headers=headers, trust_env=False)
    assert refusal(response) == (401, code)
    assert response.headers["www-authenticate"] == "Bearer"


def test_the_scheme_is_read_in_any_case(shared: RunningServer) -> None:
    headers = {"Authorization": f"bEARER {shared.api_key}"}
    assert httpx.post(shared.url + PATH, json=FIELDS, headers=headers, trust_env=False).status_code == 200


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_another_method_is_refused(client: httpx.Client, method: str) -> None:
    response = client.request(method, PATH)
    assert refusal(response) == (405, 1212)
    assert response.headers["allow"] == "POST"


@pytest.mark.parametrize("path", ["/", "/paas/v4", f"{PATH}/more", "/paas/v4/images"])
def test_another_path_is_refused(client: httpx.Client, path: str) -> None:
    assert refusal(client.post(path, json=FIELDS)) == (404, 1222)


def test_a_key_of_any_script_is_compared(server: RunningServer) -> None:
    with running(api_key="clé-猫") as other:
        headers = {b"Authorization": "Bearer clé-猫".encode()}
        assert httpx.post(other.url + PATH, json=FIELDS, headers=headers, trust_env=False).status_code == 200


def test_an_error_of_the_servers_own_has_the_documented_body(
    server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(content_type: str, body: bytes) -> None:
        raise RuntimeError("planted")

    monkeypatch.setattr("zai_image_conformance.server.requests.read", broken)
    headers = {"Authorization": f"Bearer {server.api_key}"}
    response = httpx.post(server.url + PATH, json=FIELDS, headers=headers, trust_env=False)
    assert refusal(response) == (500, 500)
    assert "planted" not in response.text


def test_a_path_with_a_slash_too_many_is_not_found(server: RunningServer) -> None:
    response = httpx.post(
        f"{server.url}/paas/v4/images/generations/", headers={"Authorization": f"Bearer {server.api_key}"}
    )
    assert response.status_code == 404
    assert response.json()["code"] == 1222


@pytest.mark.parametrize("key", ["", " ", "a key", " key", "key\n", "\x00", "k\udcff", "k\xa0"])
def test_a_key_that_no_header_can_carry_is_refused_at_once(key: str) -> None:
    with pytest.raises(ValueError, match="the API key must be of printable characters"), running(api_key=key):
        pass


def test_a_key_may_end_in_any_letter() -> None:
    # Its last byte is that of a space that does not break, in another encoding.
    with running(api_key="voilà") as server:
        headers = {b"Authorization": "Bearer voilà".encode()}
        assert httpx.post(server.url + PATH, json=FIELDS, headers=headers, trust_env=False).status_code == 200


def test_the_body_of_a_stranger_is_not_waited_for(shared: RunningServer) -> None:
    head = f"POST /api{PATH} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n"
    with connected(shared.url) as connection:
        connection.sendall(head.encode() + b"p" * 100_000)
        assert connection.recv(12) == b"HTTP/1.1 401"


def test_a_number_of_any_length_is_json(client: httpx.Client) -> None:
    body = f'{{"model": "glm-image", "prompt": "p", "seed": {"7" * 5000}}}'
    assert client.post(PATH, content=body, headers={"Content-Type": "application/json"}).status_code == 200


def test_what_is_remembered_of_a_request_has_an_end(shared: RunningServer) -> None:
    headers = {f"x-{number}": "v" * 1_000 for number in range(30)} | {"authorization": "Bearer wrong"}
    httpx.get(f"{shared.url}/{'p' * 10_000}", headers=headers, trust_env=False)
    request = shared.requests[-1]
    assert len(request.path) == 2_048
    assert 14_000 < sum(len(name) + len(value) for name, value in request.headers.items()) <= 16_384


def test_the_first_of_several_fields_of_one_name_is_remembered(shared: RunningServer) -> None:
    httpx.get(shared.url, headers=[("X-Team", "art"), ("x-team", "other")], trust_env=False)
    assert shared.requests[-1].headers["x-team"] == "art"


@pytest.mark.parametrize(
    ("sent", "remembered"),
    [
        ("Bearer secret", "Bearer [redacted]"),
        ("Basic secret", "Basic [redacted]"),
        ("secret", "[redacted]"),
        ("secret secret", "[redacted]"),
    ],
)
def test_of_a_credential_only_a_known_scheme_is_remembered(shared: RunningServer, sent: str, remembered: str) -> None:
    httpx.get(shared.url, headers={"Authorization": sent}, trust_env=False)
    assert shared.requests[-1].headers["authorization"] == remembered


def test_a_client_that_leaves_amid_its_order_is_remembered_without_an_answer(server: RunningServer) -> None:
    with connected(server.url) as connection:
        connection.sendall(image_request(server)[:-5])
    wait_until(lambda: len(server.requests) == 1)
    assert (server.requests[0].status, server.requests[0].answer) == (None, "")


@pytest.mark.parametrize("host", ["[", "", "a b", "x/y?z="])
def test_a_host_that_is_none_does_not_get_into_links(shared: RunningServer, host: str) -> None:
    asked = image_request(shared).replace(f"Host: {shared.url.split('/')[2]}".encode(), f"Host: {host}".encode())
    assert f"Host: {host}\r\n".encode() in asked
    with connected(shared.url) as connection:
        connection.sendall(asked)
        (item,) = good(answer(connection))["data"]
    assert item["url"].startswith(f"{shared.url.removesuffix('/api')}/images/")
