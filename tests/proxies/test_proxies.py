"""Real reverse proxies: one that passes everything on keeps every requirement, and one that does not is detected."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.proxies.programs import proxied
from zai_image_conformance.model import Verdict
from zai_image_conformance.server import running
from zai_image_conformance.suite.runner import judge

pytestmark = pytest.mark.proxies

KEY = "the-Key-behind-the-proxy"
AUTH = {"AUTH-MISSING", "AUTH-WRONG", "AUTH-SCHEME"}

LIMITING = "limit_req zone=slow nodelay; limit_req_status 429;"
RIGHT = {
    "nginx": {
        "passes everything on": "",
        "compresses": "gzip on; gzip_types application/json; gzip_min_length 1;",
        "limits the rate in the documented form": f"{LIMITING} error_page 429 @json;",
        "keeps answers to GET": "proxy_cache answers; proxy_cache_valid 200 1m;",
    },
    "haproxy": {"passes everything on": "", "adds a header": "http-response set-header X-Served-By haproxy"},
    "caddy": {"passes everything on": "", "compresses": "encode gzip"},
}
KEEPING = (
    "proxy_cache answers; proxy_cache_methods GET HEAD POST; proxy_cache_valid 200 1m; "
    "proxy_cache_key $request_uri$request_body;"
)
WRONG: dict[str, dict[str, tuple[str, set[str]]]] = {
    "nginx": {
        "keeps answers to POST by their body": (KEEPING, AUTH),
        "adds the key": (f'proxy_set_header Authorization "Bearer {KEY}"; proxy_set_header Host $http_host;', AUTH),
        "limits the rate in HTML": (LIMITING, {"ERROR-BODY", "ERROR-MEDIA-TYPE"}),
        "refuses in HTML": (
            "proxy_intercept_errors on; error_page 400 401 405 = @page;",
            {"ERROR-BODY", "ERROR-MEDIA-TYPE"},
        ),
    },
    "haproxy": {
        "adds the key": (f"http-request set-header Authorization 'Bearer {KEY}'", AUTH),
        "adds the key where there is none": (
            f"http-request set-header Authorization 'Bearer {KEY}' if !{{ req.hdr(Authorization) -m found }}",
            {"AUTH-MISSING"},
        ),
        "answers GET itself": (
            "http-request return status 200 content-type text/plain string ok if METH_GET { path_beg /api }",
            {"METHOD-POST"},
        ),
        "refuses PUT with 500": ("http-request deny deny_status 500 if { method PUT }", {"ERROR-STATUS"}),
    },
    "caddy": {
        "adds the key": (f'request_header Authorization "Bearer {KEY}"', AUTH),
        "announces everything as text": (
            "header /api/* {\n    Content-Type text/plain\n    defer\n  }",
            {"ANSWER-MEDIA-TYPE", "ERROR-MEDIA-TYPE"},
        ),
    },
}


def verdict(program: str, more: str, folder: Path) -> Verdict:
    with running(api_key=KEY) as server:
        upstream = urlsplit(server.url).port
        assert upstream is not None
        with proxied(program, more, upstream, folder) as origin:
            return judge(f"{origin}/api", api_key=KEY)


@pytest.mark.parametrize(("program", "name"), [(program, name) for program in RIGHT for name in RIGHT[program]])
def test_a_proxy_that_keeps_the_requirements_passes(program: str, name: str, tmp_path: Path) -> None:
    found = verdict(program, RIGHT[program][name], tmp_path)
    assert found.failures == ()
    assert found.exit_code == 0, found.problem


@pytest.mark.parametrize(("program", "name"), [(program, name) for program in WRONG for name in WRONG[program]])
def test_a_proxy_that_breaks_some_is_detected_by_them(program: str, name: str, tmp_path: Path) -> None:
    more, broken = WRONG[program][name]
    found = verdict(program, more, tmp_path)
    failed = {outcome.requirement for outcome in found.failures}
    assert found.exit_code == 1, found.problem
    assert failed
    assert failed <= broken


@pytest.mark.parametrize(
    ("program", "more"),
    [("nginx", "return 301 https://$host$request_uri;"), ("haproxy", "http-request redirect scheme https code 301")],
)
def test_a_proxy_that_redirects_is_told_as_that(program: str, more: str, tmp_path: Path) -> None:
    found = verdict(program, more, tmp_path)
    assert found.exit_code == 2
    assert "the server redirects: 301 " in str(found.problem)
