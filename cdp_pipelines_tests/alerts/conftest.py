"""A shop whose imports are looked after, with a target that writes into a file."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cdp_pipelines.alerts.spec import AlertTargetSpec
from cdp_pipelines.alerts.telling import Target, Told, tell
from cdp_pipelines_tests.scenarios.conftest import shop
from cdp_pipelines_tests.scenarios.shop import Shop

__all__ = ["shop"]


@dataclass
class Watched:
    """Looks after the shop's runs, minute after minute, and knows what was told."""

    shop: Shop
    file: Path
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def target(self, name: str = "file", **options: Any) -> Target:
        way = options.pop("target", {"kind": "file", "path": f"{name}.jsonl"})
        return Target(AlertTargetSpec(name=name, target=way, **options), self.file.parent)

    def look(self, *targets: Target) -> Told:
        self.now += timedelta(minutes=1)
        return tell(self.shop.store, targets or [self.target()], self.now)

    def told(self, *targets: Target) -> list[str]:
        """The headlines of a look."""
        return list(self.look(*targets).headlines)

    def lines(self) -> Iterator[dict[str, Any]]:
        """The messages in the file so far."""
        return map(json.loads, self.file.read_text().splitlines())


@pytest.fixture
def watched(shop: Shop, tmp_path: Path) -> Watched:
    return Watched(shop, tmp_path / "file.jsonl")
