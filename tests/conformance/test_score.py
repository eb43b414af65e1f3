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
from zai_image_conformance.suite import cases, pixels
from zai_image_conformance.suite.runner import default_seed, judge
from zai_image_conformance.suite.target import Target

pytestmark = pytest.mark.score

SEEDS = tuple(range(10))
DRAWN = ("(generated)", "a prompt of any text")
"""What the names of test cases hold that differ from seed to seed."""

_decode_once = cache(pixels.decode)


@pytest.fixture(autouse=True)
def _decoded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thousands of verdicts see the same few images."""
    monkeypatch.setattr(pixels, "decode", _decode_once)


def is_drawn(name: str) -> bool:
    return any(part in name for part in DRAWN)


def test_the_test_cases_that_are_not_drawn_are_the_same_for_every_seed() -> None:
    def derived(seed: int | None) -> list[tuple[str, object]]:
        target = Target("http://server.test/api", api_key=KEY, seed=default_seed() if seed is None else seed)
        return [
            (case.name, case.request)
            for case in cases.choose(target)
            if not is_drawn(case.name) and not any(is_drawn(feature.name) for feature in case.features)
        ]

    usual = derived(None)
    assert all(derived(seed) == usual for seed in SEEDS)
    assert len(usual) > 160


@pytest.mark.parametrize(
    ("wrong", "seed"),
    [pytest.param(server, place % len(SEEDS), id=server.name) for place, server in enumerate(WRONG_SERVERS)],
)
def test_a_wrong_server_is_detected_by_the_requirement_it_breaks(
    wrong: WrongServer, seed: int, record_property: Callable[[str, object], None]
) -> None:
    record_property(SCORE, "wrong")
    for each in (None, seed):
        verdict = judged(wrong.make(), seed=each)
        failed = {outcome.requirement for outcome in verdict.failures}
        assert verdict.problem is None
        # By cases that are the same for every seed, so that it is detected whatever the seed.
        assert any(not is_drawn(outcome.name) for outcome in verdict.failures)
        assert failed <= wrong.detected_by
        assert verdict.exit_code == int(any(catalogue()[each].level == "MUST" for each in failed))


@pytest.mark.parametrize("right", [pytest.param(server, id=server.name) for server in RIGHT_SERVERS])
@pytest.mark.parametrize("thorough", [False, True], ids=["", "thorough"])
def test_a_right_server_passes(
    right: RightServer, thorough: bool, record_property: Callable[[str, object], None]
) -> None:
    record_property(SCORE, "right")
    for seed in (None, *SEEDS[::3]) if not thorough else (None,):
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
