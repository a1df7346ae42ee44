"""The parts of which suggestions are made: names, values, times, dialects, assignment, YAML."""

from itertools import permutations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from cdp_pipelines.suggestions.assignment import assign
from cdp_pipelines.suggestions.dates import Times, times_of
from cdp_pipelines.suggestions.dialects import dialect_of
from cdp_pipelines.suggestions.grouping import groups_of
from cdp_pipelines.suggestions.headers import read_name
from cdp_pipelines.suggestions.scalars import quoted, written
from cdp_pipelines.suggestions.shapes import Column, Notation, decimal_of, outline
from cdp_pipelines.suggestions.statuses import status_of
from cdp_pipelines.suggestions.steps import Step, in_order


@pytest.mark.parametrize(
    ("name", "meanings"),
    [
        ("Bestellnr.", "NO ORDER"),
        ("Auftrags-Nr", "NO ORDER"),
        ("N° commande", "NO ORDER"),
        ("Nº do pedido", "NO ORDER"),
        ("订单号", "NO ORDER"),
        ("Order #", "NO ORDER"),
        ("orderId", "NO ORDER"),
        ("ORDER_ID", "NO ORDER"),
        ("Währung", "CURRENCY"),
        ("WAEHRUNG", "CURRENCY"),
        ("Versandkosten", "COST SHIPPING"),
        ("E-Mail-Einwilligung", "CONSENT EMAIL"),
        ("Email consent", "CONSENT EMAIL"),
        ("Sous-total HT", "NET"),
        ("MwSt-Satz", "RATE TAX"),
        ("商品编码", "NO PRODUCT"),
    ],
)
def test_names_are_understood(name: str, meanings: str) -> None:
    assert meanings in [" ".join(sorted(one.meanings)) for one in read_name(name).readings if not one.unknown]


def test_unknown_words_are_counted_and_currencies_told_apart() -> None:
    (reading,) = read_name("internal order id xyzzy").readings
    assert reading.unknown == 2
    assert read_name("Betrag (EUR)").currency == "EUR"
    assert read_name("Total €").currency == "EUR"
    assert read_name("all orders").currency is None


@given(st.text())
def test_any_name_is_read(name: str) -> None:
    assert read_name(name).readings


@pytest.mark.parametrize(
    ("values", "found"),
    [
        (["2025-01-02T03:04:05Z"], Times(zoned=True)),
        (["2025-01-02 03:04:05 +0100"], Times(zoned=True)),
        (["2025-01-02 03:04:05"], Times()),
        (["20250102"], Times()),
        (["31.12.2025 14:05", "01.02.2026 09:00"], Times("dd.MM.yyyy HH:mm")),
        (["1.2.2026", "12.10.2025"], Times("d.M.yyyy")),
        (["12/31/2025", "01/02/2026"], Times("MM/dd/yyyy")),
        (["31/12/2025", "01/02/2026"], Times("dd/MM/yyyy")),
        (["01/02/2026", "03/04/2026"], Times("dd/MM/yyyy", other="MM/dd/yyyy")),
        (["02/02/2026"], Times("dd/MM/yyyy")),
        (["Jan 5, 2026 3:04 PM"], Times("MMM d, yyyy h:mm a")),
        (["2025年1月2日"], Times("yyyy年M月d日")),
        (["31.12.2025 14:05 +0100"], Times("dd.MM.yyyy HH:mm Z", zoned=True)),
        (["1735689600"], Times(zoned=True, epoch="seconds")),
        (["1735689600123"], Times(zoned=True, epoch="milliseconds")),
        (["12.50", "13.20"], None),
        (["12345"], None),
        (["99/99/2026"], None),
        (["hello"], None),
        ([], None),
    ],
)
def test_times_are_told(values: list[str], found: Times | None) -> None:
    assert times_of(values) == found


@pytest.mark.parametrize(
    ("values", "of_file", "found"),
    [
        (["12.50", "3"], None, Notation(None, True)),
        (["12,50", "3"], None, Notation(",", True)),
        (["1.234,50"], None, Notation(",", True)),
        (["1,234.50"], None, Notation(".", True)),
        (["1.234", "5.678"], ",", Notation(",", True)),
        (["1.234", "5.678"], None, Notation(None, True)),
        (["0.750"], ",", Notation(None, True)),
        (["1,234"], None, Notation(".", False)),
        (["1,234"], ",", Notation(",", True)),
        (["5 €"], None, Notation(".", True)),
    ],
)
def test_notations_are_told(values: list[str], of_file: str | None, found: Notation) -> None:
    assert Column("x", tuple(values)).notation(of_file) == found


