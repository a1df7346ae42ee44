"""What is kept for how long (`keep`), and what stays because it is open."""

import os
import time
from pathlib import Path

from cdp_pipelines.imports.landing import import_landing
from cdp_pipelines_tests.scenarios.shop import Shop, line, order

WEEK = {"landing": "7d", "rejects": "7d"}


def landed(home: Path) -> set[str]:
    return {path.name for path in (home / "landing" / "content").rglob("*") if path.is_file()}


def grow_old(shop: Shop, days: int) -> None:
    """Let everything that happened so far have happened some days earlier."""
    with shop.store.connect() as connection:
        connection.execute("update import_runs set finished_at = finished_at - %s * interval '1 day'", (days,))
    moment = time.time() - days * 86_400
    for path in (Path(os.environ["CDP_HOME"]) / "landing" / "imports").rglob("*"):
        os.utime(path, (moment, moment))


def test_old_rejects_and_copies_go_and_young_ones_stay(shop: Shop) -> None:
    export = shop.imports(keep=WEEK)
    first = export.gets(order("A-1"), order("B", line(status="lost")))
    grow_old(shop, days=8)
    second = export.gets(order("A-2"), order("B", line(status="lost")))
    third = export.gets(order("A-3"))
    assert (len(shop.rejects(first.run_id)), len(shop.rejects(second.run_id))) == (0, 1)
    home = Path(os.environ["CDP_HOME"])
    assert landed(home) == {second.files[0].sha256, third.files[0].sha256}
    assert len(shop.ask("select from import_runs")) == 3


def test_the_copy_that_open_rejects_came_from_stays(shop: Shop) -> None:
    export = shop.imports(keep={"landing": "1d", "rejects": "365d"})
    first = export.gets(order("A-1"), order("B", line(status="lost")))
    grow_old(shop, days=30)
    export.gets(order("A-2"))
    assert first.files[0].sha256 in landed(Path(os.environ["CDP_HOME"]))


def test_other_imports_are_left_alone(shop: Shop) -> None:
    careful, hasty = shop.imports("careful"), shop.imports("hasty", keep=WEEK)
    first = careful.gets(order("A-1"), order("B", line(status="lost")))
    grow_old(shop, days=30)
    hasty.gets(order("A-2"))
    assert len(shop.rejects(first.run_id)) == 1
    assert import_landing().read_manifest("careful", None)[0].sha256 == first.files[0].sha256


def test_what_was_landed_is_what_arrived(shop: Shop) -> None:
    report = shop.imports().gets(order("A-1"))
    [copy] = import_landing().read_manifest("orders", None)
    with import_landing().at_hand(copy) as path:
        assert path.read_bytes() == (shop.folder / "orders.csv").read_bytes()
    assert copy.sha256 == report.files[0].sha256
