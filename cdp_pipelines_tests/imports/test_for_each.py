"""One import per entry of a list."""

from pathlib import Path

import pytest

from cdp_pipelines.imports.check import check, examine
from cdp_pipelines.imports.documents import find_import
from cdp_pipelines_tests.imports.writing import document, write

SHOPS = [
    {"shop": "de", "zone": "Europe/Berlin", "clear": "keep"},
    {"shop": "fr", "zone": "Europe/Paris", "clear": "clear"},
]


def shops(**changes: object) -> dict[str, object]:
    asked = {
        "for_each": SHOPS,
        "name": "{shop}/orders",
        "site": "{shop}",
        "timezone": "{zone}",
        "empty": "{clear}",
        "source": {"kind": "local", "uri": "/in/{shop}/orders-{partition:%Y%m%d}.csv"},
        "partitions": {"every": "day", "start": "2026-01-01"},
    }
    return document(**{**asked, **changes})


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CDP_DEFS", str(tmp_path))
    return tmp_path


def problems(folder: Path) -> list[str]:
    return [str(problem) for problem in check(folder)]


def test_each_entry_is_an_import(folder: Path) -> None:
    write(folder / "defs.yaml", shops())
    assert problems(folder) == []
    specs = {loaded.spec.name: loaded.spec for loaded in examine(folder).imports}
    assert set(specs) == {"de/orders", "fr/orders"}
    french = specs["fr/orders"]
    assert (french.site, french.timezone, french.empty) == ("fr", "Europe/Paris", "clear")
    assert french.source.uri == "/in/fr/orders-{partition:%Y%m%d}.csv"
    assert find_import("de/orders").spec == specs["de/orders"]


def test_values_keep_their_type_where_they_stand_alone(folder: Path) -> None:
    entries = [{"n": 5, "who": ["team:crm"], "yes": True}, {"n": 7, "who": [], "yes": False}]
    write(
        folder / "defs.yaml",
        document(for_each=entries, name="o{n}", owners="{who}", hash_user_id="{yes}",
                 max_rejected={"share": "{n}%", "min_items": "{n}"}),
    )  # fmt: skip
    assert problems(folder) == []
    first, second = (loaded.spec for loaded in examine(folder).imports)
    assert (first.name, first.owners, first.hash_user_id) == ("o5", ("team:crm",), True)
    assert (second.max_rejected.min_items, second.max_rejected.share, second.owners) == (7, 0.07, ())


def test_defaults_are_filled_too(folder: Path) -> None:
    write(folder / "defaults.yaml", "site: '{shop}'\nformat: {kind: kevel_csv}\n")
    write(folder / "a" / "defs.yaml", shops(site=None, format=None))
    assert problems(folder) == []
    assert find_import("fr/orders").spec.site == "fr"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"for_each": []}, "for_each: write a list of entries"),
        ({"for_each": ["de", "fr"]}, "for_each: write a list of entries"),
        ({"for_each": {"shop": "de"}}, "for_each: write a list of entries"),
        ({"for_each": [*SHOPS, {"shop": "it"}]}, "for_each: entry 3 and the first one differ in clear, zone"),
        ({"timezone": "UTC"}, "for_each: nothing holds {zone}"),
        ({"for_each": [{"partition": "x"}]}, "for_each: 'partition' cannot be a key here"),
        ({"for_each": [{"a b": "x"}]}, "for_each: 'a b' cannot be a key here"),
    ],
)
def test_entries_that_are_wrong_are_told_once(folder: Path, changes: dict, said: str) -> None:
    path = write(folder / "defs.yaml", shops(**changes))
    (problem,) = problems(folder)
    line = next(number for number, text in enumerate(path.read_text().splitlines(), 1) if "for_each" in text)
    assert problem.startswith(f"defs.yaml:{line}: {said}")


def test_what_is_wrong_in_all_entries_is_told_once_and_in_one_as_it_is(folder: Path) -> None:
    write(folder / "defs.yaml", shops(money_check="wran", for_each=[SHOPS[0], {**SHOPS[1], "zone": "Europe/Pari"}]))
    assert [problem.split(": ")[1] for problem in problems(folder)] == ["timezone", "money_check"]


def test_entries_of_one_name_are_told(folder: Path) -> None:
    write(folder / "defs.yaml", shops(name="orders"))
    (problem,) = problems(folder)
    assert "'orders' is taken" in problem
