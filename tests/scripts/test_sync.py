"""A new revision of the page is taken in by one command, whole or not at all."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from ruamel.yaml import YAML

from scripts.regenerate import main as regenerate
from scripts.source.failure import PipelineError
from scripts.source.fetching import read_source
from scripts.source.page import document_in
from scripts.source.provenance import digest, vendored_document
from scripts.source.reading import UnreadableError
from scripts.sync import main
from tests.scripts.prose_documents import ASYNCHRONOUS_QUALITY, ASYNCHRONOUS_SIZE, vendored
from tests.scripts.published import PAGE, accepted, checkout_in, file_with, fit, page_with, run, state

SEED = b"""\
        seed:
          type: integer
        user_id:
"""
WITH_SEED = PAGE.replace(b"        user_id:\n", SEED)
LONGER_LINK = PAGE.replace(b"`30` days", b"`31` days")
CATALOGUE = "conformance/zai_image_conformance/requirements.yaml"


def unfit(tree: Path) -> None:
    raise PipelineError("the type checker fails with what was made: error: no")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    return checkout_in(tmp_path / "checkout")


def asynchronous() -> dict[str, Any]:
    """The sibling page on the asynchronous operation, in the vendor's form."""
    document = vendored()
    schemas = document["components"]["schemas"]
    request = schemas.pop("CreateImageRequest")
    del schemas["ImageGenerationResponse"]
    request["properties"]["model"]["enum"] = ["glm-image"]
    request["properties"]["size"]["description"] = ASYNCHRONOUS_SIZE
    request["properties"]["quality"] |= {"description": ASYNCHRONOUS_QUALITY, "enum": ["hd"]}
    schemas["CreateAsyncImageRequest"] = request
    schemas["AsyncResponse"] = {
        "type": "object",
        "properties": {
            "id": {"type": "string", "description": "Task order number, used to query the result."},
            "task_status": {"type": "string", "enum": ["PROCESSING", "SUCCESS", "FAIL"]},
        },
    }
    operation = document["paths"].pop("/paas/v4/images/generations")["post"]
    operation["summary"] = "Generate Image (Async)"
    content = operation["requestBody"]["content"]["application/json"]
    content["schema"]["$ref"] = "#/components/schemas/CreateAsyncImageRequest"
    answer = operation["responses"]["200"]["content"]["application/json"]
    answer["schema"]["$ref"] = "#/components/schemas/AsyncResponse"
    document["paths"]["/paas/v4/async/images/generations"] = {"post": operation}
    return document


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("generate-image.md", PAGE),
        ("other.md", PAGE),
        ("zai.yaml", document_in(PAGE)),
        ("zai.json", json.dumps(vendored()).encode()),
        ("generate-image.md", PAGE.replace(b"\n", b"\r\n")),
        ("generate-image.md", b"\xef\xbb\xbf" + PAGE.replace(b"````yaml", b"~~~~YAML").replace(b"````", b"~~~~")),
    ],
)
def test_a_document_that_says_the_same_changes_nothing(
    name: str, content: bytes, checkout: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = state(checkout)
    assert main([file_with(tmp_path / "given", content, name)], root=checkout, trial=unfit) == 0
    assert capsys.readouterr().out == "Nothing changed.\n"
    assert state(checkout) == before


def test_a_changed_page_is_taken_in_with_everything_derived_from_it(
    checkout: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([file_with(tmp_path / "given", WITH_SEED)], root=checkout, trial=fit) == 3
    report = capsys.readouterr().out
    assert report.startswith("Z.AI's page changed; this calls for version 0.0.1 (now 0.0.0).\n")
    line = (
        "- compatible for callers, breaking for servers: operation `POST /paas/v4/images/generations`: body: property"
    )
    assert f"{line} `seed` is new and may be there\n" in report

    assert (checkout / "openapi/generate-image.md").read_bytes() == WITH_SEED
    assert (checkout / "openapi/zai-image.yaml").read_bytes() == document_in(WITH_SEED)
    stated = tomllib.loads((checkout / "openapi/provenance.toml").read_text())
    assert stated["page"][0]["sha256"] == digest(WITH_SEED)
    assert stated["page"][0]["address"] == "https://docs.z.ai/api-reference/image/generate-image.md"
    assert "seed: int | None = None" in (checkout / "generated/zai_image_api/resources.py").read_text()
    assert "which calls for version 0.0.1:\n  - compatible for callers" in (checkout / "CHANGELOG.md").read_text()
    assert regenerate(["--check"], root=checkout) == 0
    assert main([file_with(tmp_path / "given", WITH_SEED)], root=checkout, trial=unfit) == 0


def test_a_dry_run_reports_the_same_and_writes_nothing(
    checkout: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = state(checkout)
    page = file_with(tmp_path / "given", WITH_SEED)
    assert main(["--dry-run", page], root=checkout, trial=fit) == 3
    assert "property `seed` is new and may be there" in capsys.readouterr().out
    assert state(checkout) == before


def test_a_bare_document_is_kept_beside_the_document_made_from_it(checkout: Path, tmp_path: Path) -> None:
    given = file_with(
        tmp_path / "given", json.dumps(YAML(typ="safe").load(document_in(WITH_SEED))).encode(), "zai.json"
    )
    assert main([given], root=checkout, trial=fit) == 3
    assert (checkout / "openapi/zai.source.json").exists()
    assert not (checkout / "openapi/generate-image.md").exists()
    vendored_document(checkout / "openapi")
    assert regenerate(["--check"], root=checkout) == 0


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (
            b"`1024px-2048px`",
            b"`1056px-2048px`",
            "SIZE-GLM-RANGE: quotes a sentence that the document no longer has",
        ),
        (
            b"please\n                  store it promptly.",
            b"except on\n                  Sundays.",
            'no rule reads "except on Sundays", in the place of "please store it promptly"',
        ),
        (b"minLength: 6", b"minLength: 7", 'the page says minLength 6 in "ID length: 6 to 128 characters."'),
        (b"        model:\n", b"        modell:\n", 'CreateImageRequest.properties.model" is not in the document'),
        (
            b"      requestBody:\n",
            b"      parameters:\n        - name: X-Project\n          in: header\n          required: true\n"
            b"          schema:\n            type: string\n      requestBody:\n",
            'now requires "X-Project", which the commands generate, batch and demo do not give',
        ),
    ],
)
def test_what_cannot_be_relied_on_is_refused_with_the_reason_after_what_changed(
    before: bytes, after: bytes, told: str, checkout: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    untouched = state(checkout)
    assert before in PAGE
    assert main([file_with(tmp_path / "given", PAGE.replace(before, after))], root=checkout, trial=fit) == 1
    out, err = capsys.readouterr()
    assert out.startswith("Z.AI's page changed")
    assert told in err
    assert state(checkout) == untouched


def test_what_does_not_pass_its_trial_is_refused(
    checkout: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = state(checkout)
    assert main([file_with(tmp_path / "given", WITH_SEED)], root=checkout, trial=unfit) == 1
    assert "the type checker fails with what was made: error: no" in capsys.readouterr().err
    assert state(checkout) == before


def test_a_checkout_that_someone_changes_meanwhile_is_left_to_them(
    checkout: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def edit(tree: Path) -> None:
        (checkout / "openapi/overlay.yaml").write_text("mine")

    assert main([file_with(tmp_path / "given", WITH_SEED)], root=checkout, trial=edit) == 1
    assert "changed in the meantime" in capsys.readouterr().err
    assert (checkout / "openapi/overlay.yaml").read_text() == "mine"
    assert (checkout / "openapi/generate-image.md").read_bytes() == PAGE


def test_sibling_pages_are_merged_and_kept_each_on_its_own(checkout: Path, tmp_path: Path) -> None:
    sibling = page_with(asynchronous(), "Generate Image (Async)")
    pages = [file_with(tmp_path / "given", PAGE), file_with(tmp_path / "given", sibling, "generate-image-async.md")]
    _, report, _ = run(pages, checkout)
    assert "operation `POST /paas/v4/async/images/generations` is new" in report
    assert "Task order number, used to query the result." in accepted(pages, checkout)
    assert (checkout / "openapi/generate-image.md").read_bytes() == PAGE
    assert (checkout / "openapi/generate-image-async.md").read_bytes() == sibling
    document = YAML(typ="safe").load((checkout / "openapi/zai-image.yaml").read_bytes())
    assert document["paths"] == vendored()["paths"] | asynchronous()["paths"]
    assert document["components"]["schemas"].keys() == {
        *vendored()["components"]["schemas"],
        *asynchronous()["components"]["schemas"],
    }
    assert regenerate(["--check"], root=checkout) == 0
    assert main(pages[::-1], root=checkout, trial=unfit) == 0


def error_code(document: dict[str, Any]) -> None:
    document["components"]["schemas"]["Error"]["properties"]["code"]["format"] = "int64"


def no_security(document: dict[str, Any]) -> None:
    del document["security"]


def another_server(document: dict[str, Any]) -> None:
    document["servers"][0]["url"] = "https://evil.example/api"


def less_required(document: dict[str, Any]) -> None:
    del document["components"]["schemas"]["Error"]["required"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (error_code, 'generate-image.md says "int32", sibling.md says "int64"'),
        (no_security, 'generate-image.md says [{"bearerAuth": []}], sibling.md says nothing'),
        (another_server, 'says "https://api.z.ai/api", sibling.md says "https://evil.example/api"'),
        (less_required, 'says ["code", "message"], sibling.md says nothing'),
    ],
)
def test_pages_that_disagree_are_refused_with_both_sides_quoted(
    change: Callable[[dict[str, Any]], None],
    told: str,
    checkout: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = state(checkout)
    sibling = asynchronous()
    change(sibling)
    pages = [file_with(tmp_path / "given", PAGE), file_with(tmp_path / "given", page_with(sibling), "sibling.md")]
    assert main(pages, root=checkout, trial=fit) == 1
    assert told in capsys.readouterr().err
    assert state(checkout) == before


Answer = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def published(answers: dict[str, Answer]) -> Iterator[str]:
    """A web server of this machine that answers each path as told."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answers[self.path](self)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def content(body: bytes, **headers: str) -> Answer:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()
        request.wfile.write(body)

    return answer


def redirect(address: str) -> Answer:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(302)
        request.send_header("Location", address)
        request.end_headers()

    return answer


def test_an_address_is_fetched_recorded_and_fetched_again_without_being_named(checkout: Path) -> None:
    moved = redirect("/generate-image.md")
    with published({"/generate-image.md": content(WITH_SEED), "/old.md": moved}) as base:
        assert main([f"{base}/generate-image.md"], root=checkout, trial=fit) == 3
        stated = tomllib.loads((checkout / "openapi/provenance.toml").read_text())
        assert stated["page"][0]["address"] == f"{base}/generate-image.md"
        assert main([], root=checkout, trial=unfit) == 0
        assert main([f"{base}/old.md"], root=checkout, trial=unfit) == 0
    assert (checkout / "openapi/zai-image.yaml").read_bytes() == document_in(WITH_SEED)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (redirect("http://docs.z.ai/a.md"), "must be an https address"),
        (redirect("file:///etc/passwd"), "must be an https address"),
        (redirect("/a.md"), "more than 3 redirects"),
        (lambda request: request.send_error(404), "answers with the status 404"),
        (content(b"x" * 600_000), "more than 524288 bytes"),
        (content(PAGE, Content_Encoding="gzip"), "packed form"),
        (lambda request: request.wfile.write(b"not HTTP\r\n"), "cannot be fetched"),
    ],
)
def test_an_address_that_does_not_give_a_page_cannot_be_read(answer: Answer, told: str) -> None:
    with published({"/a.md": answer}) as base, pytest.raises(UnreadableError, match=told):
        read_source(f"{base}/a.md")


def test_an_answer_without_end_is_given_up() -> None:
    over = Event()

    def drip(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        try:
            while not over.wait(0.01):
                request.wfile.write(b"x")
        except OSError:
            over.set()

    with published({"/a.md": drip}) as base:
        with pytest.raises(UnreadableError, match=r"does not answer within 0\.3 seconds"):
            read_source(f"{base}/a.md", patience=0.3)
        over.set()


@pytest.mark.parametrize(
    "address",
    [
        "http://docs.z.ai/a.md",
        "ftp://docs.z.ai/a.md",
        "https://user:secret@docs.z.ai/a.md",
        "https:///a.md",
        "https://[/a.md",
    ],
)
def test_only_https_is_fetched_from_elsewhere(address: str) -> None:
    with pytest.raises(UnreadableError, match="must be an https address"):
        read_source(address)


def test_nothing_listens_cannot_be_read(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with published({}) as base:
        pass
    assert main([f"{base}/a.md"], root=checkout, trial=fit) == 2
    assert "cannot be fetched" in capsys.readouterr().err


def test_a_vendored_file_that_was_touched_is_not_overwritten(
    checkout: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (checkout / "openapi/zai-image.yaml").write_bytes(b"touched")
    assert main([file_with(tmp_path / "given", WITH_SEED)], root=checkout, trial=fit) == 1
    assert "openapi/zai-image.yaml is not the file that provenance.toml describes" in capsys.readouterr().err


def test_two_sources_of_one_name_are_refused(checkout: Path, tmp_path: Path) -> None:
    pages = [file_with(tmp_path / "one", PAGE), file_with(tmp_path / "two", PAGE)]
    assert main(pages, root=checkout, trial=fit) == 1
