"""Files that are not as they should be: each ends in a clear outcome, and none passes silently (D32, K-004)."""

import gzip
from pathlib import Path
from typing import Any

import pytest

from cdp_pipelines_tests.formats.packing import zipped
from cdp_pipelines_tests.scenarios.shop import Order, Shop, codes, counts, line, order, text

GOOD = text([order("A-1"), order("A-2", line(name="Käse"))]).encode()
HEADER, FIRST, SECOND = GOOD.splitlines(keepends=True)
PACKED = gzip.compress(GOOD, mtime=0)

FAILED = {
    "empty": (b"", "EMPTY_FILE"),
    "only line ends": (b"\n\r\n", "EMPTY_FILE"),
    "another delimiter": (GOOD.replace(b",", b";"), "WRONG_DELIMITER"),
    "unclosed quote": (HEADER + FIRST + b'"' + SECOND, "UNCLOSED_QUOTE"),
    "carriage returns alone": (GOOD.replace(b"\n", b"\r"), "CR_LINE_ENDS"),
    "latin-1": (GOOD.decode().encode("latin-1"), "NOT_DECODABLE"),
    "cut in its last line": (GOOD[:-40], "TRUNCATED_FILE"),
    "cut gzip": (PACKED[:-30], "GZIP_TRUNCATED"),
    "gzip without trailer": (PACKED[:-8], "GZIP_TRUNCATED"),
    "damaged gzip": (PACKED[:40] + bytes([PACKED[40] ^ 255]) + PACKED[41:], "GZIP_DAMAGED"),
    "gzip with text behind": (PACKED + b"hello", "GZIP_DAMAGED"),
    "a workbook": (zipped({"[Content_Types].xml": b"<Types/>"}), "NOT_TEXT"),
    "a cut archive": (zipped({"orders.csv": GOOD})[:-30], "ZIP_DAMAGED"),
    "an archive of two files": (zipped({"a.csv": GOOD, "b.csv": GOOD}), "ZIP_NOT_ONE_FILE"),
    "a bomb": (gzip.compress(GOOD + b"\n" * 30_000_000, mtime=0), "UNPACKED_TOO_LARGE"),
    "a column twice": (HEADER.replace(b"userIdType", b"userId") + FIRST, "DUPLICATE_COLUMN"),
    "no header": (FIRST + SECOND, "DUPLICATE_COLUMN"),
}
PARTIAL = {
    "a cell too many": (HEADER + FIRST + SECOND.rstrip() + b",x\n", "WRONG_FIELD_COUNT"),
    "a cell too few": (HEADER + SECOND.rpartition(b",")[0] + b"\n" + FIRST, "WRONG_FIELD_COUNT"),
    "a NUL byte": (HEADER + FIRST + SECOND.replace(b"mug", b"m\0g", 1), "NUL_BYTE"),
    "text behind a quote": (HEADER + FIRST + SECOND.replace(b"mug,", b'"mug"x,', 1), "MALFORMED_QUOTE"),
    "a carriage return in a cell": (HEADER + FIRST + SECOND.replace(b"mug", b"m\rg", 1), "LONE_CR"),
}
WARNED = {
    "a header alone": (HEADER, "NO_ROWS"),
    "no last line end": (GOOD[:-1], "NO_FINAL_LINE_END"),
    "blank lines": (HEADER + b"\n" + FIRST + b"\r\n" + SECOND, "BLANK_LINES"),
    "a column without name": (
        HEADER.rstrip() + b",\n" + FIRST.rstrip() + b",x\n" + SECOND.rstrip() + b",\n", "UNNAMED_COLUMN",
    ),
    "two byte-order marks": (b"\xef\xbb\xbf" * 2 + GOOD, "DOUBLE_BOM"),
}  # fmt: skip
FINE = {
    "a byte-order mark": b"\xef\xbb\xbf" + GOOD,
    "CRLF": GOOD.replace(b"\n", b"\r\n"),
    "gzip by its first bytes": PACKED,
    "gzip of two members": gzip.compress(GOOD[:100]) + gzip.compress(GOOD[100:]),
    "an archive of one file": zipped({"orders.csv": GOOD}),
    "every cell quoted": b"\n".join(b'"' + one.replace(b",", b'","') + b'"' for one in GOOD.splitlines()) + b"\n",
}


def cases(table: dict[str, Any]) -> list[Any]:
    return [pytest.param(*(one if isinstance(one, tuple) else (one,)), id=name) for name, one in table.items()]


