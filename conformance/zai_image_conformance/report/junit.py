"""The report as JUnit XML, which CI systems show."""

from __future__ import annotations

from collections import Counter
from xml.etree import ElementTree as Xml

from zai_image_api.document import DOCUMENT_SHA256
from zai_image_conformance.model import Outcome, Verdict, printable
from zai_image_conformance.report.summary import summary

_ELEMENTS = {"fail": "failure", "error": "error", "skipped": "skipped", "not tested": "skipped", "deviation": "skipped"}
"""JUnit knows no deviation; a skipped test with a message is the nearest that does not turn a build red."""


def junit(verdict: Verdict) -> str:
    """The verdict as one test suite, with a test case for each outcome."""
    results = [outcome.result for outcome in verdict.outcomes]
    suite = Xml.Element(
        "testsuite",
        name="zai-image conform",
        tests=str(len(results) + (verdict.problem is not None)),
        failures=str(results.count("fail")),
        errors=str(results.count("error") + (verdict.problem is not None)),
        skipped=str(sum(results.count(each) for each in ("skipped", "not tested", "deviation"))),
        time=f"{verdict.seconds:.3f}",
        timestamp=verdict.started.strftime("%Y-%m-%dT%H:%M:%S"),
    )
    properties = Xml.SubElement(suite, "properties")
    for name, value in (
        ("url", verdict.url),
        ("profile", verdict.profile),
        ("seed", verdict.seed),
        ("document-sha256", DOCUMENT_SHA256),
    ):
        Xml.SubElement(properties, "property", name=name, value=printable(str(value)))
    names = Counter[tuple[str, str]]()
    for outcome in verdict.outcomes:
        about = f"{outcome.model}, {outcome.name}" if outcome.model else outcome.name
        names[outcome.requirement, about] += 1
        again = names[outcome.requirement, about]
        # Readers take what has the same name for the same.
        _test_case(suite, outcome, printable(about) + (f" ({again})" if again > 1 else ""))
    if verdict.problem is not None:
        case = Xml.SubElement(suite, "testcase", classname="zai-image", name="the server could be tested")
        Xml.SubElement(case, "error", message=printable(verdict.problem))
    Xml.SubElement(suite, "system-out").text = summary(verdict)
    document = Xml.Element("testsuites")
    document.append(suite)
    Xml.indent(document)
    return Xml.tostring(document, "unicode", xml_declaration=True) + "\n"


def _test_case(suite: Xml.Element, outcome: Outcome, name: str) -> None:
    case = Xml.SubElement(suite, "testcase", classname=outcome.requirement, name=name)
    element = _ELEMENTS.get(outcome.result)
    if element is None:
        return
    expected = f"expected {outcome.expected}; actual " if outcome.expected else ""
    told = Xml.SubElement(case, element, message=printable(expected + outcome.actual))
    if outcome.expected:
        told.text = f"source: {outcome.sentence}\nagain: {outcome.curl}"
