"""Orders as JSON lines: types kept, nothing guessed, what is nested named by its path."""

import gzip
import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_pipelines.errors import FileError
from cdp_pipelines.formats.cells import cells
from cdp_pipelines.formats.json_rows import JsonRowsReader
from cdp_pipelines.formats.spec import JsonOrders
from cdp_pipelines_tests.formats.reading import BLOCK_SIZES


def read(folder, content: str | bytes, block_size: int = 1 << 20):
    """Return columns, rows by line, faults by line and the reader."""
    file = folder / "orders.jsonl"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    rows, faults = {}, {}
    with JsonRowsReader(file, JsonOrders(kind="jsonl"), block_size) as reader:
        for block in reader.blocks():
            for number, line in enumerate(block.lines.tolist()):
                rows[line] = cells(block.data[block.starts[number] : block.starts[number + 1]], ",")
                if number in block.damaged:
                    faults[line] = block.damaged[number]
        return reader.header.columns, rows, faults, reader


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ('"00123"', "00123"),
        ('" a "', " a "),
        ("9007199254740993", "9007199254740993"),
        ("10.50", "10.5"),
        ("1e-7", "0.0000001"),
        ("-0.1", "-0.1"),
        ("1234567890123456.78", "1234567890123456.78"),
        ("0.1234567890123456789", "0.1234567890123456789"),
        ("true", "true"),
        ("null", ""),
        ('""', ""),
        ('["a", "b", 1]', "a;b;1"),
        ("[]", ""),
        ('"a,\\n\\"b"', 'a,\n"b'),
    ],
)
def test_a_value_is_the_text_that_it_stands_for(tmp_path, value, text):
    columns, rows, faults, _ = read(tmp_path, f'{{"id": "A-1", "value": {value}}}\n')
    assert (columns, rows, faults) == (("id", "value"), {1: ["A-1", text]}, {})


@pytest.mark.parametrize("size", BLOCK_SIZES)
def test_what_is_nested_is_named_by_its_path(tmp_path, size):
    content = '{"order": {"id": "A-1", "money": {"total": 12.5}}}\n\n{"note": "x", "order": {"id": "A-2"}}\n'
    columns, rows, faults, reader = read(tmp_path, content, size)
    assert columns == ("order.id", "order.money.total", "note")
    assert (rows, faults) == ({1: ["A-1", "12.5", ""], 3: ["A-2", "", "x"]}, {})
    assert [notice.code for notice in reader.warnings] == ["BLANK_LINES"]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ('{"id": 1, "id": 2}', "INVALID_JSON"),
        ('{"id": NaN}', "INVALID_JSON"),
        ('{"id": Infinity}', "INVALID_JSON"),
        ('{"id": 1e999}', "INVALID_JSON"),
        ('{"id": 1e-999999999}', "INVALID_JSON"),
        ('{"id": ', "INVALID_JSON"),
        ("[1]", "NO_JSON_OBJECT"),
        ('{"id": [{"a": 1}]}', "NESTED_LIST"),
        ('{"id": "a\\u0000b"}', "NUL_BYTE"),
    ],
)
def test_what_json_does_not_say_is_refused_with_its_row(tmp_path, line, code):
    _, rows, faults, _ = read(tmp_path, f'{{"id": "A-1"}}\n{line}\n{{"id": "A-2"}}\n')
    assert faults == {2: code}
    assert (rows[1], rows[3]) == (["A-1"], ["A-2"])
    if code in ("INVALID_JSON", "NO_JSON_OBJECT"):
        assert rows[2] == ["", line]


@given(
    st.lists(
        st.dictionaries(
            st.sampled_from("abc"),
            st.one_of(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=5),
                      st.integers(), st.booleans(), st.floats(allow_nan=False, allow_infinity=False)),
            min_size=1,
        ),
        min_size=1, max_size=5,
    ),
    st.sampled_from([1, 30, 1 << 20]),
)  # fmt: skip
def test_types_are_kept(tmp_path_factory, objects, size):
    content = "".join(json.dumps(one) + "\n" for one in objects)
    columns, rows, faults, _ = read(tmp_path_factory.getbasetemp(), content, size)
    assert not faults
    for line, one in enumerate(objects, start=1):
        found = dict(zip(columns, rows.get(line, [""] * len(columns)), strict=True))
        for name, value in one.items():
            if isinstance(value, bool):
                assert found[name] == str(value).lower()
            elif isinstance(value, str):
                assert found[name] == value
            else:
                assert Decimal(found[name]) == Decimal(repr(value))


@pytest.mark.parametrize(
    ("content", "code"), [("", "EMPTY_FILE"), ("\n\n", "EMPTY_FILE"), ("[]\n", "MALFORMED_HEADER")]
)
def test_files_without_an_object(tmp_path, content, code):
    with pytest.raises(FileError) as refused:
        read(tmp_path, content)
    assert refused.value.code == code


def test_a_packed_file(tmp_path):
    assert read(tmp_path, gzip.compress(b'{"id": 1}\n'))[1] == {1: ["1"]}
