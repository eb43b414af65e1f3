"""The verdict on paper: text for a terminal, JSON for programs, JUnit and Markdown for CI, a page for people."""

from zai_image_conformance.report.html import page
from zai_image_conformance.report.json import json_report, json_schema
from zai_image_conformance.report.junit import junit
from zai_image_conformance.report.markdown import markdown
from zai_image_conformance.report.text import listing, plan_in_words, text

__all__ = ["json_report", "json_schema", "junit", "listing", "markdown", "page", "plan_in_words", "text"]
