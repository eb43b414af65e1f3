"""What tests share: the embedded server, and an environment without the user's own settings."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from zai_image_conformance.server import RunningServer, running

# The same examples in every run, on machines of any speed.
settings.register_profile(
    "repository", derandomize=True, database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("repository")
# For `tox -e quick`.
settings.register_profile("quick", settings.get_profile("repository"), max_examples=10)

# A shell's background job ignores Ctrl-C, and so would every process that a test starts and then interrupts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _no_settings_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ZAI_API_KEY", raising=False)
    monkeypatch.delenv("ZAI_BASE_URL", raising=False)


@pytest.fixture
def server() -> Iterator[RunningServer]:
    """The embedded server, with no request recorded yet."""
    with running() as server:
        yield server
