"""The client's own examination covers every promise that binds a client, ships, and finds a client that breaks one."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from textwrap import dedent
from types import ModuleType

import pytest

from zai_image_conformance import client_suite
from zai_image_conformance.requirements import catalogue


def modules() -> Iterator[ModuleType]:
    """The modules of the examination that hold its tests."""
    for module in iter_modules(client_suite.__path__, f"{client_suite.__name__}."):
        if module.name.rpartition(".")[2].startswith("test_"):
            yield import_module(module.name)


def promises(module: ModuleType) -> Iterator[str]:
    """The ids that the tests of a module are marked with, on a single set of parameters or as a whole."""
    for test in vars(module).values():
        for mark in getattr(test, "pytestmark", []) if callable(test) else []:
            marks = [mark]
            if mark.name == "parametrize":
                marks = [each for one in mark.args[1] for each in getattr(one, "marks", ())]
            yield from (promise for each in marks if each.name == "promise" for promise in each.args)


def test_every_promise_that_binds_a_client_is_examined_and_no_other() -> None:
    examined = {promise for module in modules() for promise in promises(module)}
    assert examined == {requirement.id for requirement in catalogue() if "client" in requirement.binds}


BROKEN = {
    "a client that checks no size": (
        "from zai_image_api import checking\nchecking._CHECKS['recommended'] = lambda *held: iter(())\n",
        "just_outside",
        "it breaks SIZE-GLM-RANGE, SIZE-GLM-STEP, SIZE-OTHERS-PIXELS, SIZE-OTHERS-RANGE, SIZE-OTHERS-STEP",
    ),
    "a client that fills in the schema's default": (
        "from zai_image_api.operation import Operation\n"
        "right = Operation._properties\n"
        "Operation._properties = lambda *given: {'quality': 'hd', **right(*given)}\n",
        "left_to_the_server",
        "it breaks QUALITY-GLM-DEFAULT, QUALITY-OTHERS-DEFAULT, SIZE-GLM-DEFAULT, SIZE-OTHERS-DEFAULT",
    ),
    "a client that requests again whatever happened": (
        "from zai_image._retries import RetryPolicy\nRetryPolicy._may_be_repeated = lambda self, error: True\n",
        "connection-close-before",
        "2 failed, 2 passed",
    ),
}

# By the module that examines it: what breaks the client, and the tests that must all fail.
BREAKING_ITS_DOCUMENTATION: dict[str, dict[str, tuple[str, str]]] = {
    "test_requests": {
        "a client that drops what the page does not name": (
            """
            from zai_image_api.operation import Operation
            right = Operation._properties
            Operation._properties = lambda self, given, extra_body: right(self, given, {})
            """,
            "does_not_name_are_sent",
        ),
    },
    "test_secrets": {
        "a client that sends the key to the image's host": (
            """
            from zai_image._downloads import Download
            right = Download.request
            def request(self, *asked):
                made = right(self, *asked)
                made.headers["Authorization"] = "Bearer the-key-of-the-examination"
                return made
            Download.request = request
            """,
            "images_host",
        ),
        "a client that shows the key in what the server said": (
            "from zai_image._redact import Key\nKey.redact = lambda self, text: text",
            "whatever_the_server_repeats and (message or name or lost or decoded)",
        ),
        "a client that shows the key in the body": (
            "from zai_image import _answers\n_answers._kept = lambda content, key: content.decode()",
            "whatever_the_server_repeats and (message or property or page)",
        ),
        "a client that cuts the body before it masks the key": (
            """
            from zai_image import _answers
            _answers._kept = lambda content, key: key.redact(content[:4096].decode())
            """,
            "whatever_the_server_repeats and long",
        ),
        "a client whose representation shows the key": (
            """
            from zai_image import AsyncZaiImage, ZaiImage
            for client in (ZaiImage, AsyncZaiImage):
                client.__repr__ = lambda self: f"<{self._settings.key.reveal()}>"
            """,
            "a_client_never_shows_the_key",
        ),
        "a client that logs every prompt": (
            """
            from zai_image._exchange import Call
            right = Call.__init__
            Call.__init__ = lambda self, settings, *asked: right(self, settings._replace(log_prompts=True), *asked)
            """,
            "a_prompt_stands_in_the_log and by-default",
        ),
    },
    "test_outcomes": {
        "a client that takes for charged what was never sent": (
            """
            from zai_image import _exchange
            right = _exchange.failure
            def failure(*came):
                error = right(*came)
                error.outcome_unknown = True
                return error
            _exchange.failure = failure
            """,
            "closed_port",
        ),
        "a client that takes for unsent what was half sent": (
            """
            from zai_image import _exchange
            right = _exchange.failure
            def failure(*came):
                error = right(*came)
                error.outcome_unknown = False
                return error
            _exchange.failure = failure
            """,
            "WriteError or WriteTimeout",
        ),
        "a client that knows three statuses of failing servers": (
            """
            from zai_image import _errors
            for status in set(range(500, 600)) - {500, 502, 503}:
                del _errors.BY_STATUS[status]
            """,
            "status_alone and (501 or 504 or 520 or 599)",
        ),
        "a client that follows redirects with a request": (
            """
            import httpx
            from functools import partial
            from zai_image import _http
            def verbs(transport, is_async):
                kind = httpx.AsyncClient if is_async else httpx.Client
                client = kind(transport=transport, follow_redirects=True)
                return partial(client.send, stream=True), client.aclose if is_async else client.close
            _http._verbs = verbs
            """,
            "no_order_is_redirected and (301 or 302 or 303 or 307 or 308)",
        ),
        "a client that takes a refusal under 200 for a broken answer": (
            """
            from zai_image import _answers
            right = _answers._refusal
            broken = _answers.InvalidResponseError("broken")
            _answers._refusal = lambda status, *came: broken if status == 200 else right(status, *came)
            """,
            "refusal_under_status_200",
        ),
        "a client that reads no date to wait for": (
            """
            from zai_image import _answers
            def retry_after(headers):
                value = headers.get("retry-after", "")
                return float(value) if value.isdecimal() else None
            _answers.retry_after = retry_after
            """,
            "GMT",
        ),
        "a client that never pauses": (
            "from types import SimpleNamespace\nfrom zai_image import _retries\n"
            "_retries.random = SimpleNamespace(uniform=min)",
            "pauses_are_drawn and greatest",
        ),
        "a client that pauses as long as every other": (
            "from types import SimpleNamespace\nfrom zai_image import _retries\n"
            "_retries.random = SimpleNamespace(uniform=max)",
            "pauses_are_drawn and least",
        ),
        "a client that reads no name of a request in the fields": (
            "from zai_image import _image_answers\n_image_answers.REQUEST_ID_HEADERS = ()",
            "own_name and X-",
        ),
    },
    "test_cancelling": {
        "a client that tells a cancelled request as a lost connection": (
            """
            import asyncio, httpx
            from zai_image import _exchange
            right = _exchange.exchange_async
            async def exchange(call, connections):
                try:
                    return await right(call, connections)
                except asyncio.CancelledError:
                    return call.outcome(httpx.ReadError("lost"))
            _exchange.exchange_async = exchange
            """,
            "request",
        ),
        "a client that sends a cancelled request again": (
            """
            import asyncio
            from zai_image import _exchange
            right = _exchange.exchange_async
            async def exchange(call, connections):
                try:
                    return await right(call, connections)
                except asyncio.CancelledError:
                    return await right(call, connections)
            _exchange.exchange_async = exchange
            """,
            "request",
        ),
    },
    "test_storing": {
        "a client that writes over the old file": (
            """
            from zai_image._storing import PartialFile
            def init(self, target, suffixes=()):
                self._target = self._path = target
                self._is_named = True
                self.file = target.open("w+b")
            PartialFile.__init__ = init
            PartialFile.__exit__ = lambda self, *_: self.file.close()
            """,
            "leaves_the_old_file or its_file_is_the_old_one",
        ),
        "a client that leaves half an image behind": (
            "from zai_image._storing import PartialFile\nPartialFile.__exit__ = lambda self, *_: self.file.close()",
            "nothing_beside_it or a_byte_more",
        ),
        "a client that follows a redirect to any scheme": (
            """
            from zai_image._downloads import Download
            Download.redirection = lambda self, came, *_: came.extensions["zai_image.location"]
            """,
            "another_scheme and http:",
        ),
        "a client that takes an image of any length": (
            "from zai_image import _downloads\n_downloads.MAX_BYTES = 2**40",
            "a_byte_more",
        ),
    },
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
@pytest.mark.parametrize(
    ("module", "name"), [(module, name) for module, broken in BREAKING_ITS_DOCUMENTATION.items() for name in broken]
)
def test_a_client_that_breaks_its_own_documentation_fails_sync_and_async(
    module: str, name: str, tmp_path: Path
) -> None:
    code, tests = BREAKING_ITS_DOCUMENTATION[module][name]
    (tmp_path / "broken.py").write_text(dedent(code))
    ran = examine(tmp_path, "-p", "broken", "-k", tests, module=module)
    assert ran.returncode == 1, ran.stdout
    assert " passed" not in ran.stdout


@pytest.mark.score
def test_it_runs_under_a_pytest_of_ones_own(tmp_path: Path) -> None:
    ran = examine(tmp_path, "-k", "just_outside")
    assert ran.returncode == 0, ran.stdout
    assert "the client keeps 5 of 5 examined promises" in ran.stdout


def examine(folder: Path, *options: str, module: str = "") -> subprocess.CompletedProcess[str]:
    """Run the examination, or one of its modules, as users do, outside the repository."""
    command = [
        *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "error", "--tb=no"),
        *("--pyargs", "zai_image_conformance.client_suite" + (module and f".{module}")),
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
