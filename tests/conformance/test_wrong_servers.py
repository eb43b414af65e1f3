"""Every wrong server is convicted, and by the right requirement."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.conformance.altered import KEY, Altered
from tests.conformance.conftest import SCORE
from tests.conformance.wrong_servers import WRONG_SERVERS, WrongServer
from zai_image_conformance.requirements import catalogue
from zai_image_conformance.server import application, listening
from zai_image_conformance.suite.runner import judge

pytestmark = [pytest.mark.score, pytest.mark.usefixtures("quick_pictures")]


@pytest.mark.parametrize("wrong", [pytest.param(server, id=server.name) for server in WRONG_SERVERS])
def test_a_wrong_server_is_convicted_by_the_promise_it_broke(
    wrong: WrongServer, record_property: Callable[[str, object], None]
) -> None:
    record_property(SCORE, "wrong")
    with listening(Altered(application(api_key=KEY), wrong.before, wrong.after)) as origin:
        verdict = judge(f"{origin}/api", api_key=KEY, models=[wrong.model])
    assert {outcome.requirement for outcome in verdict.failures} == wrong.convicted_by
    assert verdict.exit_code == int(any(catalogue()[each].level == "MUST" for each in wrong.convicted_by))
