"""Every format, and every kind of source, by one click in the UI."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from cdp_pipelines.store import Store
from cdp_pipelines_tests.scenarios.test_everywhere import FORMATS, filled, stored
from cdp_pipelines_tests.scenarios.test_sources import SECRETS, bucket, no_proxy
from cdp_pipelines_tests.sources.bucket import Bucket
from cdp_pipelines_tests.ui.serving import browsing, eventually, served

__all__ = ["bucket", "no_proxy"]

pytestmark = pytest.mark.debian

KINDS = ("local", "s3", "sftp", "http")


def write_imports(folder: Path, sources: dict[str, dict[str, dict[str, Any]]]) -> None:
    """Write an import for each format on a site of its own, from each kind of source in turn."""
    documents = []
    for number, (name, shown) in enumerate(FORMATS.items()):
        source = sources[KINDS[number % len(KINDS)]][name]
        own = {"name": f"formats/{word(name)}", "site": word(name), "source": source, "format": shown.format}
        documents.append({"type": f"cdp_pipelines.{shown.type}", "attributes": own | shown.others})
    folder.mkdir()
    (folder / "defs.yaml").write_text("---\n".join(yaml.safe_dump(one) for one in documents))


def word(name: str) -> str:
    return name.replace(" ", "_")


def test_a_click_materialises_every_format_from_every_kind_of_source(
    store: Store, bucket: Bucket, tmp_path: Path
) -> None:
    folders = {kind: tmp_path / kind for kind in KINDS}
    for folder in folders.values():
        folder.mkdir()
    places = [filled(kind, folders[kind], bucket) for kind in KINDS]
    sources = {kind: place.__enter__() for kind, place in zip(KINDS, places, strict=True)}
    try:
        write_imports(tmp_path / "defs", sources)
        with served(tmp_path, **SECRETS) as project, browsing(1600, 1000) as page:
            page.goto(f"{project.address}/locations/cdp_pipelines/asset-groups/formats")
            page.get_by_role("button", name="Materialize all").click()
            page.get_by_role("button", name="Confirm").click()  # Dagster asks, since `products` is not there yet
            eventually(lambda: project.runs() == ["SUCCESS"], tmp_path / "dagster.log", 240)
    finally:
        for place in places:
            place.__exit__(None, None, None)
    assert {name: stored(store, shown, word(name)) for name, shown in FORMATS.items()} == {
        name: shown.items for name, shown in FORMATS.items()
    }
