import csv
import os
import stat
import subprocess
import sys
from importlib.metadata import version

import pytest

from cdp_pipelines_tests.cli.conftest import orders
from cdp_pipelines_tests.imports.writing import document, write

LATER = ["redrive", "apply", "undo", "explain", "test", "erase"]


@pytest.fixture
def partial(command, folder, store):
    """The id of a run with one rejected order, whose user id looks like a formula."""
    (folder / "orders.csv").write_text(orders({}, {"currency": "EURO", "userId": "=1+1"}))
    assert command("run", "orders.yaml", "--json") == 3
    return command.json["run_id"]


def test_runs_lists_the_newest_first(command, partial):
    command("run", "orders.yaml", "--dry-run", "--force", "--json")
    newest = command.json["run_id"]
    assert command("runs") == 0
    first, second = command.out.splitlines()[1:]
    assert newest in first
    assert "partial (dry run)" in first
    assert second.split()[:3] == [partial, "orders", "partial"]
    assert second.split()[-2:] == ["2", "1"]


def test_runs_as_json(command, partial):
    assert command("runs", "--json", "--import", "orders", "--limit", "1") == 0
    [run] = command.json
    assert (run["run_id"], run["status"], run["dry_run"]) == (partial, "partial", False)
    assert run["rows"]["rejected"] == 1
    assert run["started_at"].endswith("Z")
    assert command("runs", "--json", "--import", "other") == 0
    assert command.json == []


def test_without_runs_it_says_how_to_begin(command, store):
    assert command("runs") == 0
    assert "--dry-run" in command.out


def test_a_report_is_found_by_the_beginning_of_its_id(command, partial):
    assert command("report", partial[:-3]) == 0
    assert command.out.startswith("orders: partial")
    assert command("report", partial.lower(), "--json") == 0
    assert command.json["run_id"] == partial
    assert command("report", "ZZZ") == 2
    assert "cdp-pipelines runs" in command.err


def test_a_report_as_html(command, partial, folder):
    assert command("report", partial, "--html", "r.html") == 0
    page = (folder / "r.html").read_text()
    assert page.startswith("<!DOCTYPE html>")
    assert "UNKNOWN_CURRENCY" in page


def test_rejected_rows_as_a_file_for_their_owner_alone(command, partial, folder):
    assert command("report", partial, "--rejects", "r.csv") == 0
    with (folder / "r.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["line"] for row in rows} == {"3"}
    assert {row["item_id"] for row in rows} == {"2"}
    assert "UNKNOWN_CURRENCY" in {row["code"] for row in rows}
    assert {(row["currency"], row["userId"], row["total"]) for row in rows} == {("EURO", "'=1+1", "12.00")}
    assert list(rows[0])[:7] == ["line", "item_id", "code", "column", "message", "orderId", "userIdType"]
    assert stat.S_IMODE((folder / "r.csv").stat().st_mode) == 0o600


def test_a_file_that_cannot_be_written(command, partial):
    assert command("report", partial, "--html", "none/r.html") == 2
    assert "none/r.html cannot be written (No such file or directory)" in command.err


def test_no_personal_value_is_printed(command, partial):
    for arguments in (["report", partial], ["report", partial, "--json"], ["runs", "--json"]):
        command(*arguments)
        assert "example.com" not in command.out


def test_check_prints_a_line_per_mistake(command, folder):
    assert command("check", "orders.yaml") == 0
    assert command.out == "1 import is in order\n"
    write(folder / "b.yaml", document(name="b", empty="kep"))
    assert command("check", ".") == 2
    assert command.err == "b.yaml:9: empty: 'kep' is not one of 'keep', 'clear'; did you mean keep?\n"
    assert command.out == ""


def test_check_of_a_place_without_imports(command, tmp_path):
    assert command("check", tmp_path) == 2
    assert "No import found" in command.err
    assert command("check", tmp_path / "none") == 2


def test_check_with_connect(command, folder, store):
    assert command("check", "orders.yaml", "--connect") == 0
    (folder / "orders.csv").unlink()
    assert command("check", "orders.yaml", "--connect") == 2
    assert command.err.startswith("orders.yaml:6: source.uri: No file at")


def test_check_with_a_store_that_is_not_there(command, folder, monkeypatch):
    monkeypatch.setenv("CDP_DATABASE_URL", "postgresql://cdp:sesame@127.0.0.1:1/cdp")
    assert command("check", "orders.yaml", "--connect") == 2
    assert "127.0.0.1:1" in command.err
    assert "sesame" not in command.err


def test_the_store_can_be_looked_at(command, store):
    assert command("db", "status") == 0
    assert "running   yes" in command.out
    assert command("db", "upgrade") == 0
    assert "nothing to do" in command.out
    assert command("db", "url") == 0
    assert command.out.startswith("postgresql://")
    assert command("db", "stop") == 2
    assert "does not stop" in command.err


def test_a_store_behind_its_code_is_a_configuration_error(command, folder, database):
    assert command("runs") == 2
    assert "cdp-pipelines db upgrade" in command.err
    assert command("db", "status") == 2
    assert command("db", "upgrade") == 0
    assert command("runs") == 0


@pytest.mark.parametrize("arguments", [[], ["rn"], ["run"], ["run", "a", "--wet"], ["runs", "--limit", "0"], ["db"]])
def test_wrong_arguments_are_one_sentence(command, arguments):
    assert command(*arguments) == 2
    assert len(command.err.splitlines()) == 1
    assert "--help" in command.err


@pytest.mark.parametrize("name", LATER)
def test_commands_of_later_are_not_there(command, name):
    assert command(name, "x") == 2
    assert "invalid choice" in command.err


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["report", "--help"], ["db", "--help"]])
def test_help(capsys, command, arguments):
    with pytest.raises(SystemExit) as caught:
        command(*arguments)
    assert caught.value.code == 0
    assert "usage: cdp-pipelines" in capsys.readouterr().out


def test_help_recommends_a_dry_run_first(capsys, command):
    with pytest.raises(SystemExit):
        command("run", "--help")
    assert "Begin with --dry-run" in capsys.readouterr().out


def test_version_is_on_stdout(capsys, command):
    with pytest.raises(SystemExit):
        command("--version")
    assert capsys.readouterr().out == f"cdp-pipelines {version('cdp-pipelines')}\n"


@pytest.fixture
def broken(monkeypatch):
    def find_import(_name):
        raise KeyError("ana@example.com")

    monkeypatch.setattr("cdp_pipelines.imports.documents.find_import", find_import)


def test_an_error_of_ours_is_one_sentence_without_its_text(command, broken):
    assert command("run", "orders") == 1
    assert command.err.startswith("Unexpected KeyError at cli/run.py:")
    assert len(command.err.splitlines()) == 1
    assert "example.com" not in command.err


def test_an_error_of_ours_has_a_traceback_for_those_who_ask(capsys, broken, monkeypatch):
    from cdp_pipelines.cli import main

    monkeypatch.setenv("CDP_DEBUG", "1")
    assert main(["run", "orders"]) == 1
    assert "Traceback" in capsys.readouterr().err


HEAVY = ["dagster", "pandas", "pandera", "pyarrow", "numpy", "alembic", "requests"]


@pytest.mark.parametrize("arguments", [["runs"], ["report", "x"], ["check"], ["db", "status"]])
def test_light_commands_load_nothing_heavy(store, arguments):
    code = (
        "import sys; from cdp_pipelines.cli import main;"
        f"main({arguments!r}); print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ)
    assert done.stdout.splitlines()[-1] == "[]"
