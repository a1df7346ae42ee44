import pytest

from cdp_pipelines.cli.run import exit_code
from cdp_pipelines_tests.cli.conftest import orders
from cdp_pipelines_tests.imports.writing import document, write

pytestmark = pytest.mark.usefixtures("store")


def count(store, table):
    with store.connect(autocommit=True) as connection:
        return connection.execute(f"select count(*) from cdp.{table}").fetchone()[0]


def test_a_complete_run_prints_its_report_and_exits_with_0(command, folder, store):
    assert command("run", "orders.yaml") == 0
    assert command.out.startswith("orders: completed\n2 rows, 2 orders: 2 added.\n")
    assert command.err == ""
    assert (count(store, "orders"), count(store, "order_events")) == (2, 2)


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_why_a_run_failed_is_a_sentence_on_stderr(command, folder, options):
    (folder / "orders.csv").unlink()
    assert command("run", "orders.yaml", *options) == 1
    assert command.err.startswith("orders: No file at ")
    assert command.err.count("\n") == 1


def test_an_address_in_the_column_of_ids_is_in_no_sample(command, folder):
    (folder / "orders.csv").write_text(orders({"orderId": "jane.secret@example.com"}))
    assert command("run", "orders.yaml", "--json") == 0
    assert "jane.secret" not in command.out + command.err
    assert command.json["sample"]["first"][0]["id"] == "***@***"


def test_json_prints_one_object_and_nothing_else(command, folder):
    assert command("run", "orders.yaml", "--json") == 0
    assert command.json["status"] == "completed"
    assert command.json["rows"]["added"] == 2
    assert command.err == ""


def test_the_same_file_again_is_nothing_to_do_unless_forced(command, folder, store):
    command("run", "orders.yaml")
    assert command("run", "orders.yaml", "--json") == 0
    assert command.json["skipped"]["already_applied"] == 2
    assert command("run", "orders.yaml", "--json", "--force") == 0
    assert command.json["rows"]["unchanged"] == 2
    assert count(store, "order_events") == 2


def test_rejected_orders_make_it_partial(command, folder):
    (folder / "orders.csv").write_text(orders({}, {"currency": "EURO"}))
    assert command("run", "orders.yaml") == 3
    assert "UNKNOWN_CURRENCY" in command.out
    assert command("run", "orders.yaml", "--force", "--allow-partial") == 0


def test_a_missing_file_is_a_failure(command, folder):
    (folder / "orders.csv").unlink()
    assert command("run", "orders.yaml") == 1
    assert "orders: failed\nNo file at" in command.out
    assert command("run", "orders.yaml", "--json") == 1
    assert "No file at" in command.json["error"]


def test_a_dry_run_stores_nothing(command, folder, store):
    assert command("run", "orders.yaml", "--dry-run", "--json") == 0
    assert command.json["dry_run"] is True
    assert command.json["rows"]["added"] == 2
    assert (count(store, "orders"), count(store, "order_events"), count(store, "files")) == (0, 0, 0)
    assert command("run", "orders.yaml", "--json") == 0
    assert command.json["rows"]["added"] == 2


def test_another_file_can_be_read(command, folder):
    (folder / "other.csv").write_text(orders({}, {}, {}))
    assert command("run", "orders.yaml", "--file", "other.csv", "--json") == 0
    assert command.json["files"][0]["uri"].endswith("other.csv")
    assert command.json["rows"]["added"] == 3


def origins(store):
    with store.connect() as connection:
        return connection.execute("select distinct origin from cdp.order_events order by 1").fetchall()


def test_one_partition_gives_one_object(command, daily, store):
    assert command("run", daily, "--partition", "2026-01-01", "--json") == 0
    assert command.json["partition"] == "2026-01-01"
    assert command.json["origin"] == "manual"
    assert origins(store) == [("manual",)]


def test_a_range_gives_an_array_in_ascending_order_and_the_worst_code(command, daily):
    assert command("run", daily, "--from", "2026-01-01", "--to", "2026-01-03", "--json") == 3
    assert [report["partition"] for report in command.json] == ["2026-01-01", "2026-01-02", "2026-01-03"]
    assert [report["status"] for report in command.json] == ["completed", "partial", "completed"]
    assert {report["origin"] for report in command.json} == {"backfill"}
    assert command("run", daily, "--from", "2026-01-02", "--to", "2026-01-04") == 1
    lines = command.out.splitlines()
    assert [line.split(".")[0] for line in lines] == [
        "daily 2026-01-02: completed", "daily 2026-01-03: completed", "daily 2026-01-04: failed",
    ]  # fmt: skip
    assert command.err.endswith("1 of 3 partitions failed, the others are applied: 2026-01-04\n")


def test_a_range_of_one_is_an_array_too(command, daily, store):
    assert command("run", daily, "--from", "2026-01-01", "--to", "2026-01-01", "--json") == 0
    assert len(command.json) == 1
    assert origins(store) == [("backfill",)]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "daily has a partition per day: write which, like --partition 20"),
        (["--partition", "2026-1-1"], "write a partition like 2026-01-31"),
        (["--partition", "2025-12-31"], "take 2026-01-01 or a later one"),
        (["--from", "2026-01-01"], "--from and --to belong together"),
        (["--to", "2026-01-01"], "--from and --to belong together"),
        (["--from", "2026-01-02", "--to", "2026-01-01"], "swap --from and --to"),
        (["--partition", "2026-01-01", "--from", "2026-01-01", "--to", "2026-01-02"], "either --partition or"),
        (["--from", "2026-01-01", "--to", "2026-01-02", "--file", "x.csv"], "--file is one file"),
    ],
)
def test_how_partitions_may_be_asked_for(command, daily, store, arguments, sentence):
    assert command("run", daily, *arguments) == 2
    assert sentence in command.err
    assert command.out == ""
    assert count(store, "import_runs") == 0


def test_an_import_without_partitions_takes_no_key(command, folder):
    assert command("run", "orders.yaml", "--partition", "2026-01-01") == 2
    assert "orders has no partitions: leave out --partition" in command.err


def test_a_name_is_looked_up_in_the_folder_of_imports(command, folder, monkeypatch):
    monkeypatch.setenv("CDP_DEFS", str(folder / "defs"))
    write(folder / "defs" / "orders" / "defs.yaml", document(name="de/orders"))
    (folder / "defs" / "orders" / "orders.csv").write_text(orders({}))
    assert command("run", "de/orders", "--json") == 0
    assert command("run", "de/ordres") == 2
    assert "did you mean de/orders?" in command.err


def test_a_wrong_file_says_all_that_is_wrong(command, folder):
    write(folder / "orders.yaml", document(emtpy="keep", timezone="Berlin"))
    assert command("run", "orders.yaml") == 2
    assert len(command.err.splitlines()) == 2
    assert command.err.startswith("orders.yaml:9: emtpy: ")


@pytest.mark.parametrize(
    ("statuses", "allowed", "code"),
    [
        (["completed"], False, 0),
        (["partial", "completed"], False, 3),
        (["partial", "completed"], True, 0),
        (["partial", "failed", "completed"], False, 1),
        (["completed", "failed"], True, 1),
        (["cancelled"], False, 1),
        ([], False, 0),
    ],
)
def test_the_worst_outcome_counts(statuses, allowed, code):
    assert exit_code(statuses, allowed) == code
