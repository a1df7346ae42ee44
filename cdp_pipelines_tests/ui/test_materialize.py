"""The UI as its users have it: an import is started with a click, and its report can be read with its pictures."""

from pathlib import Path

import pytest

from cdp_pipelines.demo import nights
from cdp_pipelines.store import Store
from cdp_pipelines_tests.imports.writing import document, write
from cdp_pipelines_tests.ui.serving import browsing, eventually, served

pytestmark = pytest.mark.debian


def test_a_click_on_materialize_imports_the_file_and_the_report_is_shown(store: Store, tmp_path: Path) -> None:
    (night,) = nights(orders=20, count=1)
    (tmp_path / night.name).write_bytes(night.content)
    source = {"kind": "local", "uri": str(tmp_path / night.name)}
    write(tmp_path / "defs" / "defs.yaml", document(name="shop/orders", source=source))
    with served(tmp_path) as project, browsing() as page:
        page.goto(f"{project.address}/assets/shop/orders/applied")
        page.get_by_role("button", name="Materialize").first.click()
        page.get_by_role("button", name="Confirm").click()  # Dagster asks, since `validated` was never materialised
        eventually(lambda: project.runs() == ["SUCCESS"], tmp_path / "dagster.log")
        with store.connect() as connection:
            assert connection.execute("select type, count(*) from order_events group by 1").fetchall() == [
                ("orderPlace", 20)
            ]
        page.goto(f"{project.address}/assets/shop/orders/applied?view=events")
        page.get_by_text("Show Markdown").first.click()
        pictures = page.locator("img[src^='data:image/svg+xml']")
        pictures.first.wait_for()
        assert pictures.evaluate_all("all => all.map(one => one.complete && one.naturalWidth)") == [640, 640]
