"""Whatever the file is: YAML that is in order, or one sentence and exit code 1 or 2; soon, and in little memory."""

import gzip
import random
import resource
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cdp_pipelines.errors import FileError
from cdp_pipelines.imports.check import check
from cdp_pipelines.suggestions import suggest, taking
from cdp_pipelines_tests.formats.packing import zipped
from cdp_pipelines_tests.suggestions.measuring import attributes

HEADER = b"Order ID,Email,Order Date,Total\n"
GIGABYTE = 1 << 30


def lines(count: int) -> bytes:
    return b"".join(b"%d,x%d@example.com,2025-01-%02d,5.%02d\n" % (n, n, n % 28 + 1, n % 100) for n in range(count))


REFUSED = {
    "empty.csv": (b"", "is empty"),
    "blank.csv": (b"\n\n  \n", "is empty"),
    "rubbish.bin": (random.Random(1).randbytes(50_000), "no text"),  # noqa: S311
    "bytes.bin": (bytes(random.Random(1).choices(range(128, 256), k=5000)), "no t"),  # noqa: S311
    "zeros.gz": (gzip.compress(bytes(100_000_000)), "is empty"),
    "cut.gz": (gzip.compress(HEADER + lines(5000))[:-20], "was cut"),
    "two.zip": (zipped({"a.csv": HEADER, "b.csv": HEADER}), "holds 2 files"),
    "array.json": (b'[{"a": 1}]', "one JSON array"),
    "page.pdf": (b"%PDF-1.7\n" * 9, "is a PDF"),
    "old.xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(999), "old or protected"),
    "packed.xz": (b"\xfd7zXZ\0" + b"\1" * 99, "packed with xz"),
    "returns.csv": (b"Order ID,Email,Total\r1,a@example.com,5\r2,b@example.com,6\r", "carriage return"),
    "twice.csv": (b"Order ID,Email,Email\n1,a@example.com,b@example.com\n", "stands twice"),
    "values.csv": (b"100,a@example.com,2025-01-01,5.00\n101,b@example.com,2025-01-02,6.00\n", "only values"),
    "many.csv": (
        b",".join(b"c%d" % n for n in range(3000)) + b"\n" + b",".join([b"1"] * 3000) + b"\n",
        "2,000 columns",
    ),
    "other.xml": (b"<a><b/></a>", "no product feed"),
    "type.xml": (b'<!DOCTYPE a [<!ENTITY x "y">]><rss><channel/></rss>', "document type"),
    "broken.jsonl": (b'{"a": 1\n{"b"\n', "one object per line"),
    "line.csv": (b"a" * 5_000_000, "no table"),
    "digits.csv": (b"1" * 2_000_000 + b"x,y\n" + b"1" * 2_000_000 + b",2\n", "only values"),
    "nul.csv": (b"Order ID,Email\n1\0,a@example.com\n", "no text"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_table_is_told_in_a_sentence(name, command, tmp_path):
    content, sentence = REFUSED[name]
    (tmp_path / name).write_bytes(content)
    begun = time.monotonic()
    assert command("suggest", tmp_path / name) == 1
    assert sentence in command.err
    assert command.out == ""
    assert len(command.err.splitlines()) == 1
    assert time.monotonic() - begun < 20


@pytest.mark.parametrize(
    ("address", "code", "sentence"),
    [
        ("missing.csv", 1, "No file at"),
        (".", 1, "is a folder"),
        ("/dev/zero", 1, "no regular file"),
        ("ftp://files.example.com/x", 2, "can't be read"),
        ("s3://", 2, "is no address"),
        ("sftp://files.example.com/x.csv", 2, "sftp"),
        ("http://[broken/x.csv", 2, "no address"),
    ],
)
def test_what_is_no_file_is_told_in_a_sentence(address, code, sentence, command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert command("suggest", address) == code
    assert sentence in command.err


def test_a_name_with_braces_cannot_stand_in_an_import(command, tmp_path):
    (tmp_path / "orders {de}.csv").write_bytes(HEADER + lines(9))
    assert command("suggest", tmp_path / "orders {de}.csv") == 2
    assert "rename the file" in command.err


@pytest.mark.parametrize("packed", [False, True])
def test_a_huge_file_is_looked_at_by_its_beginning(packed, command, tmp_path):
    path = tmp_path / "orders.csv"
    if packed:
        path.write_bytes(gzip.compress(HEADER + b"1,2,3,4\n" * 20_000_000, compresslevel=1))
    else:
        with path.open("wb") as file:
            file.write(HEADER + lines(200_000))
            file.truncate(10 * GIGABYTE)
    before, begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    assert command("suggest", path) == 0
    assert time.monotonic() - begun < 20
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300_000  # kilobytes
    assert "from the first 5,000 rows" in command.out


def test_no_more_than_the_beginning_of_a_file_is_fetched(monkeypatch, command):
    monkeypatch.setattr(taking, "MOST_FETCHED", 1 << 20)
    sent = []

    class Endless(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(10 * GIGABYTE))
            self.end_headers()
            try:
                self.wfile.write(HEADER)
                sent.extend(self.wfile.write(lines(10_000)) for _ in range(1000))
            except OSError:
                pass

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Endless)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        address = f"http://127.0.0.1:{server.server_port}/orders.csv"
        assert command("suggest", address) == 0, command.err
    finally:
        server.shutdown()
        server.server_close()
    assert attributes(command.out)["source"] == {"kind": "http", "uri": address}
    assert sum(sent) < 30 << 20


NAMES = st.one_of(
    st.text(min_size=1, max_size=20),
    st.sampled_from(
        [
            "orderId",
            "total",
            "Total",
            "userId",
            "Email",
            "lineItem_total",
            "createdAt",
            "{{ x }}",
            "no",
            "Bestellnr.",
            "# x",
            "id",
        ]
    ),
)
CELLS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["a@example.com", "EUR", "12,50", "1.234,50 €", "31.12.2025", "01/02/2026", "null", "paid", "1735689600", ""]
    ),
)


@settings(max_examples=150)
@given(
    names=st.lists(NAMES, min_size=1, max_size=8, unique=True),
    cells=st.lists(st.lists(CELLS, min_size=8, max_size=8), max_size=6),
    delimiter=st.sampled_from(",;\t|"),
)
def test_any_table_gives_yaml_that_is_in_order(names, cells, delimiter):
    rows = [names, *(row[: len(names)] for row in cells)]
    text = "".join(delimiter.join('"' + cell.replace('"', '""') + '"' for cell in row) + "\n" for row in rows)
    _is_in_order_or_refused(text.encode("utf-8", "surrogatepass"))


@settings(max_examples=100)
@given(st.binary(max_size=300))
def test_any_bytes_give_yaml_that_is_in_order(content):
    _is_in_order_or_refused(content)


def _is_in_order_or_refused(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path, target = Path(folder) / "orders.csv", Path(folder) / "suggested.yaml"
        path.write_bytes(content)
        try:
            target.write_text(suggest(str(path)))
        except FileError:
            return
        assert [str(problem) for problem in check(target)] == []
