"""Excel workbooks: every cell as the text that it stands for, or its row refused."""

import zipfile
from datetime import date, datetime, timedelta
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_pipelines.errors import FileError
from cdp_pipelines.formats.cells import cells
from cdp_pipelines.formats.spec import ExcelOrders
from cdp_pipelines.formats.workbook import WorkbookReader
from cdp_pipelines.issues import CODES
from cdp_pipelines_tests.formats.packing import zipped
from cdp_pipelines_tests.formats.workbooks import Cell, Xml, workbook

at = datetime.fromisoformat


def read(folder, data: bytes, block_size: int = 1 << 20, **attributes):
    """Return header, rows by line, and faults by line."""
    file = folder / "orders.xlsx"
    file.write_bytes(data)
    rows, faults = {}, {}
    with WorkbookReader(file, ExcelOrders(kind="xlsx", **attributes), block_size) as reader:
        for block in reader.blocks():
            for number, line in enumerate(block.lines.tolist()):
                rows[line] = cells(block.data[block.starts[number] : block.starts[number + 1]], ",")
                if number in block.damaged:
                    faults[line] = block.damaged[number]
        assert reader.bytes_read == len(data)
    return reader.header, rows, faults


def refusal(folder, data: bytes, **attributes) -> FileError:
    with pytest.raises(FileError) as refused:
        read(folder, data, **attributes)
    assert CODES[refused.value.code].severity == "error"
    return refused.value


def one(value: Cell) -> bytes:
    return workbook({"Orders": [["id", "value"], ["A-1", value]]})


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("00123", "00123"),
        (" NA ", " NA "),
        ('a "b",\nc', 'a "b",\nc'),
        (12, "12"),
        (12.0, "12"),
        (-0.5, "-0.5"),
        (51.00, "51"),
        (0.1 + 0.2, "0.3"),
        (1234.56, "1234.56"),
        (1e-7, "0.0000001"),
        (999999999999999, "999999999999999"),
        (True, "true"),
        (date(2026, 1, 31), "2026-01-31"),
        (at("2026-01-31T05:00:00"), "2026-01-31T05:00:00"),
        (at("2026-01-31T23:59:59"), "2026-01-31T23:59:59"),
        (Xml("><f>1+1</f><v>2</v>"), "2"),
        (Xml('t="str"><f>A1</f><v>A-1</v>'), "A-1"),
        (None, ""),
    ],
)
def test_a_cell_is_the_text_that_it_stands_for(tmp_path, value, text):
    header, rows, faults = read(tmp_path, one(value))
    assert header.columns == ("id", "value")
    assert (rows, faults) == ({2: ["A-1", text]}, {})


@pytest.mark.parametrize("value", [35_100_000_000_000_000, 2.0**53, 1e15, -1e18, "3.51E+16", " 3,51E+16", "9.2E+11"])
def test_a_number_that_excel_has_rounded_is_refused(tmp_path, value):
    _, rows, faults = read(tmp_path, workbook({"Orders": [["id", "n"], [value, 1], ["A-2", 2]]}))
    assert faults == {2: "NUMBER_ROUNDED"}
    assert rows[3] == ["A-2", "2"]


@given(st.datetimes(at("1901-01-01"), at("2100-01-01")))
def test_times_come_back_to_the_second(tmp_path_factory, moment):
    moment = moment.replace(microsecond=0)
    _, rows, _ = read(tmp_path_factory.getbasetemp(), one(moment))
    text = rows[2][1]
    assert at(text) == moment


@given(st.decimals(-(10**9), 10**9, places=2))
def test_amounts_come_back_to_the_cent(tmp_path_factory, amount):
    _, rows, _ = read(tmp_path_factory.getbasetemp(), one(float(amount)))
    assert float(rows[2][1]) == float(amount)
    assert "e" not in rows[2][1].lower()


TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn", "Co"], include_characters="\n"), max_size=8)


@given(st.lists(st.tuples(TEXT, TEXT), max_size=6), st.sampled_from([1, 20, 1 << 20]))
def test_texts_come_back_whatever_is_in_them(tmp_path_factory, texts, size):
    rows = [["id", "a", "b"], *(["x", *pair] for pair in texts)]
    _, found, faults = read(tmp_path_factory.getbasetemp(), workbook({"Orders": rows}), size)
    assert found == {line: ["x", *pair] for line, pair in enumerate(texts, start=2)}
    assert faults == {}


