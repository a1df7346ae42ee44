"""Segments in the folder of YAML: checked with the imports, and never mistaken for one."""

from pathlib import Path

import pytest

from cdp_pipelines.cli import main
from cdp_pipelines.errors import ConfigurationError
from cdp_pipelines.imports.check import examine
from cdp_pipelines.imports.documents import find_import

IMPORT = """
type: cdp_pipelines.OrderImport
attributes: {name: crm, source: {kind: local, uri: "orders.csv"}, format: {kind: kevel_csv}}
"""
REGULARS = """
type: cdp_pipelines.Segment
attributes:
  name: regulars
  rule:
    all:
      - {field: orders.count, at_least: 3}
      - not: {field: orders.days_since_last, above: 90}
"""


def write(folder: Path, *documents: str) -> Path:
    path = folder / "defs.yaml"
    path.write_text("---".join(documents))
    return path


def test_imports_and_segments_stand_side_by_side(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, IMPORT, REGULARS)
    examined = examine(tmp_path)
    assert examined.problems == []
    assert [loaded.spec.name for loaded in examined.segments] == ["regulars"]
    assert (examined.segments[0].path, examined.segments[0].line) == (path, 5)
    assert find_import(str(path)).spec.name == "crm"
    assert main(["check", str(tmp_path)]) == 0
    assert capsys.readouterr().out == "1 import and 1 segment are in order\n"


def test_mistakes_are_named_with_file_and_line(tmp_path: Path) -> None:
    path = write(tmp_path, REGULARS.replace("above: 90", "contains: x").replace("at_least", "at_lest"))
    problems = [(problem.line, problem.field) for problem in examine(path).problems]
    assert problems == [(7, "rule.all[0].at_lest"), (8, "rule.all[1].not.contains")]


def test_two_segments_of_one_name(tmp_path: Path) -> None:
    write(tmp_path, REGULARS, REGULARS, IMPORT.replace("crm", "regulars"))
    (problem,) = examine(tmp_path).problems
    assert problem.message.endswith("give each segment a name of its own")


def test_values_that_other_readers_of_yaml_take_for_others_are_named(tmp_path: Path) -> None:
    write(tmp_path, REGULARS.replace("orders.count, at_least: 3", "attributes.member, is: no"))
    (problem,) = examine(tmp_path).problems
    assert problem.field == "rule.all[0].is"
    assert "put quotes around it" in problem.message


def test_a_segment_is_no_import_to_run(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="holds no import"):
        find_import(str(write(tmp_path, REGULARS)))
