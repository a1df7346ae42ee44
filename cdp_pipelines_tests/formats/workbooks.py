"""Excel workbooks as bytes, written by hand so that each cell is stored exactly as a test wants it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from xml.sax.saxutils import escape

from cdp_pipelines_tests.formats.packing import zipped

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
DAY, MOMENT = 1, 2
STYLES = (
    f'<styleSheet {MAIN}><cellXfs count="3"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/>'
    '<xf numFmtId="22" applyNumberFormat="1"/></cellXfs></styleSheet>'
)


class Xml(str):
    """A cell's content as XML, from its `<c ` on without the reference."""


Cell = Xml | str | float | bool | date | None


def workbook(sheets: Mapping[str, Sequence[Sequence[Cell]]]) -> bytes:
    """Return a workbook of sheets of rows."""
    numbers = range(1, len(sheets) + 1)
    names = "".join(
        f'<sheet name="{name}" sheetId="{n}" r:id="r{n}"/>' for n, name in zip(numbers, sheets, strict=True)
    )
    targets = "".join(
        f'<Relationship Id="r{n}" Type="{RELATIONS}/worksheet" Target="worksheets/s{n}.xml"/>' for n in numbers
    )
    overrides = "".join(
        f'<Override PartName="/xl/worksheets/s{n}.xml" ContentType="{TYPES}.worksheet+xml"/>' for n in numbers
    )
    files = {
        "[Content_Types].xml": (
            f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{TYPES}.sheet.main+xml"/>{overrides}</Types>'
        ),
        "_rels/.rels": (
            f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r" Type="{RELATIONS}/officeDocument" '
            'Target="xl/workbook.xml"/></Relationships>'
        ),
        "xl/workbook.xml": f'<workbook {MAIN} xmlns:r="{RELATIONS}"><sheets>{names}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": (
            f'<Relationships xmlns="{PACKAGE}/relationships">{targets}<Relationship Id="s" Type="{RELATIONS}/styles" '
            'Target="styles.xml"/></Relationships>'
        ),
        "xl/styles.xml": STYLES,
    }
    for number, rows in zip(numbers, sheets.values(), strict=True):
        body = "".join(_row(line, cells) for line, cells in enumerate(rows, start=1))
        files[f"xl/worksheets/s{number}.xml"] = f"<worksheet {MAIN}><sheetData>{body}</sheetData></worksheet>"
    return zipped({name: text.encode() for name, text in files.items()})


def _row(line: int, cells: Sequence[Cell]) -> str:
    inside = "".join(_cell(f"{_letters(n)}{line}", cell) for n, cell in enumerate(cells) if cell is not None)
    return f'<row r="{line}">{inside}</row>'


def _cell(place: str, cell: Cell) -> str:
    if isinstance(cell, Xml):
        return f'<c r="{place}" {cell}</c>'
    if isinstance(cell, str):
        return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(cell)}</t></is></c>'
    if isinstance(cell, bool):
        return f'<c r="{place}" t="b"><v>{int(cell)}</v></c>'
    if isinstance(cell, date):
        style = MOMENT if isinstance(cell, datetime) else DAY
        return f'<c r="{place}" s="{style}"><v>{_serial(cell)!r}</v></c>'
    return f'<c r="{place}"><v>{cell!r}</v></c>'


def _serial(moment: date) -> float:
    """Return a date as Excel stores it: days since the last day of 1899."""
    whole = moment if isinstance(moment, datetime) else datetime(moment.year, moment.month, moment.day)  # noqa: DTZ001
    return (whole - datetime(1899, 12, 30)).total_seconds() / 86400  # noqa: DTZ001


def _letters(number: int) -> str:
    return (_letters(number // 26 - 1) if number >= 26 else "") + chr(65 + number % 26)
