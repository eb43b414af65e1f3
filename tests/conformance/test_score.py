"""The suite's own score: every wrong server is detected by the right requirement, and every right one passes."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest

from tests.conformance.altered import KEY
from tests.conformance.conftest import SCORE
from tests.conformance.foreign_servers import FOREIGN_SERVERS, ForeignServer
from tests.conformance.in_process import judged
from tests.conformance.right_servers import RIGHT_SERVERS, RightServer
from tests.conformance.wrong import WRONG_SERVERS, WrongServer
from zai_image_conformance.requirements import catalogue
from zai_image_conformance.suite import pixels
from zai_image_conformance.suite.runner import judge

pytestmark = pytest.mark.score

SEEDS = (None, *range(9))
"""That of the version, and others."""

_decode_once = cache(pixels.decode)


@pytest.fixture(autouse=True)
def _decoded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thousands of verdicts see the same few images."""
    monkeypatch.setattr(pixels, "decode", _decode_once)


@pytest.mark.parametrize("wrong", [pytest.param(server, id=server.name) for server in WRONG_SERVERS])
def test_a_wrong_server_is_detected_by_the_requirement_it_breaks(
    wrong: WrongServer, record_property: Callable[[str, object], None]
) -> None:
    record_property(SCORE, "wrong")
    for seed in SEEDS:
        verdict = judged(wrong.make(), seed=seed)
        failed = {outcome.requirement for outcome in verdict.failures}
        assert verdict.problem is None
        assert failed
        assert failed <= wrong.detected_by
        assert verdict.exit_code == int(any(catalogue()[each].level == "MUST" for each in failed))


@pytest.mark.parametrize("right", [pytest.param(server, id=server.name) for server in RIGHT_SERVERS])
@pytest.mark.parametrize("thorough", [False, True], ids=["", "thorough"])
def test_a_right_server_passes(
    right: RightServer, thorough: bool, record_property: Callable[[str, object], None]
) -> None:
    record_property(SCORE, "right")
    for seed in SEEDS if not thorough else (None,):
        verdict = judged(right.make(), seed=seed, thorough=thorough)
        assert verdict.failures == ()
        assert verdict.exit_code == 0, verdict.problem


@pytest.mark.parametrize("right", [pytest.param(server, id=server.name) for server in FOREIGN_SERVERS])
def test_a_right_server_of_another_make_passes(
    right: ForeignServer, record_property: Callable[[str, object], None]
) -> None:
    record_property(SCORE, "right")
    with right.listening() as origin:
        verdict = judge(f"{origin}/api", api_key=KEY)
    assert verdict.failures == ()
    assert verdict.exit_code == 0, verdict.problem


def test_each_requirement_that_is_tested_detects_a_wrong_server() -> None:
    detecting = {requirement for server in WRONG_SERVERS for requirement in server.detected_by}
    assert {requirement.id for requirement in catalogue() if requirement.tested} <= detecting


def test_the_wrong_servers_are_several_hundred_and_each_has_its_name() -> None:
    assert len({server.name for server in WRONG_SERVERS}) == len(WRONG_SERVERS) >= 500