@pytest.mark.rows("D32", "K-004", "F24")
@pytest.mark.parametrize(("content", "code"), cases(FAILED))
def test_a_file_that_cannot_be_trusted_fails_as_a_whole(shop: Shop, content: bytes, code: str) -> None:
    report = shop.imports().reads(content)
    assert report.status == "failed"
    assert code in codes(report)
    assert report.error
    assert (counts(report), shop.events(), shop.ask("select from files")) == ({}, [], [])


@pytest.mark.rows("D32", "D13")
@pytest.mark.parametrize(("content", "code"), cases(PARTIAL))
def test_a_damaged_row_rejects_its_order(shop: Shop, content: bytes, code: str) -> None:
    report = shop.imports().reads(content)
    assert (report.status, counts(report)) == ("partial", {"added": 1, "rejected": 1})
    assert {found for _, found, _ in shop.rejects(report.run_id)} == {code}
    assert shop.ask("select order_id from orders") == [{"order_id": "A-1"}]


@pytest.mark.rows("D32")
@pytest.mark.parametrize(("content", "code"), cases(WARNED))
def test_what_is_odd_but_harmless_is_a_warning(shop: Shop, content: bytes, code: str) -> None:
    report = shop.imports().reads(content)
    assert report.status == "completed"
    assert {(issue.severity, issue.code) for issue in report.issues} == {("warning", code)}
    assert len(shop.events()) == (0 if code == "NO_ROWS" else 2)


@pytest.mark.parametrize("content", cases(FINE))
def test_what_is_as_it_should_be_is_not_mentioned(shop: Shop, content: bytes) -> None:
    report = shop.imports().reads(content)
    assert (report.status, report.issues, counts(report)) == ("completed", [], {"added": 2})
    assert shop.order("A-2")["line_items"][0]["name"] == "Käse"


def test_a_name_that_lies_about_gzip(shop: Shop) -> None:
    export = shop.imports(source={"kind": "local", "uri": "orders.csv.gz"})
    report = export.reads(GOOD)
    assert (report.status, codes(report), report.files[0].compression) == ("completed", {"NOT_GZIP"}, "none")


@pytest.mark.rows("K-004")
def test_the_place_of_a_byte_that_does_not_decode_is_named(shop: Shop) -> None:
    content = GOOD.replace("ä".encode(), b"\xe4")
    report = shop.imports().reads(content)
    assert f"byte {content.index(0xE4):,} of the unpacked file, line 3," in (report.error or "")


AUTO = {"kind": "kevel_csv", "encoding": "auto"}


@pytest.mark.rows("K-117")
def test_an_encoding_that_is_found_out_is_told_with_its_confidence(shop: Shop) -> None:
    content = text([order("A-1", line(name="Käse")), order("A-2", line(name="Gruß aus Köln"))])
    report = shop.imports(format=AUTO).reads(content.encode("cp1252"))
    (issue,) = report.issues
    assert (report.status, report.files[0].encoding) == ("completed", "cp1252")
    assert (issue.severity, issue.code, issue.rows) == ("warning", "ENCODING_DETECTED", 0)
    assert "read as cp1252 (found out, confidence " in issue.message
    assert shop.order("A-1")["line_items"][0]["name"] == "Käse"


@pytest.mark.rows("K-004", "K-117")
def test_an_encoding_that_cannot_be_told_stores_nothing(shop: Shop) -> None:
    content = text([order("A-1", line(name="Gdańsk"))])
    report = shop.imports(format=AUTO).reads(content.encode("cp1250"))
    assert (report.status, codes(report)) == ("failed", {"ENCODING_UNSURE"})
    assert "set format.encoding to what it is" in (report.error or "")
    assert (counts(report), shop.events()) == ({}, [])


def test_a_dialect_of_its_own(shop: Shop) -> None:
    plain = text([order("A-1", line(name="a 'quoted' mug")), order("A-2", line(status="lost"))], delimiter=";")
    content = "made by the shop\n" + plain.replace("'", "''").replace(";a ''quoted'' mug;", ";'a ''quoted'' mug';")
    dialect = {"delimiter": ";", "quote": "'", "comment": "#", "header_line": 2}
    report = shop.imports(format={"kind": "kevel_csv", **dialect}).reads(content + "# end\n")
    assert (counts(report), codes(report)) == ({"added": 1, "rejected": 1}, {"UNKNOWN_STATUS"})
    assert shop.rejects(report.run_id) == [(4, "UNKNOWN_STATUS", "lineItem_status")]
    assert shop.order("A-1")["line_items"][0]["name"] == "a 'quoted' mug"


