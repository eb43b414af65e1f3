"""Lets the suite run under a pytest of one's own, with the target given as options: a test for each requirement."""

from __future__ import annotations

import os

import pytest

from zai_image_conformance.model import Verdict
from zai_image_conformance.suite.runner import judge


@pytest.fixture(scope="session")
def verdict(pytestconfig: pytest.Config) -> Verdict:
    """The verdict on the target of the options; the run ends where there is none."""
    option = pytestconfig.getoption
    url = option("zai_url", None)
    if url is None:
        raise pytest.UsageError("which server? Add --zai-url URL, the part before /paas/v4")
    verdict = judge(
        url,
        # An absent secret of CI is an empty variable.
        api_key=option("zai_api_key") or os.environ.get("ZAI_API_KEY") or None,
        models=option("zai_model"),
        requirements=option("zai_requirement"),
        profile=option("zai_profile"),
        budget=option("zai_budget"),
        seed=option("zai_seed"),
        thorough=option("zai_thorough"),
        concurrency=option("zai_concurrency"),
    )
    if verdict.problem is not None:
        pytest.exit(f"could not judge {verdict.url}: {verdict.problem}", returncode=2)
    return verdict
