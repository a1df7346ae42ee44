"""How the tests read a file: once with our reader, once with Python's `csv`, into the same shape."""

import csv
import io
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from cdp_pipelines.errors import FileError
from cdp_pipelines.formats.records import Block, CsvReader, Header, cells, parse
from cdp_pipelines.formats.spec import Csv, KevelCsv, SyneriseCsv
from cdp_pipelines.issues import CODES, Notice

BLOCK_SIZES = (1, 2, 3, 7, 60, 2 << 20)
Cells = list[str | None]


@dataclass
class Reading:
    """Everything that a file gave; cells by the physical line on which their record starts, empty ones None."""

    header: Header
    rows: dict[int, Cells] = field(default_factory=dict)
    wrong: dict[int, int] = field(default_factory=dict)
    damaged: dict[int, str] = field(default_factory=dict)
    warnings: list[Notice] = field(default_factory=list)

    @property
    def codes(self) -> set[str]:
        return {notice.code for notice in self.warnings}


def spec(**attributes: str) -> Csv:
    if attributes.get("kind") == "synerise_csv":
        return SyneriseCsv(**attributes)
    return KevelCsv(kind="kevel_csv", **attributes)


def read(path: Path, block_size: int = 2 << 20, **attributes: str) -> Reading:
    """Read a file with our reader, and check what holds for every file."""
    with CsvReader(path, spec(**attributes), block_size) as reader:
        found = Reading(reader.header)
        for block in reader.blocks():
            take(found, block, attributes.get("delimiter", ","))
        found.warnings = reader.warnings
        assert reader.bytes_read == path.stat().st_size
    assert all(notice.code in CODES for notice in found.warnings)
    return found


def take(found: Reading, block: Block, delimiter: str) -> None:
    assert len(block.starts) == len(block.lines) + 1
    assert (block.starts[0], block.starts[-1]) == (0, len(block.data))
    every = [str(place) for place in range(len(found.header.columns))]  # unnamed columns, too
    parsed = parse(block.data, every, delimiter, starts=block.starts)
    kept = range(len(block.lines)) if parsed.rows is None else parsed.rows.tolist()
    assert sorted([*kept, *(index for index, _ in parsed.wrong)]) == list(range(len(block.lines)))
    for index, row in zip(kept, table_rows(parsed.table), strict=True):
        found.rows[int(block.lines[index])] = row
        record = block.data[block.starts[index] : block.starts[index + 1]]
        assert [cell or None for cell in cells(record, delimiter)] == row
    for index, fields in parsed.wrong:
        found.wrong[int(block.lines[index])] = fields
    for index, code in block.damaged.items():
        assert CODES[code].severity == "error"
        found.damaged[int(block.lines[index])] = code


def table_rows(table) -> list[Cells]:
    return [list(row) for row in zip(*(column.to_pylist() for column in table.columns), strict=True)]


def read_bytes(data: bytes, block_size: int = 2 << 20, name: str = "o.csv", **attributes: str) -> Reading | FileError:
    """Read bytes as a file; a refusal is a result too."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        try:
            return read(path, block_size, **attributes)
        except FileError as error:
            return error


def python_csv(text: str, delimiter: str = ",") -> dict[int, Cells]:
    """Read a text with Python's `csv`: cells of each record by its first physical line, blank lines left out."""
    records = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    found, line = {}, 1
    for record in records:
        if record:
            found[line] = [cell or None for cell in record]
        line = records.line_num + 1
    return found