@pytest.mark.rows("K-024", "K-116")
def test_another_encoding_is_read_when_declared(shop: Shop) -> None:
    export = shop.imports(format={"kind": "kevel_csv", "encoding": "latin-1", "delimiter": ";"})
    report = export.reads(text([order("A-1", line(name="Käse"))], delimiter=";").encode("latin-1"))
    assert (report.files[0].encoding, report.issues) == ("iso8859-1", [])
    assert shop.order("A-1")["line_items"][0]["name"] == "Käse"


@pytest.mark.rows("K-006")
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_lines_are_counted_as_an_editor_does(shop: Shop, end: str) -> None:
    content = text([order("A-1", line(name="two\nlines")), order("A-2", line(status="lost"))]).replace("\n", end)
    report = shop.imports().reads(content)
    assert shop.rejects(report.run_id) == [(4, "UNKNOWN_STATUS", "lineItem_status")]


@pytest.mark.rows("D32")
def test_a_missing_file_is_a_failure(shop: Shop) -> None:
    report = shop.imports().runs()
    assert (report.status, codes(report), report.files) == ("failed", {"SOURCE_FAILED"}, [])
    assert str(shop.folder / "orders.csv") in (report.error or "")


@pytest.mark.rows("D15", "F31")
@pytest.mark.parametrize("block_size", [1, 100, 1000, 2 << 20])
@pytest.mark.parametrize("batch", [1, 3, 100_000])
def test_blocks_and_batches_change_no_result(shop: Shop, block_size: int, batch: int) -> None:
    report = shop.imports().gets(*_everything(), block_size=block_size, batch=batch)
    assert counts(report) == {"added": 5, "rejected": 4, "superseded": 1}
    assert (report.items.total, report.items.added, report.items.rejected) == (5, 3, 2)
    assert sorted(shop.told()) == [("orderPlace", "A-1"), ("orderPlace", "A-2"), ("orderPlace", "A-5")]
    assert shop.rejects(report.run_id) == [
        (4, "BLANK_ORDER_ID", "orderId"),
        (7, "ORDER_REJECTED", None),
        (8, "UNKNOWN_STATUS", "lineItem_status"),
        (9, "ORDER_REJECTED", None),
    ]


def _everything() -> list[Order]:
    two = order("A-2", line(), line(name="two\nlines"))
    return [
        order("A-1", line(sku="early")),
        [two[0], *order(""), two[1]],
        order("A-3", line(), line(status="lost"), line()),
        order("A-1", line(sku="late")),
        order("A-5", line(), line()),
    ]


def test_a_file_may_be_named_on_the_spot(shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_bytes(GOOD)
    report = shop.imports().runs(file=str(tmp_path / "other.csv"))
    assert (counts(report), report.files[0].uri) == ({"added": 2}, str(tmp_path / "other.csv"))


@pytest.mark.rows("K-114")
@pytest.mark.parametrize(
    ("name", "compression", "content", "found"),
    [
        ("orders.csv.gz", None, PACKED, "gzip"),
        ("orders.csv.GZ", "auto", PACKED, "gzip"),
        ("orders.csv", None, GOOD, "none"),
        ("orders.dat", "gzip", PACKED, "gzip"),
        ("orders.gz", "none", GOOD, "none"),
    ],
)
def test_compression_follows_from_the_name_or_is_set(
    name: str, compression: str | None, content: bytes, found: str, shop: Shop
) -> None:
    reading = {"kind": "kevel_csv"} | ({"compression": compression} if compression else {})
    report = shop.imports(source={"kind": "local", "uri": name}, format=reading).reads(content)
    assert (report.status, counts(report), report.files[0].compression) == ("completed", {"added": 2}, found)


@pytest.mark.rows("K-114")
@pytest.mark.parametrize(("compression", "content"), [("gzip", GOOD), ("none", PACKED)])
def test_compression_that_is_set_is_believed(compression: str, content: bytes, shop: Shop) -> None:
    report = shop.imports(format={"kind": "kevel_csv", "compression": compression}).reads(content)
    assert report.status == "failed"
    assert not shop.orders()
