"""Tab completion, in the bash of this machine."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from zai_image.sizes import recommended

COMMAND = Path(sys.executable).with_name("zai-image")
MODELS = {"glm-image", "cogview-4-250304"}


def completed(folder: Path, *lines: str) -> list[set[str]]:
    """Return what bash offers for the last word of each line, having evaluated what docs/cli.md says."""
    script = ['eval "$(_ZAI_IMAGE_COMPLETE=bash_source zai-image)"']
    for line in lines:
        words = shlex.split(line) + [""] * line.endswith(" ")
        script += [
            f"COMP_WORDS=({shlex.join(words)}); COMP_CWORD={len(words) - 1}; COMPREPLY=()",
            "$(complete -p zai-image | sed -E 's/.* -F ([^ ]+) .*/\\1/') zai-image",
            'printf "%s\\n" "${COMPREPLY[@]}" "--"',
        ]
    done = subprocess.run(
        ["bash", "--norc", "--noprofile", "-c", "\n".join(script)],
        env={**os.environ, "PATH": f"{COMMAND.parent}{os.pathsep}{os.environ['PATH']}"},
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    return [set(offered.split()) for offered in done.stdout.split("--\n")[:-1]]


def test_the_sourced_script_completes_commands_options_models_qualities_and_sizes(tmp_path: Path) -> None:
    commands, options, models, qualities, sizes, others = completed(
        tmp_path,
        "zai-image ",
        "zai-image generate --con",
        "zai-image generate --model ",
        "zai-image generate -q ",
        "zai-image generate -s ",
        "zai-image generate -m cogview-4-250304 -s 1",
    )
    assert commands >= {"generate", "sizes", "serve", "conform", "demo"}
    assert options == {"--concurrency"}
    assert models == MODELS
    assert qualities == {"hd", "standard"}
    assert sizes == {str(size) for size in recommended("glm-image")}
    assert others == {str(size) for size in recommended("cogview-4-250304") if str(size).startswith("1")}


def test_models_and_sizes_are_completed_for_every_command_that_takes_them(tmp_path: Path) -> None:
    of_sizes, of_conform, checked, of_both = completed(
        tmp_path,
        "zai-image sizes --model ",
        "zai-image conform --model ",
        "zai-image sizes --model cogview-4-250304 --check ",
        "zai-image sizes --check ",
    )
    assert of_sizes == of_conform == MODELS
    assert checked == {str(size) for size in recommended("cogview-4-250304")}
    assert of_both == {str(size) for model in MODELS for size in recommended(model)}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_documentation_tells_how_to_turn_it_on(shell: str) -> None:
    document = Path(__file__).parents[2] / "docs/cli.md"
    assert f"_ZAI_IMAGE_COMPLETE={shell}_source zai-image" in document.read_text(encoding="utf-8")
