"""No right server is condemned for what the page leaves open."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.conformance.altered import KEY, Altered
from tests.conformance.conftest import SCORE
from tests.conformance.foreign_servers import FOREIGN_SERVERS, ForeignServer
from tests.conformance.right_servers import RIGHT_SERVERS, RightServer
from zai_image_conformance.server import application, listening
from zai_image_conformance.suite.runner import judge

pytestmark = [pytest.mark.score, pytest.mark.usefixtures("quick_pictures")]


@pytest.mark.parametrize("right", [pytest.param(server, id=server.name) for server in RIGHT_SERVERS])
def test_a_right_server_is_not_condemned(right: RightServer, record_property: Callable[[str, object], None]) -> None:
    record_property(SCORE, "right")
    with listening(Altered(application(api_key=KEY), right.before, right.after)) as origin:
        verdict = judge(f"{origin}/api", api_key=KEY, models=["glm-image"])
    assert verdict.failures == ()
    assert verdict.exit_code == 0


@pytest.mark.parametrize("right", [pytest.param(server, id=server.name) for server in FOREIGN_SERVERS])
def test_a_right_server_of_another_make_is_not_condemned(
    right: ForeignServer, record_property: Callable[[str, object], None]
) -> None:
    record_property(SCORE, "right")
    with right.listening() as origin:
        verdict = judge(f"{origin}/api", api_key=KEY, models=["glm-image"])
    assert verdict.failures == ()
    assert verdict.exit_code == 0
