"""The embedded server, its faults, its start page and the suite serve whatever models a page names."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from scripts.change.trial import PACKAGES
from tests.scripts.published import PAGE, accepted, checkout_in, file_with, replaced

NOVA_CUSTOM = (
    "Custom parameter: Both width and height must be between `320px-960px`, and must be divisible by `64`, and the "
    "maximum pixel count must not exceed `2^19px`."
)
NOVA_SIZES = f"`nova-2` recommended enum values: `640x640` (default), `960x512`, `300x200`. {NOVA_CUSTOM}"
OF_THE_PAGE = {
    "            - cogview-4-250304\n": "            - nova-2\n            - cogview-5\n",
    "            Others model": f"            {NOVA_SIZES}\n\n\n            Others model",
    "`glm-image` default is `hd`,\n": "`glm-image` and `nova-2` default is `hd`,\n",
}
"""A model goes, two come; one of these has sizes of its own, with a recommended one outside of its limits."""
ASKED = """
import io, json
import httpx
from PIL import Image
from zai_image_conformance.server import running

answers = {}
with running(api_key="a-key") as server, httpx.Client(trust_env=False) as client:
    def order(fault="", **fields):
        headers = {"Authorization": "Bearer a-key", **({"X-Fault": fault} if fault else {})}
        body = {"prompt": "A kitten.", **fields}
        answer = client.post(server.url + "/paas/v4/images/generations", json=body, headers=headers)
        if answer.status_code != 200:
            return answer.json()["code"]
        picture = client.get(answer.json()["data"][0]["url"])
        if picture.status_code != 200:
            return picture.status_code
        return "{}x{}".format(*Image.open(io.BytesIO(picture.content)).size)

    start = server.url.removesuffix("/api")
    page = client.get(start).text
    for model in ("glm-image", "nova-2", "cogview-5"):
        answers[model] = [
            *(order(model=model, **({"size": size} if size else {})) for size in ("", "300x200", "384x384", "512x512")),
            *(order(fault, model=model) for fault in ("code-1113", "dead-link")),
        ]
    answers["cogview-4-250304"] = [order(model="cogview-4-250304")]
    answers["drawn"] = [f'data-model="{model}" data-step="{step}"' in page and f"<option>{model}</option>" in page
                        for model, step in (("glm-image", 32), ("nova-2", 64), ("cogview-5", 16))]
    answers["named"] = ["cogview-4-250304" in page, "`glm-image` and `nova-2` default is `hd`" in page]
    decision = client.get(start + "/start/size?model=nova-2&size=896x640").json()
    answers["decided"] = [decision["valid"], [reason["sentence"] for reason in decision["reasons"]]]
print(json.dumps(answers))
"""


def test_under_other_models_server_faults_start_page_and_suite_keep_the_rules_of_each(tmp_path: Path) -> None:
    checkout = checkout_in(tmp_path / "checkout")
    page = file_with(tmp_path / "given", replaced(PAGE.decode(), OF_THE_PAGE).encode())
    assert "recommended of size for nova-2" in accepted([page], checkout)

    path = os.pathsep.join(str(checkout / folder) for folder in PACKAGES.values())
    environment = os.environ | {"PYTHONPATH": path}

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, *arguments]
        return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)

    asked = run("-c", ASKED)
    assert asked.stderr == ""
    assert json.loads(asked.stdout) == {
        "glm-image": ["1280x1280", 1210, 1210, 1210, 1113, 404],
        "nova-2": ["640x640", "300x200", "384x384", "512x512", 1113, 404],
        "cogview-5": ["1024x1024", 1210, 1210, "512x512", 1113, 404],
        "cogview-4-250304": [1211],
        "drawn": [True, True, True],
        "named": [False, True],
        "decided": [False, [NOVA_CUSTOM]],
    }
    verdict = run("-m", "zai_image", "conform", "--local")
    assert verdict.returncode == 0, verdict.stdout
    assert "conforms: all" in verdict.stdout
