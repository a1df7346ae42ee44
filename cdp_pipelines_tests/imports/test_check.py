import re

import pytest

from cdp_pipelines.errors import ConfigurationError
from cdp_pipelines.imports.check import check
from cdp_pipelines_tests.imports.writing import document, write

FORM = re.compile(r"^(?P<path>.+\.ya?ml):(?P<line>\d+): ((?P<field>[\w.\[\]]+): )?(?P<message>.+)$")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def found(folder):
    lines = [str(problem) for problem in check(folder)]
    assert all(FORM.match(line) for line in lines), lines
    return lines


def only(folder):
    [line] = found(folder)
    return line


def test_a_good_folder_has_no_problem(folder):
    write(folder / "a" / "defs.yaml", document())
    write(folder / "b.yaml", document(name="b", money_check=False, max_rejected="5%"))
    assert found(folder) == []


def test_the_eight_mistakes_that_take_a_dagster_location_down_are_all_found_at_once(folder):
    daily = {"every": "day", "start": "2026-01-01"}
    files = {
        "unknown_key": document(name="a", nmae="x"),
        "bad_union": document(name="b", source={"kind": "htp", "uri": "x"}),
        "bad_enum": document(name="c", empty="kepe"),
        "bad_cron": document(name="d", schedule={"cron": "61 * * * *"}),
        "same_1": document(name="same"),
        "same_2": document(name="same"),
        "parser": "type: cdp_pipelines.OrderImport\nattributes:\n  name: [e\n",
        "variable": document(
            name="f", source={"kind": "local", "uri": "{{ env.INBOX }}/{partition}"}, partitions=daily
        ),
        "missing": document(name="g", format=None),
    }
    for name, content in files.items():
        write(folder / name / "defs.yaml", content)
    beginnings = [
        "bad_cron/defs.yaml:10: schedule.cron: write five fields like 30 2 * * *: minute, hour",
        "bad_enum/defs.yaml:9: empty: 'kepe' is not one of 'keep', 'clear'; did you mean keep?",
        "bad_union/defs.yaml:5: source.kind: 'htp' is not one of 'local', 'http', 's3', 'sftp'; did you mean http?",
        "missing/defs.yaml:2: format: is missing: How the files are written",
        "parser/defs.yaml:3: a bracket or brace is opened here and not closed",
        "same_2/defs.yaml:3: name: 'same' is taken, see same_1/defs.yaml:3: give each",
        "unknown_key/defs.yaml:9: nmae: unknown key; did you mean name?",
        "variable/defs.yaml:6: source.uri: no templates: {{ ... }} is not filled in here",
    ]
    for line, beginning in zip(found(folder), beginnings, strict=True):
        assert line.startswith(beginning)


def test_all_mistakes_of_one_file_are_found_at_once(folder):
    write(
        folder / "defs.yaml",
        """\
type: cdp_pipelines.OrderImport
attributes:
  name: a b
  source: {kind: local, uri: "{day}.csv", timeout: 3}
  format: {kind: kevel_csv, delimiter: ":"}
  timezone: Berlin
  owners: [crm]
  hash_user_id: maybe
  max_rejected: 7
  keep: {landing: forever}
  description: 2026
  partitions: {every: week, start: soon, per_run: 0}
""",
    )
    fields = [FORM.match(line)["field"] for line in found(folder)]
    at_the_top = ["name", "timezone", "owners", "hash_user_id", "max_rejected", "description"]
    inside = ["source.uri", "source.timeout", "format.delimiter", "keep.landing"]
    partitions = ["partitions.every", "partitions.start", "partitions.per_run"]
    assert sorted(fields) == sorted([*at_the_top, *inside, *partitions])


@pytest.mark.parametrize(
    ("attributes", "sentence"),
    [
        ({"emtpy": "keep"}, "emtpy: unknown key; did you mean empty?"),
        ({"format": {"kind": "kevel_csv", "encodign": "x"}}, "format.encodign: unknown key; did you mean encoding?"),
        ({"format": {"kind": "kevel"}}, "format.kind: 'kevel' is not one of 'kevel_csv', "),
        ({"format": "kevel_csv"}, "format: must hold keys of its own, first of all kind: kevel_csv"),
        ({"format": {"kind": "kevel_csv", "encoding": "utf8mb4"}}, "format.encoding: is no text encoding that Python"),
        ({"format": {"kind": "kevel_csv", "encoding": "base64"}}, "format.encoding: is no text encoding that Python"),
        ({"format": {"kind": "kevel_csv", "compression": "rar"}}, "format.compression: "),
        ({"format": {"kind": "kevel_csv", "delimiter": "::"}}, "format.delimiter: "),
        ({"format": {"kind": "kevel_csv", "quote": "''"}}, "format.quote: write one character that is no letter"),
        ({"format": {"kind": "kevel_csv", "escape": "x"}}, "format.escape: write one character that is no letter"),
        ({"format": {"kind": "kevel_csv", "comment": ","}}, "format.comment: delimiter, quote, escape and comment"),
        ({"format": {"kind": "kevel_csv", "header_line": 0}}, "format.header_line: "),
        ({"format": {"kind": "xlsx", "sheet": 0}}, "format.sheet: write the name of a sheet, or its number from 1 on"),
        ({"format": {"kind": "xlsx", "encoding": "utf-8"}}, "format.encoding: unknown key"),
        ({"source": {"uri": "x"}}, "source.kind: is missing: write one of local, http"),
        ({"source": {"kind": "local"}}, "source.uri: is missing: Path, absolute or relative"),
        ({"name": 5}, "name: must be a text: put quotes around it, else it is read as int"),
        (
            {"source": {"kind": "local", "uri": {"home": None}}},
            "source.uri: must be a text: put quotes around it, since",
        ),
        ({"owners": "team:crm"}, "owners: must be a list"),
        ({"hash_user_id": "maybe"}, "hash_user_id: write true or false"),
        ({"keep": []}, "keep: must hold keys of its own"),
        ({"timezone": "Berlin"}, "timezone: is no IANA time zone: write one like Europe/Berlin"),
        ({"source": {"kind": "local", "uri": "{partition}"}}, "partitions: is missing: source.uri has {partition}"),
    ],
)
def test_each_mistake_says_what_to_write_instead(folder, attributes, sentence):
    write(folder / "defs.yaml", document(**attributes))
    assert FORM.match(only(folder))[0].split(": ", 1)[1].startswith(sentence)


