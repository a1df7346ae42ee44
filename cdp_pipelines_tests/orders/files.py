"""Order files whose grouping is known row by row, and a plain reading of what `Grouper` should make of them."""

from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import strategies as st

from cdp_pipelines.formats.records import CsvReader
from cdp_pipelines.formats.spec import KevelCsv
from cdp_pipelines.orders.groups import Grouper, Groups

HEADERS = (
    ("orderId", "currency", "custom_x", "lineItem_sku", "lineItem_name"),
    ("currency", "orderId", "custom_x", "lineItem_sku"),
    ("lineItem_sku", "currency", "orderId", "lineItem_name", "custom_x"),
    ("orderId", "currency", "lineItem_sku", "note", ""),
    ("note", "orderId", "currency", "lineItem_sku"),
)
ORDER_COLUMNS = {"currency", "custom_x"}
IDS = {"A": "A", '"A"': "A", "B": "B", "a": "a", "é": "é", '"a,\nb"': "a,\nb", '"q""q"': 'q"q', "": None, '""': None}
FILLED = {"": False, '""': False, "EUR": True, '"x,\ny"': True, " ": True}
DAMAGED_CELLS = {"a\0b": "NUL_BYTE", '"x"y': "MALFORMED_QUOTE", "a\rb": "LONE_CR"}


@dataclass(frozen=True)
class Row:
    """One record as it stands in the file, and what is to be read from it."""

    text: str
    id: str | None
    order_filled: bool
    code: str | None = None

    @property
    def height(self) -> int:
        """Physical lines, as editors count them."""
        return self.text.count("\n") + self.text.count("\r") + 1


@dataclass(frozen=True)
class File:
    header: tuple[str, ...]
    rows: tuple[Row, ...]
    line_end: str = "\n"
    ended: bool = True

    @property
    def data(self) -> bytes:
        text = self.line_end.join([",".join(self.header), *(row.text for row in self.rows)])
        return (text + self.line_end * self.ended).encode()


@dataclass
class Order:
    """A group of rows: its id, the lines it has, the bytes from its first row up to the next group, its faults."""

    id: str
    lines: list[int]
    said: str
    broken: dict[int, str] = field(default_factory=dict)


@st.composite
def rows(draw: st.DrawFn, header: tuple[str, ...]) -> Row:
    cells = {name: draw(st.sampled_from(["", "s", '"a\nb"', '"c,d"', '"q""q"'])) for name in header}
    blank = draw(st.booleans())
    cells |= {name: "" if blank else draw(st.sampled_from(list(FILLED))) for name in header if name in ORDER_COLUMNS}
    cells["orderId"] = draw(st.sampled_from(list(IDS)))
    row = Row(
        ",".join(cells[name] for name in header),
        IDS[cells["orderId"]],
        any(FILLED[cells[name]] for name in header if name in ORDER_COLUMNS),
    )
    damage = draw(st.sampled_from([None] * 12 + ["short", "long", "cell"]))
    return row if damage is None else _damaged(draw, damage, header, cells)


def _damaged(draw: st.DrawFn, damage: str, header: tuple[str, ...], cells: dict[str, str]) -> Row:
    found, code = [cells[name] for name in header], "WRONG_FIELD_COUNT"
    if damage == "long":
        found.append("z")
    elif damage == "short":
        found = found[: draw(st.integers(1, len(header) - 1))]
    else:
        place = draw(st.sampled_from([n for n, name in enumerate(header) if name != "orderId"]))
        found[place], code = draw(st.sampled_from(list(DAMAGED_CELLS.items())))
    text = ",".join(found)
    if not text:
        text = found[0] = "x"
    place = header.index("orderId")
    known = found[place] if place < len(found) else ""
    return Row(text, IDS.get(known, known), False, code)


@st.composite
def files(draw: st.DrawFn) -> File:
    header = draw(st.sampled_from(HEADERS))
    found = tuple(draw(st.lists(rows(header), max_size=12)))
    ended = not found or found[-1].code is not None or draw(st.booleans())
    return File(header, found, draw(st.sampled_from(["\n", "\r\n"])), ended)


def expected(file: File) -> tuple[list[Order], dict[int, str]]:
    """Group a file's rows in plain Python: orders in their order, and the codes of rows without one, by line."""
    orders: list[Order] = []
    orphans: dict[int, str] = {}
    line = 2
    for row in file.rows:
        if row.id is not None and (not orders or orders[-1].id != row.id):
            orders.append(Order(row.id, [], ""))
        if orders:
            orders[-1].said += row.text + file.line_end
        code = row.code or ("BLANK_ORDER_ID" if row.order_filled else None if orders else "NO_ORDER_ABOVE")
        if row.id is None and code:
            orphans[line] = code
        else:
            orders[-1].lines.append(line)
            if row.code:
                orders[-1].broken[line] = row.code
        line += row.height
    for order in orders:
        order.said = order.said.removesuffix(file.line_end)
    return orders, orphans


@dataclass
class Found:
    """What `Grouper` made of a file: orders with their fingerprints in place of what they say."""

    orders: list[Order]
    orphans: dict[int, str]


def grouped(path: Path, block_size: int = 2 << 20, seed: str = "configuration") -> Found:
    found = Found([], {})
    for groups in scan(path, block_size, seed):
        _take(found, groups)
    return found


def scan(path: Path, block_size: int = 2 << 20, seed: str = "configuration"):
    with CsvReader(path, KevelCsv(kind="kevel_csv"), block_size) as reader:
        yield from Grouper(reader.header, ",", seed).groups(reader.blocks())


def _take(found: Found, groups: Groups) -> None:
    assert len(groups.ids) == len(groups.fingerprints) == len(groups.sizes) == len(groups.bounds) - 1
    for number, order_id in enumerate(groups.ids.to_pylist()):
        records = groups.records_of([number])
        assert len(records) == groups.sizes[number]
        broken = {int(groups.lines[n]): code for n, code in groups.broken.get(number, {}).items()}
        lines = groups.lines[records].tolist()
        found.orders.append(Order(order_id, lines, groups.fingerprints[number], broken))
    found.orphans |= {int(groups.lines[n]): code for n, code in groups.orphans.items()}
    every = [n for number in range(len(groups.ids)) for n in groups.records_of([number])]
    assert sorted([*every, *groups.orphans]) == list(range(len(groups.lines)))
