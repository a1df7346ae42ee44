"""Defaults that imports share."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_pipelines.imports.check import check, examine
from cdp_pipelines.imports.defaults import merged
from cdp_pipelines.imports.documents import find_import
from cdp_pipelines_tests.imports.writing import document, write


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").touch()
    return tmp_path


def problems(folder: Path) -> list[str]:
    return [str(problem) for problem in check(folder)]


def test_what_an_import_leaves_out_is_taken_from_beside_or_above_and_the_nearer_wins(project: Path) -> None:
    write(project / "defaults.yaml", "site: all\nempty: clear\nmax_rejected: {share: 1%, min_items: 5}\n")
    write(project / "defs" / "de" / "defaults.yaml", "site: de\nformat: {kind: kevel_csv}\ntimezone: Europe/Berlin\n")
    path = write(
        project / "defs" / "de" / "orders" / "defs.yaml",
        document(format=None, timezone="Europe/Paris", max_rejected={"share": "9%"}),
    )
    spec = find_import(str(path)).spec
    assert (spec.site, spec.empty, spec.timezone, spec.format.kind) == ("de", "clear", "Europe/Paris", "kevel_csv")
    assert spec.max_rejected is not None
    assert (spec.max_rejected.share, spec.max_rejected.min_items) == (0.09, 5)
    assert problems(project) == []


def test_a_group_of_another_kind_replaces_the_whole_one(project: Path) -> None:
    write(project / "defaults.yaml", "source: {kind: http, uri: 'https://files.example.com/o.csv', timeout: 9}\n")
    near = write(project / "a" / "defs.yaml", document(name="a"))
    assert find_import(str(near)).spec.source.kind == "local"
    far = write(project / "b" / "defs.yaml", document(name="b", source={"uri": "https://files.example.com/b.csv"}))
    source = find_import(str(far)).spec.source
    assert (source.kind, source.uri) == ("http", "https://files.example.com/b.csv")


def test_nothing_above_the_project_counts(project: Path) -> None:
    write(project / "defaults.yaml", "site: outside\n")
    (project / "shop").mkdir()
    (project / "shop" / ".git").mkdir()
    path = write(project / "shop" / "defs.yaml", document())
    assert find_import(str(path)).spec.site == "default"


def test_a_mistake_in_the_defaults_is_told_once_at_its_own_line(project: Path) -> None:
    write(project / "defaults.yaml", "site: de\nempty: kepe\nsource:\n  timeoutt: 3\nsiite: x\n")
    for name in ("a", "b", "c"):
        write(project / name / "defs.yaml", document(name=name))
    assert problems(project) == [
        "defaults.yaml:2: empty: 'kepe' is not one of 'keep', 'clear'; did you mean keep?",
        "defaults.yaml:4: source.timeoutt: unknown key; the keys here are kind, uri, archive",
        "defaults.yaml:5: siite: unknown key; did you mean site?",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- site\n", "defaults.yaml:1: must hold keys of attributes"),
        ("site: [de\n", "defaults.yaml:1: a bracket or brace is opened here"),
        ("site: de\nsite: fr\n", "defaults.yaml:2: site: stands twice"),
        ("timezone: 12:30\n", "defaults.yaml:1: timezone: is no IANA time zone"),
    ],
)
def test_defaults_that_cannot_be_used_are_named(project: Path, text: str, said: str) -> None:
    write(project / "defaults.yaml", text)
    write(project / "a" / "defs.yaml", document())
    assert problems(project)[0].startswith(said)


def test_what_the_import_states_wrongly_is_told_at_its_own_line(project: Path) -> None:
    write(project / "defaults.yaml", "empty: keep\n")
    write(project / "a" / "defs.yaml", document(empty="kepe"))
    (problem,) = problems(project)
    assert problem.startswith("a/defs.yaml:9: empty:")


def test_an_empty_file_of_defaults_and_none_at_all_change_nothing(project: Path) -> None:
    write(project / "a" / "defs.yaml", document())
    (before,) = examine(project).imports
    write(project / "defaults.yaml", "# nothing yet\n")
    (after,) = examine(project).imports
    assert after.spec == before.spec


TREES = st.recursive(st.integers(), lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3))


@given(far=TREES, near=TREES)
def test_merging_keeps_all_that_is_near_and_adds_what_only_the_far_one_says(far: object, near: object) -> None:
    both = merged(far, near)
    assert merged(both, near) == both
    assert merged(far, both) == both
    if isinstance(far, dict) and isinstance(near, dict):
        assert set(both) == set(far) | set(near)