def test_an_empty_key_is_called_empty(folder):
    write(folder / "defs.yaml", "type: cdp_pipelines.OrderImport\nattributes:\n  name:\n")
    assert any("name: is empty" in line for line in found(folder))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("attributes: {}\n", "type: is missing"),
        ("type: cdp_pipelines.OrderImport\n", "attributes: is missing"),
        ("type: cdp_pipelines.OrderImport\nattributes: text\n", "attributes: is missing"),
        ("type: cdp_pipelines.UserImport\n", "type: 'cdp_pipelines.UserImport' is no type"),
        ("type: cdp_pipeline.OrderImport\n", "type: 'cdp_pipeline.OrderImport' is no type"),
        ("type: [cdp_pipelines.OrderImport]\nattributes: {}\n", "type: "),
        ("type: cdp_pipelines.OrderImport\nname: x\n", "name: unknown key; it belongs below attributes"),
        ("# type: cdp_pipelines.OrderImport\n", "defs.yaml:1: is empty"),
        ("---\n", "defs.yaml:1: is empty"),
        ("- cdp_pipelines.OrderImport\n", "must hold the keys type and attributes"),
    ],
)
def test_the_frame_of_a_document_is_checked(folder, text, sentence):
    write(folder / "defs.yaml", text)
    assert any(sentence in line for line in found(folder)), found(folder)


def test_other_components_of_a_dagster_project_are_ignored(folder):
    write(folder / "a" / "defs.yaml", "type: dagster.DefsFolderComponent\nattributes: {x: '{{ env.X }}', y: 1, y: 2}\n")
    write(folder / "helm" / "values.yaml", "a: {{ .Values.a }}\n")
    write(folder / "b" / "defs.yaml", {**document(), "requirements": {"env": ["X"]}})
    assert found(folder) == []


def test_names_that_dagster_cannot_tell_apart_are_refused(folder):
    write(folder / "defs.yaml", document(name="de/orders"), document(name="de__orders"), document(name="DE/orders"))
    assert "have one name in Dagster" in only(folder)


@pytest.mark.parametrize(
    "written", ["site: no", "site: 010", "description: yes", "site: 0x1F", "description: 12:30:00"]
)
def test_a_text_that_dagster_would_read_as_something_else_needs_quotes(folder, written):
    least = "type: cdp_pipelines.OrderImport\nattributes:\n  name: a\n  source: {kind: local, uri: x}\n"
    write(folder / "defs.yaml", f"{least}  format: {{kind: kevel_csv}}\n  {written}\n")
    assert only(folder).startswith("defs.yaml:6: ")
    assert "put quotes around it" in only(folder) or "write a name" in only(folder)


@pytest.mark.parametrize("written", ["money_check: off", "emit_events: no", "hash_user_id: on", "hash_user_id: yes"])
def test_words_that_mean_the_same_to_both_readers_need_none(folder, written):
    least = "type: cdp_pipelines.OrderImport\nattributes:\n  name: a\n  source: {kind: local, uri: x}\n"
    write(folder / "defs.yaml", f"{least}  format: {{kind: kevel_csv}}\n  {written}\n")
    assert found(folder) == []


def test_a_file_or_folder_that_is_not_there(folder):
    with pytest.raises(ConfigurationError, match="There is no none"):
        check(folder / "none")


def test_a_value_is_never_repeated_where_it_may_be_secret(folder):
    write(
        folder / "defs.yaml",
        document(source={"kind": "http", "uri": "https://ana:sesame@example.com", "pasword": "sesame"}),
    )
    assert len(found(folder)) == 2
    assert "sesame" not in "".join(found(folder))


def test_connect_lists_each_source(folder, store):
    daily = {"every": "day", "start": "2026-01-01"}
    write(folder / "a" / "defs.yaml", document(name="a"))
    write(folder / "b" / "defs.yaml", document(name="b"))
    write(
        folder / "c" / "defs.yaml", document(name="c", source={"kind": "local", "uri": "{partition}"}, partitions=daily)
    )
    (folder / "b" / "orders.csv").touch()
    (folder / "c" / "2026-01-01").touch()
    assert check(folder) == []
    [problem] = check(folder, connect=True)
    assert str(problem).startswith("a/defs.yaml:6: source.uri: No file at")


def test_a_product_import_has_keys_of_its_own(folder):
    least = "type: cdp_pipelines.ProductImport\nattributes:\n  name: a\n  source: {kind: local, uri: x}\n"
    write(folder / "defs.yaml", least + "  format: {kind: jsonl}\n  mode: weekly\n  money_check: warn\n")
    assert [(problem.field, problem.message.split(";")[0]) for problem in check(folder)] == [
        ("mode", "'weekly' is not one of 'full', 'delta', 'partial'"),
        ("money_check", "unknown key"),
    ]
    write(folder / "defs.yaml", least + "  format: {kind: kevel_csv}\n")
    [problem] = check(folder)
    assert problem.message == "'kevel_csv' is not one of 'google_feed', 'jsonl', 'synerise_csv', 'csv', 'xlsx'"
