"""What `check` says about mistakes in `transform`: each at its own line."""

import pytest

from cdp_pipelines.imports.check import check
from cdp_pipelines.imports.documents import find_import
from cdp_pipelines.imports.spec import config_hash
from cdp_pipelines_tests.imports.writing import LEAST, document, write

HEAD = (
    "type: cdp_pipelines.OrderImport\nattributes:\n  name: a\n  source: {kind: local, uri: x}\n  format: {kind: csv}\n"
)


def found(folder, *steps: str) -> list[str]:
    text = HEAD + "  transform:\n" + "".join(f"    - {step}\n" for step in steps)
    write(folder / "defs.yaml", text)
    return [str(problem).partition("defs.yaml:")[2] for problem in check(folder)]


@pytest.mark.parametrize(
    ("step", "sentence"),
    [
        ("{}", "transform[1]: says nothing to do: write one of rename, copy, new, delete, split, join, filter"),
        ("{renam: a, to: b}", "transform[1].renam: unknown key; did you mean rename?"),
        ("{rename: a}", "transform[1]: rename needs the key to beside it"),
        ("{rename: a, to: b, delete: c}", "transform[1].delete: one step does one thing, and this one does rename"),
        ("{rename: a, to: [b, c]}", "transform[1].to: only split makes several columns: write one name"),
        ("{rename: '', to: b}", "transform[1].rename: write the name of a column"),
        ("{rename: 5, to: b}", "transform[1].rename: must be a text: put quotes around it"),
        ("{rename: a, to: b, value: 1}", "transform[1].value: rename takes no value, only to, trim, lower, map,"),
        ("{new: a, value: 1, cast: integer}", "transform[1].cast: values are changed by rename and copy only"),
        ("{new: a, value: 1, map: {x: y}}", "transform[1].map: values are changed by rename and copy only"),
        ("{delete: a, timestamp: yyyy-MM-dd}", "transform[1].timestamp: values are changed by rename and copy only"),
        ("{delete: a, to: b}", "transform[1].to: delete takes no to: remove it"),
        ("{new: a, value: [1]}", "transform[1].value: write one value: a text, a number, true or false"),
        ("{new: a, value: 9223372036854775808}", "transform[1].value: is a number of more than 64 bits: put quotes"),
        ("{rename: a, to: b, map: {x: {y: z}}}", "transform[1].map[0].to: write one value: a text, a number"),
        ("{new: a}", "transform[1]: new needs the key value beside it"),
        ("{split: a, to: [b, c]}", "transform[1]: split needs the key by beside it"),
        ("{split: a, to: [b, b], by: x}", "transform[1].to: write the name of a column, or a list of different ones"),
        ("{split: a, to: [b, c], by: ''}", "transform[1].by: write the text between the parts"),
        ("{join: [], to: b}", "transform[1].join: write the name of a column"),
        (
            "{rename: a, to: b, cast: int}",
            "transform[1].cast: 'int' is not one of 'string', 'integer', 'float', 'bool'",
        ),
        ("{rename: a, to: b, timestamp: YYYY}", "transform[1].timestamp: 'YYYY' means nothing in it: write yyyy"),
        ("{rename: a, to: b, cast: bool, timestamp: yyyyMMdd}", "transform[1]: timestamp makes a text of its own"),
        (
            "{rename: a, to: b, on_cast_error: reject}",
            "transform[1]: on_cast_error needs cast, decimal or timestamp beside it",
        ),
        ("{rename: a, to: b, hash: md5}", "transform[1].hash: 'md5' is not one of 'sha256', 'hmac_sha256'"),
        ("{rename: a, to: b, hash: hmac_sha256}", "transform[1]: hash: hmac_sha256 and key go together"),
        ("{rename: a, to: b, hash: hmac_sha256, key: se-same}", "transform[1].key: write the name of an environment"),
        ("{rename: a, to: b, hash: hmac_sha256, key: NO_KEY}", "transform[1].key: NO_KEY is not set: set this"),
        ("{rename: a, to: b, map: [{form: 1, to: 2}]}", "transform[1].map[0].form: unknown key; did you mean from?"),
        ("{filter: 'a = 1'}", "transform[1].filter: is not understood from character 3 on; write == to compare"),
        ("{filter: 'a == 1', per: line}", "transform[1].per: 'line' is not one of 'row', 'order'"),
    ],
)
@pytest.mark.rows("K-128")
def test_each_mistake_is_told_at_its_line(tmp_path, step: str, sentence: str) -> None:
    lines = found(tmp_path, "{delete: x}", step)
    assert any(line.startswith(f"8: {sentence}") for line in lines), lines


def test_an_order_id_that_cannot_be_told_from_the_rows_is_refused(tmp_path) -> None:
    (line,) = found(tmp_path, "{delete: x}", "{join: [a, b], to: orderId}")
    assert line.startswith("6: transform: step 2 makes orderId in a way that changes it; rows are put together")


def test_a_google_feed_takes_no_steps(tmp_path) -> None:
    head = HEAD.replace("OrderImport", "ProductImport").replace("kind: csv", "kind: google_feed")
    write(tmp_path / "defs.yaml", head + "  transform:\n    - {delete: x}\n")
    (problem,) = check(tmp_path)
    assert str(problem).partition("defs.yaml:")[2].startswith("6: transform: a Google feed has fixed fields")
    head = head.replace("google_feed", "jsonl")
    write(tmp_path / "defs.yaml", head + "  transform:\n    - {filter: x == 1, per: order}\n")
    (problem,) = check(tmp_path)
    assert problem.message == "the entries of a feed belong to no order: remove per"


def test_good_steps_are_right(tmp_path) -> None:
    steps = (
        "{rename: number_of_orders, to: completedOrders, cast: integer, on_cast_error: null}",
        '{copy: stage, to: tier, map: {1: one, "2": two}}',
        '{rename: bought_at, to: createdAt, timestamp: "yyyy/MM/dd hh:mm"}',
        "{new: source, value: pos}",
        "{delete: internal_note}",
        '{split: name, to: [custom_first, custom_last], by: " "}',
        "{join: [a, b], to: custom_c}",
        "{filter: '`Order type` == \"web\"', per: order}",
    )
    assert found(tmp_path, *steps) == []
    spec = find_import(str(tmp_path / "defs.yaml")).spec
    assert [step.action for step in spec.transform] == [
        *("rename", "copy", "rename", "new", "delete", "split", "join", "filter")
    ]
    assert spec.transform[0].on_cast_error == "null"


@pytest.mark.rows("D25")
def test_transformations_and_the_policy_of_casts_change_the_configuration_hash(tmp_path) -> None:
    choices = ({}, {"transform": [{"delete": "a"}]}, {"transform": [{"delete": "b"}]}, {"on_cast_error": None})
    hashes = []
    for attributes in choices:
        path = write(tmp_path / "defs.yaml", {"type": "cdp_pipelines.OrderImport", "attributes": LEAST | attributes})
        hashes.append(config_hash(find_import(str(path)).spec))
    assert len(set(hashes)) == len(choices)
    path = write(tmp_path / "defs.yaml", document(transform=[]))
    assert config_hash(find_import(str(path)).spec) == hashes[0]