def test_the_file_tells_what_a_column_does_not() -> None:
    columns = [Column("a", ("1.234",)), Column("b", ("12,50",)), Column("c", ("7",))]
    assert decimal_of(columns) == ","
    assert decimal_of(columns[:1]) is None


@given(st.text(max_size=60))
def test_outlines_keep_no_letter_and_no_digit(value: str) -> None:
    assert set(outline(value)) - set("aA9€£¥") <= {one for one in map(chr, range(32, 127)) if not one.isalnum()}
    assert len(outline(value)) <= 24


def test_words_for_a_status() -> None:
    assert [status_of(word) for word in ("Bezahlt", "PENDING", "已发货", "En attente", "mystery")] == [
        *("paid", "placed", "fulfilled", "placed"),
        None,
    ]


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("a;b;c\n1,5;2,5;3\n2,5;3;4\n", {"delimiter": ";"}),
        ("a\tb\n1,5\t2\n", {"delimiter": "\t"}),
        ("a|b\n1|2\n", {"delimiter": "|"}),
        ("'a';'b'\n'x;y';'z'\n'q''s';'t'\n'u';'v'\n", {"delimiter": ";", "quote": "'"}),
        ('a,b\n"x\\"y,z",w\n', {"escape": "\\"}),
        ("a,b\n1,2\n# note\n3,4\n", {"comment": "#"}),
        ('a\tb\n27" screen\t5\n', {"delimiter": "\t"}),
        ('a,b\n"1,2\n3,4\n', {"quote": "none"}),
        ("orders,tags\n1,a;b;c\n2,d;e;f\n", {}),
    ],
)
def test_dialects_are_found(text: str, keys: dict[str, str]) -> None:
    spec = dialect_of(text).spec
    found = spec.model_dump(include={"delimiter", "quote", "escape", "comment"})
    assert found == {"delimiter": ",", "quote": '"', "escape": "none", "comment": "none"} | keys


def test_orders_tell_their_columns_from_those_of_lines() -> None:
    groups = groups_of(Column("id", tuple("aabbccd")))
    assert groups.level(Column("total", ("1", "1", "2", "2", "3", "3", "4"))) == "order"
    assert groups.level(Column("total", ("1", "", "1", "", "1", "", "1"))) == "order"
    assert groups.level(Column("amount", ("1", "2", "2", "3", "3", "4", "4"))) == "line"
    assert groups.level(Column("currency", ("EUR",) * 7)) == "unknown"
    assert groups_of(Column("id", tuple("abcd"))).level(Column("total", tuple("1234"))) == "unknown"


SCORES = st.dictionaries(
    st.tuples(st.sampled_from("ABCD"), st.sampled_from("wxyz")), st.sampled_from([0.0, 0.3, 0.5, 0.7, 1.0]), max_size=16
)


@given(SCORES)
def test_no_assignment_is_better(scores: dict[tuple[str, str], float]) -> None:
    chosen = assign(scores)
    assert len(set(chosen.values())) == len(chosen)
    best = max(
        sum(scores.get((target, column), 0) for target, column in zip("ABCD", columns, strict=True))
        for columns in permutations("wxyz")
    )
    assert sum(scores[pair] for pair in chosen.items()) == pytest.approx(best)


def _moved(*pairs: str) -> list[tuple[str, bool]]:
    steps = [Step({"rename": source, "to": target}, "high", "") for source, target in pairs]
    return [(f"{step.source}{step.target}", step.active) for step in in_order(steps)]


def test_no_step_takes_the_place_of_a_column_that_is_still_needed() -> None:
    assert _moved("ab", "bc") == [("bc", True), ("ab", True)]
    assert _moved("ab", "cd", "bc") == [("cd", True), ("bc", True), ("ab", True)]
    assert _moved("ab", "ba") == [("ba", False), ("ab", True)]
    assert _moved("aa", "bc") == [("aa", True), ("bc", True)]


@given(
    st.recursive(st.text() | st.none() | st.booleans() | st.integers(), lambda inner: st.dictionaries(st.text(), inner))
)
def test_what_is_written_is_read_back(value: object) -> None:
    text = written(value)
    assert "\n" not in text
    assert yaml.safe_load(text) == value


@pytest.mark.parametrize(
    "word", ["no", "off", "Yes", "null", "~", "010", "12:30", "1e5", "0x1F", "=", "<<", "2026-01-01", "y"]
)
def test_words_that_readers_take_for_something_else_stand_in_quotes(word: str) -> None:
    assert written(word) == quoted(word)