def test_errors_of_formulas_are_counted(tmp_path):
    file = tmp_path / "orders.xlsx"
    error = Xml('t="e"><f>1/0</f><v>#DIV/0!</v>')
    file.write_bytes(workbook({"Orders": [["id", "n"], ["A-1", error], ["A-2", error], ["A-3", "#N/A"]]}))
    with WorkbookReader(file, ExcelOrders(kind="xlsx")) as reader:
        assert b"".join(block.data for block in reader.blocks()) == b"A-1,\nA-2,\nA-3,#N/A\n"
        (notice,) = reader.warnings
    assert notice.code == "ERROR_CELLS"
    assert "2 cells" in notice.message


def test_lines_are_those_of_the_sheet(tmp_path):
    rows = [[], ["Report of the day", 2026], [], ["id", "n"], ["A-1", 1], [], ["A-2", 2]]
    header, found, _ = read(tmp_path, workbook({"Orders": rows}), header_line=3)
    assert (header.columns, header.line) == (("id", "n"), 4)
    assert found == {5: ["A-1", "1"], 7: ["A-2", "2"]}


def test_cells_beyond_the_header_are_too_many_and_blank_ones_are_not(tmp_path):
    rows = [["id", "n", None, ""], ["A-1", 1, "", None], ["A-2", 2, "x"], ["A-3"]]
    _, found, _ = read(tmp_path, workbook({"Orders": rows}))
    assert found == {2: ["A-1", "1"], 3: ["A-2", "2", "x"], 4: ["A-3", ""]}


def test_the_sheet_is_chosen_by_name_or_number(tmp_path):
    data = workbook({"Cover": [["nothing"]], "Orders": [["id"], ["A-1"]]})
    assert read(tmp_path, data)[0].columns == ("nothing",)
    for sheet in ("Orders", 2):
        assert read(tmp_path, data, sheet=sheet)[1] == {2: ["A-1"]}
    for sheet in ("orders", 3):
        error = refusal(tmp_path, data, sheet=sheet)
        assert error.code == "NO_SUCH_SHEET"
        assert str(sheet) in error.message


def test_what_is_no_workbook(tmp_path):
    assert refusal(tmp_path, b"").code == "EMPTY_FILE"
    assert refusal(tmp_path, workbook({"Orders": []})).code == "EMPTY_FILE"
    assert refusal(tmp_path, b"id,total\n").code == "NOT_A_WORKBOOK"
    assert refusal(tmp_path, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600).code == "WORKBOOK_PROTECTED"
    assert refusal(tmp_path, zipped({"orders.csv": b"id\n"})).code == "WORKBOOK_DAMAGED"


def test_a_workbook_cut_anywhere_is_refused(tmp_path):
    data = one("x")
    for cut in range(8, len(data), 7):
        assert refusal(tmp_path, data[:cut]).code in ("WORKBOOK_DAMAGED", "ZIP_DAMAGED")


def test_a_flipped_byte_in_a_sheet_is_found_by_its_checksum(tmp_path):
    data = bytearray(one("x" * 200))
    with zipfile.ZipFile(BytesIO(bytes(data))) as archive:
        place = archive.getinfo("xl/worksheets/s1.xml").header_offset
    data[place + 80] ^= 0xFF
    assert refusal(tmp_path, bytes(data)).code == "WORKBOOK_DAMAGED"


def test_bombs_are_stopped_before_anything_is_loaded(tmp_path):
    far = workbook({"Orders": [["id"], ["A-1"]]})
    files = _files(far)
    sheet = files["xl/worksheets/s1.xml"].replace(b'r="A2"', b'r="XFD1048576"')
    error = refusal(tmp_path, zipped(files | {"xl/worksheets/s1.xml": sheet}))
    assert error.code == "SHEET_TOO_LARGE"
    assert "1,048,576 rows and 16,384 columns" in error.message
    padded = files["xl/worksheets/s1.xml"] + b" " * 20_000_000
    assert refusal(tmp_path, zipped(files | {"xl/worksheets/s1.xml": padded})).code == "UNPACKED_TOO_LARGE"
    assert refusal(tmp_path, one(1), max_cells=3).code == "SHEET_TOO_LARGE"


def _files(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_moment_just_before_a_full_second_is_rounded(tmp_path):
    moment = at("2026-01-31T04:59:59") + timedelta(microseconds=999_990)
    assert read(tmp_path, one(moment))[1][2][1] == "2026-01-31T05:00:00"
