"""The client's own examination covers every promise that binds a client, ships, and finds a client that breaks one."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from zai_image_conformance.catalogue import catalogue
from zai_image_conformance.examination import test_answers, test_faults, test_requests


def promises(module: ModuleType) -> Iterator[str]:
    """The ids that the tests of a module are marked with, on a single set of parameters or as a whole."""
    for test in vars(module).values():
        for mark in getattr(test, "pytestmark", []) if callable(test) else []:
            marks = [mark]
            if mark.name == "parametrize":
                marks = [each for one in mark.args[1] for each in getattr(one, "marks", ())]
            yield from (promise for each in marks if each.name == "promise" for promise in each.args)


def test_every_promise_that_binds_a_client_is_examined_and_no_other() -> None:
    examined = {promise for module in (test_requests, test_answers, test_faults) for promise in promises(module)}
    assert examined == {requirement.id for requirement in catalogue() if "client" in requirement.binds}


BROKEN = {
    "a client that checks no size": (
        "from zai_image import _asking\n_asking.sizes.check = lambda model, size: []\n",
        "just_outside",
        "it breaks SIZE-GLM-RANGE, SIZE-GLM-STEP, SIZE-OTHERS-PIXELS, SIZE-OTHERS-RANGE, SIZE-OTHERS-STEP",
    ),
    "a client that fills in the schema's default": (
        "from zai_image_api.models.create_image_request import CreateImageRequest as Order\n"
        "right = Order.to_dict\nOrder.to_dict = lambda self: {'quality': 'hd', **right(self)}\n",
        "left_to_the_server",
        "it breaks QUALITY-GLM-DEFAULT, QUALITY-OTHERS-DEFAULT, SIZE-GLM-DEFAULT, SIZE-OTHERS-DEFAULT",
    ),
    "a client that orders again whatever happened": (
        "from zai_image._retrying import Retrying\nRetrying._may_be_repeated = lambda self, error: True\n",
        "connection-close-before",
        "2 failed, 2 passed",
    ),
}


@pytest.mark.score
@pytest.mark.parametrize("name", BROKEN)
def test_a_client_that_breaks_a_promise_fails_and_the_promise_is_named(name: str, tmp_path: Path) -> None:
    code, tests, told = BROKEN[name]
    (tmp_path / "broken.py").write_text(code)
    ran = examine(tmp_path, "-p", "broken", "-k", tests)
    assert ran.returncode == 1
    assert told in ran.stdout


@pytest.mark.score
def test_it_runs_under_a_pytest_of_ones_own(tmp_path: Path) -> None:
    ran = examine(tmp_path, "-k", "just_outside")
    assert ran.returncode == 0, ran.stdout
    assert "the client keeps 5 of 5 examined promises" in ran.stdout


def examine(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run the examination as users do, outside the repository."""
    command = [
        *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "error", "--tb=no"),
        *("--pyargs", "zai_image_conformance.examination"),
        *options,
    ]
    return subprocess.run(
        command,
        cwd=folder,
        env={"PYTHONPATH": str(folder), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
