"""Of a large document only the wanted operations are taken, with all that they lead to and nothing more."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.regenerate import ROOT
from scripts.regenerate import main as regenerate
from scripts.source.failure import PipelineError
from scripts.source.merging import assemble
from scripts.source.page import document_in
from scripts.source.provenance import Page, Provenance, stated
from scripts.source.references import MISSING, at, references
from scripts.source.selection import operations_of, selected
from scripts.sync import main
from tests.scripts.prose_documents import vendored
from tests.scripts.published import PAGE, checkout_in, file_with, page_with

IMAGES = "POST /paas/v4/images/generations"
NAMES = st.sampled_from("ABCDEFGH")


def schema_to(names: list[str], by_name: list[str]) -> dict[str, Any]:
    return {
        "oneOf": [{"$ref": f"#/components/schemas/{name}"} for name in names],
        "discriminator": {"propertyName": "kind", "mapping": {name.lower(): name for name in by_name}},
    }


@given(
    st.dictionaries(NAMES, st.tuples(st.lists(NAMES), st.lists(NAMES)), min_size=8, max_size=8),
    st.lists(st.lists(NAMES, max_size=2), min_size=1, max_size=5),
    st.data(),
)
def test_what_is_kept_leads_to_nothing_that_is_missing_and_all_of_it_is_led_to(
    graph: dict[str, tuple[list[str], list[str]]], operations: list[list[str]], data: st.DataObject
) -> None:
    document: dict[str, Any] = {
        "openapi": "3.0.1",
        "tags": [{"name": f"t{number}"} for number in range(len(operations))],
        "paths": {
            f"/p{number}": {
                "get": {"tags": [f"t{number}"], "x-to": schema_to(names, []), "security": [{f"s{number}": []}]},
                "post": {"tags": [f"t{number}"]},
                "summary": "shared",
            }
            for number, names in enumerate(operations)
        },
        "components": {
            "schemas": {name: schema_to(*led_to) for name, led_to in graph.items()},
            "securitySchemes": {f"s{number}": {"type": "http"} for number in range(len(operations))},
        },
    }
    wanted = data.draw(st.lists(st.sampled_from(range(len(operations))), min_size=1, unique=True))
    kept = selected(document, [f"GET /p{number}" for number in wanted])
    assert [path for path, _, _ in operations_of(kept)] == [f"/p{number}" for number in sorted(wanted)]
    assert [tag["name"] for tag in kept["tags"]] == [f"t{number}" for number in sorted(wanted)]
    assert list(kept["components"]["securitySchemes"]) == [f"s{number}" for number in sorted(wanted)]
    assert all(at(kept, reference) is not MISSING for reference in references(kept))
    reached: set[str] = {name for number in wanted for name in operations[number]}
    while more := {name for known in reached for names in graph[known] for name in names} - reached:
        reached |= more
    assert set(kept["components"].get("schemas", {})) == reached
    assert all(kept["components"]["schemas"][name] == document["components"]["schemas"][name] for name in reached)


def test_an_operation_that_is_wanted_and_not_there_is_named() -> None:
    with pytest.raises(PipelineError, match="wants the operation GET /models, which the document does not have"):
        selected(vendored(), ["GET /models"])


def test_where_all_is_wanted_the_document_stays_as_it_is_published() -> None:
    for wanted in ((), (IMAGES,)):
        assert assemble([("generate-image.md", PAGE)], wanted) == document_in(PAGE)
    unused = vendored()
    unused["components"]["schemas"]["Unused"] = {"type": "object"}
    page = page_with(unused)
    assert assemble([("a.md", page)]) == document_in(page)
    assert b"Unused" not in assemble([("a.md", page)], [IMAGES])


def whole_document(operations: int = 50) -> dict[str, Any]:
    """Our operation among many others: some 230 KB and 10,000 values, as the vendor's own has."""
    document = vendored()
    for number in range(operations):
        name = f"Thing{number}"
        properties = {
            f"field_{field}": {"type": "string", "description": f"At most {field} of them, and `{number}`. " * 3}
            for field in range(30)
        }
        document["components"]["schemas"][name] = {"type": "object", "properties": properties}
        document["paths"][f"/paas/v4/things/{number}"] = {
            "post": {
                "requestBody": {
                    "content": {"multipart/form-data": {"schema": {"$ref": f"#/components/schemas/{name}"}}}
                },
                "responses": {"200": {"description": "Fine."}},
            }
        }
    return document


@pytest.mark.parametrize("name", ["whole.json", "whole.yaml"])
def test_the_whole_document_can_be_the_source_of_the_one_operation(name: str, tmp_path: Path) -> None:
    checkout = checkout_in(tmp_path / "checkout")
    provenance = checkout / "openapi/provenance.toml"
    provenance.write_text(f'operations = ["{IMAGES}"]\n{provenance.read_text()}')
    whole = whole_document()
    content = json.dumps(whole).encode() if name == "whole.json" else document_in(page_with(whole))
    assert len(content) > 200_000
    given = file_with(tmp_path / "given", content, name)
    command = "import sys; from pathlib import Path; from scripts.sync import main; "
    command += f"sys.exit(main([{given!r}], root=Path({str(checkout)!r})))"

    def limits() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (10, 10))

    done = subprocess.Popen([sys.executable, "-c", command], cwd=ROOT, preexec_fn=limits)
    _, status, used = os.wait4(done.pid, 0)
    done.returncode = os.waitstatus_to_exitcode(status)
    assert done.returncode == 0
    assert used.ru_maxrss < 500_000  # kilobytes


def test_the_wish_is_kept_and_what_else_a_page_has_stays_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    checkout = checkout_in(tmp_path / "checkout")
    provenance = checkout / "openapi/provenance.toml"
    provenance.write_text(f'operations = ["{IMAGES}"]\n{provenance.read_text()}')
    whole = whole_document(3)
    whole["components"]["schemas"]["CreateImageRequest"]["properties"]["seed"] = {"type": "integer"}
    given = file_with(tmp_path / "given", json.dumps(whole).encode(), "whole.json")
    assert main([given], root=checkout, trial=lambda tree: None) == 3
    assert "things" not in capsys.readouterr().out
    assert stated(checkout / "openapi").operations == (IMAGES,)
    assert b"things" in (checkout / "openapi/whole.source.json").read_bytes()
    assert b"hing" not in (checkout / "openapi/zai-image.yaml").read_bytes()
    assert regenerate(["--check"], root=checkout) == 0
    assert '("whole.source.json",' in " ".join(
        (checkout / "generated/zai_image_api/document.py").read_text().split()
    ).replace("( ", "(")
    # And the next run reads the copy that was kept, since the file has no address.
    assert main([], root=checkout) == 0


def test_provenance_is_read_as_it_is_written(tmp_path: Path) -> None:
    (page,) = stated(ROOT / "openapi").pages
    for wanted in ((), (IMAGES, 'GET /"models"')):
        pages = (page, Page("sibling.md", None, page.fetched, "0"))
        (tmp_path / "provenance.toml").write_text(Provenance(pages, "1", wanted).to_toml())
        assert stated(tmp_path) == Provenance(pages, "1", wanted)


@pytest.mark.parametrize("text", ["", "[", "operations = 7\n", "[[page]]\nfile = 'a'\n", "[[page]]\nx = 1\n"])
def test_provenance_that_is_none_is_told_in_one_line(text: str, tmp_path: Path) -> None:
    (tmp_path / "provenance.toml").write_text(text)
    with pytest.raises(PipelineError, match=r"^openapi/provenance\.toml cannot be read: .*$"):
        stated(tmp_path)
