"""Pass, fail, deviation, skipped and error stay apart."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest
from attrs import evolve
from starlette.types import Message, Receive, Scope, Send

from tests.conformance.altered import KEY, Altered, Answer, Call
from zai_image_conformance import report
from zai_image_conformance.model import Verdict
from zai_image_conformance.server import application, listening
from zai_image_conformance.suite import session
from zai_image_conformance.suite.runner import judge
from zai_image_conformance.suite.target import Target

pytestmark = pytest.mark.score

COGVIEW = "cogview-4-250304"


def judged(server: Altered, **options: object) -> Verdict:
    with listening(server) as origin:
        return judge(f"{origin}/api", api_key=KEY, budget=6, **options)  # type: ignore[arg-type]


def broken(verdict: Verdict) -> set[str]:
    return {outcome.requirement for outcome in verdict.failures}


def nested(code: object) -> Callable[[Call, Answer], Answer]:
    def after(call: Call, answer: Answer) -> Answer:
        return answer.saying({"error": {"code": code, "message": "no"}}) if answer.status >= 400 else answer

    return after


def test_the_nested_error_body_is_a_failure_by_the_page_and_a_known_deviation_of_servers_in_use() -> None:
    server = Altered(application(api_key=KEY), after=nested("1214"))
    assert broken(judged(server)) == {"ERROR-BODY"}
    deployed = judged(server, profile="deployed")
    assert deployed.exit_code == 0
    assert {o.requirement for o in deployed.outcomes if o.result == "deviation"} == {"ERROR-BODY"}
    assert "known deviation ERROR-BODY" in report.text(deployed)


def test_another_wrong_error_body_stays_a_failure_for_servers_in_use() -> None:
    verdict = judged(Altered(application(api_key=KEY), after=nested(["1214"])), profile="deployed")
    assert broken(verdict) == {"ERROR-BODY"}
    assert verdict.exit_code == 1


def without(model: str) -> Altered:
    def before(call: Call) -> Call:
        return call.ordering(model="never-heard-of") if call.fields.get("model") == model else call

    return Altered(application(api_key=KEY), before=before)


def test_a_model_that_is_not_offered_is_skipped_and_the_report_says_so() -> None:
    verdict = judged(without(COGVIEW))
    assert verdict.exit_code == 0
    assert {outcome.result for outcome in verdict.outcomes if outcome.model == COGVIEW} == {"skipped"}
    assert f"{COGVIEW} is not offered" in report.text(verdict)


def test_a_model_that_was_named_must_be_offered() -> None:
    verdict = judged(without(COGVIEW), models=[COGVIEW])
    assert verdict.exit_code == 1
    assert "SIZE-OTHERS-RECOMMENDED" in broken(verdict)


def test_a_model_that_is_refused_for_some_sizes_alone_is_offered() -> None:
    def before(call: Call) -> Call:
        return call.ordering(model="never-heard-of") if call.fields.get("size") == "1344x768" else call

    assert "SIZE-OTHERS-RECOMMENDED" in broken(judged(Altered(application(api_key=KEY), before=before)))


@pytest.mark.parametrize(
    ("crashes_at", "convicted_by"),
    [(b'"size": "1281x1280"', "SIZE-GLM-STEP"), (b'"user_id": "uuuuu"', "USER-ID-LENGTH")],
)
def test_a_server_that_drops_one_question_and_answers_others_is_a_wrong_server(
    crashes_at: bytes, convicted_by: str
) -> None:
    """A handler that crashes at a bad value takes the connection down, and nothing else."""
    whole = application(api_key=KEY)

    async def crashing(scope: Scope, receive: Receive, send: Send) -> None:
        body = bytearray()

        async def listened() -> Message:
            message = await receive()
            body.extend(message.get("body", b""))
            return message

        async def cut(message: Message) -> None:
            if crashes_at in body and message["type"] == "http.response.body":
                raise ConnectionAbortedError
            await send(message)

        await whole(scope, listened, cut)

    with listening(crashing) as origin:
        verdict = judge(f"{origin}/api", api_key=KEY, models=["glm-image"], budget=8)
    assert verdict.exit_code == 1
    assert broken(verdict) == {convicted_by}
    assert "no answer" in verdict.failures[0].came


def test_a_method_that_the_server_does_not_know_may_be_answered_with_501() -> None:
    def after(call: Call, answer: Answer) -> Answer:
        return evolve(answer, status=501) if call.method == "PUT" else answer

    assert judged(Altered(application(api_key=KEY), after=after)).exit_code == 0


def test_a_shortcoming_of_what_is_only_described_is_a_remark_and_no_conviction() -> None:
    def after(call: Call, answer: Answer) -> Answer:
        shown_as_page = call.path.startswith("/pictures/")
        return evolve(answer, headers={"content-type": "text/html"}) if shown_as_page else answer

    verdict = judged(Altered(application(api_key=KEY), after=after))
    assert broken(verdict) == {"PICTURE-TYPE"}
    assert verdict.exit_code == 0
    assert "conforms, with remarks" in report.text(verdict)


@pytest.mark.parametrize(("dropped", "came"), [(1, (200, "image/png", b"a picture")), (2, None)])
def test_a_connection_closed_between_answer_and_picture_is_no_dead_link_and_one_closed_twice_is(
    monkeypatch: pytest.MonkeyPatch, dropped: int, came: object
) -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        if len(asked) <= dropped:
            raise httpx.RemoteProtocolError("Server disconnected without sending a response.")
        return httpx.Response(200, headers={"Content-Type": "image/png"}, content=b"a picture")

    monkeypatch.setattr(session, "_connections", lambda target: httpx.Client(transport=httpx.MockTransport(answer)))
    asker = session.Asker(Target("http://127.0.0.1:9/api", api_key=KEY))
    try:
        outcome: object = asker.fetch("http://127.0.0.1:9/1.png", 100)
    except httpx.RemoteProtocolError:
        outcome = None
    asker.close()
    assert outcome == came
    assert len(asked) == 2
