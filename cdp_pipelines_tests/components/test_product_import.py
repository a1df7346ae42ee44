"""A product feed in Dagster: the same assets, checks and job as any import, in the words of products."""

from pathlib import Path

import dagster as dg
import yaml

from cdp_pipelines import ProductImport
from cdp_pipelines.components.folder import folder_definitions
from cdp_pipelines.store import Store
from cdp_pipelines_tests.scenarios.catalogue import rss
from cdp_pipelines_tests.scenarios.shop import order, text


def definitions(folder: Path, content: str) -> dg.Definitions:
    (folder / "feed.xml").write_text(content)
    attributes = {
        "name": "shop/feed",
        "source": {"kind": "local", "uri": str(folder / "feed.xml")},
        "format": {"kind": "google_feed"},
        "mode": "delta",
    }
    (folder / "defs").mkdir(exist_ok=True)
    text = yaml.safe_dump({"type": "cdp_pipelines.ProductImport", "attributes": attributes})
    (folder / "defs" / "defs.yaml").write_text(text)
    return folder_definitions(folder / "defs")


def test_a_feed_is_materialised_and_a_bad_one_is_not(tmp_path: Path, store: Store) -> None:
    assert ProductImport.__name__ == "ProductImport"
    made = definitions(tmp_path, rss({"id": "mug", "price": "1.00 EUR"}, {"title": "nameless"}))
    validated = dg.AssetKey(["shop", "feed", "validated"])
    with dg.DagsterInstance.ephemeral(settings={"telemetry": {"enabled": False}}) as instance:
        done = made.resolve_job_def("shop__feed").execute_in_process(instance=instance, raise_on_error=False)
        assert done.success
        keys = {event.asset_key.to_user_string() for event in done.get_asset_materialization_events()}
        assert keys == {"shop/feed/landed", "shop/feed/validated", "shop/feed/applied"}
        (event,) = instance.fetch_materializations(validated, limit=1).records
        metadata = event.asset_materialization.metadata
        assert metadata["dagster/row_count"].value == 1
        assert "orderPlace events" not in metadata
        assert "2 products: 1 added, 1 rejected" in metadata["report"].value.replace("\\", "")
        bad = definitions(tmp_path, "<rss>").resolve_job_def("shop__feed")
        assert not bad.execute_in_process(instance=instance, raise_on_error=False).success
    spec = made.resolve_asset_graph().get(validated)
    columns = spec.metadata["dagster/column_schema"].columns
    assert [column.name for column in columns][:3] == ["id", "itemGroupId", "name"]
    with store.connect() as connection:
        assert connection.execute("select product_id, price from products").fetchall() == [("mug", 1)]


def test_the_table_of_products_follows_feeds_and_counts_what_it_shows(tmp_path: Path, store: Store) -> None:
    table, orders = dg.AssetKey(["products"]), dg.AssetKey(["orders"])
    with dg.DagsterInstance.ephemeral(settings={"telemetry": {"enabled": False}}) as instance:
        for price in ("1.00 EUR", "2.00 EUR"):
            made = definitions(tmp_path, rss({"id": "mug", "price": price}))
            assert made.resolve_job_def("shop__feed").execute_in_process(instance=instance).success
        assert made.resolve_job_def("after_imports").execute_in_process(instance=instance).success
        (event,) = instance.fetch_materializations(table, limit=1).records
    graph = made.resolve_asset_graph()
    assert graph.get(table).parent_keys == {dg.AssetKey(["shop", "feed", "applied"])}
    assert graph.get(orders).parent_keys == set()
    with store.connect() as connection:
        (shown,) = connection.execute("select count(*) from products").fetchone()
    assert event.asset_materialization.metadata["dagster/row_count"].value == shown == 2


def test_feeds_lie_upstream_of_the_orders_that_they_complete(tmp_path: Path, store: Store) -> None:
    for name, enrich in (("shop/orders", True), ("shop/plain", False)):
        attributes = {
            "name": name,
            "source": {"kind": "local", "uri": str(tmp_path / "orders.csv")},
            "format": {"kind": "kevel_csv"},
            "enrich": enrich,
        }
        (tmp_path / "defs").mkdir(exist_ok=True)
        path = tmp_path / "defs" / f"{name.replace('/', '-')}.yaml"
        path.write_text(yaml.safe_dump({"type": "cdp_pipelines.OrderImport", "attributes": attributes}))
    (tmp_path / "orders.csv").write_text(text([order("A")]))
    made = definitions(tmp_path, rss({"id": "mug", "title": "Mug"}))
    graph = made.resolve_asset_graph()
    products, applied = dg.AssetKey(["products"]), dg.AssetKey(["shop", "orders", "applied"])
    assert graph.get(applied).parent_keys == {products, dg.AssetKey(["shop", "orders", "validated"])}
    assert products not in graph.get(dg.AssetKey(["shop", "plain", "applied"])).parent_keys
    with dg.DagsterInstance.ephemeral(settings={"telemetry": {"enabled": False}}) as instance:
        for job in ("shop__orders", "after_imports", "shop__feed", "__ASSET_JOB"):
            assert made.resolve_job_def(job).execute_in_process(instance=instance).success, job
