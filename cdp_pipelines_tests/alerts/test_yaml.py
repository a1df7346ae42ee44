"""Alert targets in the folder of YAML: checked with the imports, and never mistaken for one."""

import json
from pathlib import Path

import pytest

from cdp_pipelines.cli import main
from cdp_pipelines.errors import ConfigurationError
from cdp_pipelines.imports.check import examine
from cdp_pipelines.imports.documents import find_import
from cdp_pipelines.store import Store

IMPORT = """
type: cdp_pipelines.OrderImport
attributes: {name: crm, source: {kind: local, uri: "orders.csv"}, format: {kind: kevel_csv}}
"""
TARGET = """
type: cdp_pipelines.AlertTarget
attributes:
  name: crm
  target: {kind: file, path: alerts.jsonl}
"""


def write(folder: Path, *documents: str) -> Path:
    path = folder / "defs.yaml"
    path.write_text("---".join(documents))
    return path


def target(**attributes: object) -> str:
    values = {"name": "ops", "target": {"kind": "file", "path": "a.jsonl"}} | attributes
    return f"\ntype: cdp_pipelines.AlertTarget\nattributes: {json.dumps(values)}\n"


def mistakes(folder: Path, **attributes: object) -> list[str]:
    found = examine(write(folder, target(**attributes))).problems
    return [f"{problem.field}: {problem.message}" for problem in found]


def test_targets_stand_beside_imports_and_have_names_of_their_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path, IMPORT, TARGET)
    assert main(["check", str(tmp_path)]) == 0
    assert capsys.readouterr().out == "1 import and 1 alert target are in order\n"
    assert find_import(str(path)).spec.name == "crm"
    (problem,) = examine(write(tmp_path, TARGET, TARGET)).problems
    assert problem.message.endswith("give each alert target a name of its own")


def test_a_target_is_no_import_to_run(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="holds no import"):
        find_import(str(write(tmp_path, TARGET)))


@pytest.mark.parametrize(
    ("attributes", "mistake"),
    [
        ({"name": "a/b"}, "name: write a name of letters, digits, _ and -, like crm_channel"),
        ({"when": ["faild"]}, "when[0]: 'faild' is not one of 'failed', 'partial', 'missing_file', 'recovered'"),
        ({"when": []}, "when: is empty: remove it to be told of all"),
        ({"partial_over": 7}, "partial_over: write a share of the items like 5% or 0.05"),
        ({"target": {"kind": "pager"}}, "target.kind: 'pager' is not one of 'webhook', 'email', 'command', 'file'"),
        ({"target": {"kind": "webhook", "url": "x"}}, "target.url: unknown key"),
        (
            {"target": {"kind": "webhook", "url_env": "https://example.com/s3cret"}},
            "target.url_env: write the name of an environment variable",
        ),
        (
            {"target": {"kind": "email", "host": "h", "sender": "a@example.com", "to": ["B <b@example.com>"]}},
            "target.to: write e-mail addresses like",
        ),
        (
            {
                "target": {
                    "kind": "email", "host": "h", "sender": "a@example.com", "to": ["b@example.com"],
                    "security": "none", "credentials": "MAIL",
                }
            },
            "target.credentials: would send the password in clear",
        ),
    ],
    ids=["name", "occasion", "none", "share", "kind", "secret", "variable", "address", "clear"],
)  # fmt: skip
def test_each_mistake_says_what_to_write_instead(tmp_path: Path, attributes: dict, mistake: str) -> None:
    found = mistakes(tmp_path, **attributes)
    assert any(one.startswith(mistake) for one in found), found
    assert "s3cret" not in "".join(found)


def test_check_names_variables_that_are_not_set(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CRM_HOOK", raising=False)
    path = write(tmp_path, target(target={"kind": "webhook", "url_env": "CRM_HOOK"}))
    assert main(["check", str(path)]) == 2
    assert "target: CRM_HOOK is not set" in capsys.readouterr().err
    assert examine(path).problems == [], "a variable that is missing is no reason to load nothing"
    monkeypatch.setenv("CRM_HOOK", "https://example.com")
    assert main(["check", str(path)]) == 0


class Folder:
    """The current folder with an import of a file that is not there, and a target beside it."""

    def __init__(self, path: Path, *documents: str) -> None:
        self.alerts, self.yaml = path / "alerts.jsonl", write(path, *documents)

    def told(self) -> list[str]:
        lines = self.alerts.read_text().splitlines() if self.alerts.exists() else []
        return [json.loads(line)["headline"] for line in lines]


def test_a_run_from_the_command_line_tells_the_targets_beside_it(
    tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "fr").mkdir()
    folder = Folder(tmp_path / "fr", IMPORT, TARGET)
    assert main(["run", str(folder.yaml), "--dry-run"]) == 1
    assert folder.told() == []
    assert main(["run", str(folder.yaml)]) == 1
    assert main(["run", str(folder.yaml)]) == 1
    assert folder.told() == ["crm: no file has come"]
    write(tmp_path / "fr", IMPORT)
    whole = Folder(tmp_path, TARGET.replace("name: crm", "name: all"))
    assert main(["run", str(folder.yaml)]) == 1
    assert whole.told() == [], "a folder above is none of its business unless it runs"
    monkeypatch.setenv("CDP_DEFS", str(tmp_path))
    assert main(["run", "crm"]) == 1
    assert whole.told() == ["crm: no file has come"]


def test_what_goes_wrong_with_alerts_changes_nothing_about_the_run(
    tmp_path: Path, store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = Folder(tmp_path, IMPORT, target(target={"kind": "webhook", "url_env": "CRM_HOOK"}))
    assert main(["run", str(folder.yaml)]) == 1
    assert "The alert target ops was not told: CRM_HOOK is not set" in capsys.readouterr().err
    assert main(["runs"]) == 0
    assert "The alert target ops was not told of 1 alerts: CRM_HOOK is not set" in capsys.readouterr().err
    write(tmp_path, IMPORT, target(target={"kind": "webhook"}))
    assert main(["run", str(folder.yaml)]) == 1
    assert "Alerts could not be sent" in capsys.readouterr().err
