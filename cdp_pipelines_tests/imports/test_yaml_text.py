import textwrap

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from cdp_pipelines.errors import ConfigurationError
from cdp_pipelines.imports.yaml_text import read_documents


@pytest.fixture
def read(tmp_path):
    def read(text):
        path = tmp_path / "defs.yaml"
        path.write_bytes(text if isinstance(text, bytes) else textwrap.dedent(text).encode())
        return read_documents(path)

    return read


def values(documents):
    assert [str(problem) for document in documents for problem in document.problems] == []
    return [document.values for document in documents]


def sentence(documents):
    [problem] = [problem for document in documents for problem in document.problems]
    return f"{problem.line}: {problem.field}: {problem.message}"


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("2026-01-01", "2026-01-01"),
        ("12:30:00", "12:30:00"),
        ("010", "010"),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("no", "no"),
        ("off", "off"),
        ("Yes", "Yes"),
        (".nan", ".nan"),
        ("=", "="),
        ("5%", "5%"),
        ("0", 0),
        ("-12", -12),
        ("0.05", 0.05),
        ("true", True),
        ("False", False),
        ("~", None),
        ("", None),
        ("'010'", "010"),
        ('"true"', "true"),
        ("!!str 5", "5"),
    ],
)
def test_scalars_are_read_as_yaml_1_2_means_them(read, written, value):
    [document] = values(read(f"key: {written}\n"))
    assert document == {"key": value}
    assert type(document["key"]) is type(value)


def test_what_yaml_1_1_takes_for_something_else_is_remembered(read):
    [document] = read("a: no\nb: 010\nc: 12:30:00\nd: text\ne: 'no'\nf: 2026-01-01\n")
    assert document.doubtful == {("a",): False, ("b",): 8, ("c",): 45000}


def test_documents_keys_and_items_know_their_lines(read):
    first, second = read(
        """\
        # a comment
        type: x
        attributes:
          owners:
            - a
            - b
        ---

        type: y
        """
    )
    assert (first.line, second.line) == (2, 9)
    assert first.lines[("attributes", "owners", 1)] == 6
    assert first.place_of(("attributes", "owners", 9)) == (first.path, 4)
    assert first.place_of(("attributes", "source", "uri")) == (first.path, 3)


def test_a_duplicate_key_names_both_lines(read):
    assert sentence(read("a: 1\nb: 2\na: 3\n")) == "3: a: stands twice, first in line 1: keep one"
    assert sentence(read("attributes: {a: {b: 1, b: 2}}\n")).startswith("1: a.b: stands twice")


def test_aliases_and_merged_keys_work(read):
    [document] = values(read("base: &base {a: 1, b: 2}\nother: {<<: *base, b: 3}\nlist: [*base]\n"))
    assert document["other"] == {"a": 1, "b": 3}
    assert document["list"] == [{"a": 1, "b": 2}]


def test_aliases_without_end_are_refused(read):
    assert "repeat without end" in sentence(read("a: &a [*a]\n"))
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9)
    )
    assert "repeat without end" in str(read(bomb)[0].problems[0])


@pytest.mark.parametrize(
    ("text", "line", "hint"),
    [
        ("source: {kind: local, uri: /d/{partition}.csv}\n", 1, "put the uri in double quotes"),
        ("a:\n  uri: {home}/x.csv\n", 2, "put the uri in double quotes"),
        ("a:\n\tb: 1\n", 2, "indent with spaces"),
        ("a: b: c\n", 1, "put quotes around"),
        ("a: @x\n", 1, "put quotes around"),
        ("a: 1\nb: 'open\nc: 2\n", 2, "close it"),
        ("a: 1\nb: [1,\nc: 2\n", 2, "not closed"),
        (" a: 1\nb: 2\n", 2, "check indentation"),
        ("a: *nowhere\n", 1, "undefined alias"),
        (b"a: \xff\n", 1, "save the file as UTF-8"),
        (b"a: 1\nb: caf\xe9\n", 2, "save the file as UTF-8"),
        (b"a: \x00\n", 1, "control characters"),
        ("[" * 5000, 1, "nested too deeply"),
        ("a: !python/object x\n", 1, "remove it"),
        ("? [a]\n: b\n", 1, "a key must be a word"),
    ],
)
def test_what_cannot_be_read_says_where_and_what_to_do(read, text, line, hint):
    found = sentence(read(text))
    assert found.startswith(f"{line}: ")
    assert hint in found


def test_documents_before_a_broken_one_are_read(read):
    documents = read("a: 1\n---\nb: [\n")
    assert documents[0].values == {"a": 1}
    assert documents[1].problems


def test_a_byte_order_mark_is_dropped(read):
    assert values(read(b"\xef\xbb\xbfa: 1\n")) == [{"a": 1}]


def test_a_missing_file_says_so(tmp_path):
    with pytest.raises(ConfigurationError, match=r"none\.yaml cannot be read"):
        read_documents(tmp_path / "none.yaml")


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "Zs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", min_size=1), inner, max_size=3),
    max_leaves=8,
)


@given(value=st.dictionaries(st.text("abc", min_size=1), plain, min_size=1))
def test_what_yaml_writes_comes_back(tmp_path_factory, value):
    path = tmp_path_factory.getbasetemp() / "round.yaml"
    path.write_text(yaml.safe_dump(value, allow_unicode=True), encoding="utf-8")
    assert values(read_documents(path)) == [value]


@given(text=st.text(st.sampled_from("abc:-{}[]'\"&*!#|>%@ \n\t,?"), max_size=60))
def test_no_text_breaks_the_reader(tmp_path_factory, text):
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_text(text, encoding="utf-8")
    for document in read_documents(path):
        assert all(problem.line >= 1 and problem.message for problem in document.problems)
