"""What all pages promise: their YAML is right, their links lead somewhere, their variables and commands exist."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from cdp_pipelines.cli.command import _parser
from cdp_pipelines.errors import ConfigurationError
from cdp_pipelines.imports.check import check
from cdp_pipelines_tests.docs.blocks import ROOT, Block, anchors, blocks, links, pages, yaml_blocks

EXAMPLES = [block for page in pages() for block in yaml_blocks(page)]
DEPLOY = "# deploy/"
VARIABLE = re.compile(r"\b(?:CDP|DAGSTER)_[A-Z_]+\b")
NOT_OURS = re.compile(r"CDP_(TEST_\w+|FAILPOINT\w*)")


def written(block: Block, folder: Path) -> Path:
    """The file of an example; keys without a `type` are attributes of an import that states the rest."""
    path = folder / "defs.yaml"
    if re.search(r"^type:", block.text, re.MULTILINE):
        path.write_text(block.text)
        return path
    keys: dict[str, Any] = yaml.safe_load(block.text)
    mark = "-{partition}" if keys.keys() & {"partitions", "schedule"} else ""
    rest = {"name": "example", "source": {"kind": "local", "uri": f"x{mark}.csv"}, "format": {"kind": "kevel_csv"}}
    if mark:
        rest["partitions"] = {"every": "day", "start": "2026-01-01"}
    path.write_text(yaml.safe_dump({"type": "cdp_pipelines.OrderImport", "attributes": rest | keys}))
    return path


def secret_variables(text: str) -> list[str]:
    """The environment variables that the credentials of an example stand for."""
    names = ("USER", "PASSWORD", "ACCESS_KEY_ID", "SECRET_ACCESS_KEY")
    prefixes = re.findall(r"\bcredentials: (\w+)", text)
    return [f"{prefix}_{name}" for prefix in prefixes for name in names]


@pytest.mark.parametrize("block", EXAMPLES, ids=str)
def test_the_yaml_of_each_page_is_right(block: Block, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in re.findall(r"_env: (\w+)", block.text):
        monkeypatch.setenv(variable, "https://chat.example.com/hook")
    for name in secret_variables(block.text):
        monkeypatch.setenv(name, "x")
    if block.text.startswith(DEPLOY):
        shipped = yaml.safe_load((ROOT / block.text.splitlines()[0].removeprefix("# ")).read_text())
        assert yaml.safe_load(block.text).items() <= shipped.items()
    else:
        assert [str(problem) for problem in check(written(block, tmp_path))] == []


@pytest.mark.parametrize("path", sorted((ROOT / "docs" / "examples").glob("*.yaml")), ids=lambda path: path.name)
def test_each_example_file_is_right(path: Path) -> None:
    assert [str(problem) for problem in check(path)] == []


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for link in links(page):
        parts = urlsplit(link)
        if parts.scheme in ("http", "https"):
            continue
        target = page.parent / parts.path if parts.path else page
        assert target.exists(), f"{link} is not there"
        assert not parts.fragment or parts.fragment in anchors(target), f"{link} has no such heading"


def test_every_page_can_be_reached_from_the_first_one() -> None:
    found, new = set(), {ROOT / "README.md"}
    while new:
        found |= new
        targets = {(page.parent / link.partition("#")[0]).resolve() for page in new for link in links(page)}
        new = {target for target in targets if target.suffix == ".md" and target.exists()} - found
    assert set(pages()) <= found


def test_every_variable_that_the_code_or_a_deployment_file_names_is_explained() -> None:
    texts = [path.read_text() for path in (ROOT / "cdp_pipelines").rglob("*.py")]
    texts += [path.read_text() for path in (ROOT / "deploy").rglob("*") if path.is_file()]
    named = {name for text in texts for name in VARIABLE.findall(text) if not NOT_OURS.fullmatch(name)}
    explained = set(re.findall(r"^\| `(\w+)` \|", (ROOT / "docs" / "operating.md").read_text(), re.MULTILINE))
    assert named - explained == set()


SHELL = [block for page in pages() for block in blocks(page, "sh")]


def our_commands(block: Block) -> list[list[str]]:
    """The arguments of each `cdp-pipelines` in a block, without what the shell does with them."""
    lines = block.text.replace("\\\n", " ").splitlines()
    found = [re.search(r"(?:^|&& |\" )cdp-pipelines ([^#|>&]+)", line) for line in lines if not line.startswith("#")]
    return [match[1].replace('"', "").split() for match in found if match]


@pytest.mark.parametrize("block", [block for block in SHELL if our_commands(block)], ids=str)
def test_commands_on_pages_are_understood(block: Block) -> None:
    for arguments in our_commands(block):
        try:
            _parser().parse_args(arguments)
        except ConfigurationError as error:
            pytest.fail(f"cdp-pipelines {' '.join(arguments)}: {error}")


def test_make_targets_on_pages_exist() -> None:
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {
        name for page in pages() for one in code(page) for name in re.findall(r"^make ([a-z]+)", one, re.MULTILINE)
    }
    assert named <= targets


def code(page: Path) -> list[str]:
    """What a page sets as code."""
    return [match + "`" for match in re.findall(r"`[^`\n]+", page.read_text())] + [
        one.text for one in blocks(page, "sh")
    ]
