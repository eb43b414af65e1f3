"""Lets the suite run under a pytest of one's own, with the target given as options."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from zai_image_conformance.suite.images import Viewer
from zai_image_conformance.suite.pytest_plugin import Hearing
from zai_image_conformance.suite.session import Asker
from zai_image_conformance.suite.target import Target


def pytest_configure(config: pytest.Config) -> None:
    """Make a hearing of the options, unless the caller brought one."""
    if Hearing.of(config) is not None:
        return
    url = config.getoption("zai_url", None)
    if url is None:
        raise pytest.UsageError("which server? Add --zai-url URL, the part before /paas/v4")
    target = Target(
        url,
        # An absent secret of CI is an empty variable.
        api_key=config.getoption("zai_api_key") or os.environ.get("ZAI_API_KEY") or None,
        models=config.getoption("zai_model"),
        requirements=config.getoption("zai_requirement"),
        profile=config.getoption("zai_profile"),
        budget=config.getoption("zai_budget"),
        seed=config.getoption("zai_seed"),
        thorough=config.getoption("zai_thorough"),
    )
    config.pluginmanager.register(Hearing(target))


@pytest.fixture(scope="session")
def asker(pytestconfig: pytest.Config) -> Iterator[Asker]:
    """Asks the target; the same for every test, so that no question is asked twice."""
    hearing = Hearing.of(pytestconfig)
    assert hearing is not None
    with hearing.asking() as asker:
        yield asker


@pytest.fixture(scope="session")
def viewer(asker: Asker, pytestconfig: pytest.Config) -> Viewer:
    """Looks behind the links of the target's answers."""
    hearing = Hearing.of(pytestconfig)
    assert hearing is not None
    assert hearing.viewer is not None
    return hearing.viewer
