"""Pass, fail, deviation, skipped and error stay apart."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from attrs import evolve, field, frozen
from starlette.types import Message, Receive, Scope, Send

from tests.conformance.altered import KEY, Altered, Answer, Call
from tests.conformance.in_process import InProcess
from tests.conformance.in_process import judged as judged_in_process
from zai_image_conformance import report
from zai_image_conformance.model import Verdict
from zai_image_conformance.server import application, listening
from zai_image_conformance.suite.runner import judge
from zai_image_conformance.suite.transport import NoResponse, Response

pytestmark = pytest.mark.score

COGVIEW = "cogview-4-250304"


def judged(server: Altered, **options: object) -> Verdict:
    with listening(server) as origin:
        return judge(f"{origin}/api", api_key=KEY, **{"budget": 6, **options})  # type: ignore[arg-type]


def broken(verdict: Verdict) -> set[str]:
    return {outcome.requirement for outcome in verdict.failures}


def nested(code: object) -> Callable[[Call, Answer], Answer]:
    def after(call: Call, answer: Answer) -> Answer:
        return answer.saying({"error": {"code": code, "message": "no"}}) if answer.status >= 400 else answer

    return after


def test_the_nested_error_body_is_a_failure_by_the_page_and_a_known_deviation_of_servers_in_use() -> None:
    def server() -> Altered:
        return Altered(application(api_key=KEY), after=nested("1214"))

    assert broken(judged(server())) == {"ERROR-BODY"}
    deployed = judged(server(), profile="deployed")
    assert broken(deployed) == set()
    assert deployed.exit_code == 0
    assert {o.requirement for o in deployed.outcomes if o.result == "deviation"} == {"ERROR-BODY"}
    assert "known deviation ERROR-BODY" in report.text(deployed)


def test_another_wrong_error_body_stays_a_failure_for_servers_in_use() -> None:
    verdict = judged(Altered(application(api_key=KEY), after=nested(["1214"])), profile="deployed")
    assert broken(verdict) == {"ERROR-BODY"}
    assert verdict.exit_code == 1


def without(model: str) -> Altered:
    def before(call: Call) -> Call:
        return call.with_fields(model="never-heard-of") if call.fields.get("model") == model else call

    return Altered(application(api_key=KEY), before=before)


def test_a_model_that_is_not_offered_is_skipped_and_the_report_says_so() -> None:
    verdict = judged(without(COGVIEW))
    assert verdict.exit_code == 0
    assert {outcome.result for outcome in verdict.outcomes if outcome.model == COGVIEW} == {"skipped"}
    assert f"{COGVIEW} is not available" in report.text(verdict)


def test_a_model_that_was_named_must_be_offered() -> None:
    verdict = judged(without(COGVIEW), models=[COGVIEW])
    assert verdict.exit_code == 1
    assert "SIZE-OTHERS-RECOMMENDED" in broken(verdict)


def test_a_model_that_is_refused_for_some_sizes_alone_is_offered() -> None:
    def before(call: Call) -> Call:
        return call.with_fields(model="never-heard-of") if call.fields.get("size") == "1344x768" else call

    assert "SIZE-OTHERS-RECOMMENDED" in broken(judged(Altered(application(api_key=KEY), before=before), budget=None))


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
    assert "no response" in verdict.failures[0].actual


def test_a_method_that_the_server_does_not_know_may_be_answered_with_501() -> None:
    def after(call: Call, answer: Answer) -> Answer:
        return evolve(answer, status=501) if call.method == "PUT" else answer

    assert judged(Altered(application(api_key=KEY), after=after)).exit_code == 0


def test_a_shortcoming_of_what_is_only_described_is_a_remark_and_no_conviction() -> None:
    def after(call: Call, answer: Answer) -> Answer:
        shown_as_page = call.path.startswith("/images/")
        return evolve(answer, headers={"content-type": "text/html"}) if shown_as_page else answer

    verdict = judged(Altered(application(api_key=KEY), after=after))
    assert broken(verdict) == {"IMAGE-TYPE"}
    assert verdict.exit_code == 0
    assert "conforms, with remarks" in report.text(verdict)


@pytest.mark.parametrize("dropped", [1, 2])
def test_a_connection_closed_between_answer_and_image_is_no_dead_link_and_one_closed_twice_is(dropped: int) -> None:
    @frozen
    class Dropping(InProcess):
        left: list[int] = field(factory=lambda: list(range(dropped)))

        def download(self, url: str, *, limit: int, patience: float) -> Response:
            if self.left:
                self.left.pop()
                raise NoResponse("Server disconnected without sending a response.", sent=True, lost=True)
            return super().download(url, limit=limit, patience=patience)

    assert broken(judged_in_process(Dropping())) == ({"IMAGE-LINK"} if dropped == 2 else set())
