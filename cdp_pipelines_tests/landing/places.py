"""The two places that hold a landing, a folder and a bucket, as tests look at them from outside."""

import os
import time
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from cdp_pipelines.landing import Landed, Landing
from cdp_pipelines_tests.sources.bucket import NAME, Bucket


@dataclass
class Place:
    """A landing, and what is known of the place behind its back.

    Attributes:
        day: What counts as a day here: the service of a bucket tells the time, and nobody can set it back.
    """

    landing: Landing
    day: timedelta = timedelta(days=1)

    def read(self, landed: Landed) -> bytes:
        with self.landing.at_hand(landed) as path:
            return path.read_bytes()


@dataclass
class Folder(Place):
    root: Path = field(default_factory=Path)

    def copies(self) -> list[str]:
        return sorted(path.name for path in self.root.glob("content/*/*"))

    def left(self) -> list[str]:
        """Everything there but copies on their way and the lock."""
        return sorted(str(path.relative_to(self.root)) for path in self.root.rglob("*") if path.is_file())

    def contents(self) -> bytes:
        return b"".join(path.read_bytes() for path in self.root.rglob("*") if path.is_file())

    def damage(self, sha256: str) -> None:
        os.truncate(self.root / "content" / sha256[:2] / sha256, 3)

    def drop(self, sha256: str) -> None:
        (self.root / "content" / sha256[:2] / sha256).unlink()

    def damage_records(self) -> None:
        for record in self.root.rglob("*.json"):
            record.write_bytes(b"\xff{")

    def grow_old(self, age: timedelta) -> None:
        then = time.time() - age.total_seconds()
        for path in self.root.rglob("*"):
            os.utime(path, (then, then))


@dataclass
class InBucket(Place):
    day: timedelta = timedelta(seconds=3)
    bucket: Bucket | None = None
    root: Path = field(default_factory=Path)

    @property
    def _client(self) -> Any:
        assert self.bucket
        return self.bucket.client

    @property
    def _prefix(self) -> str:
        assert self.bucket
        return f"{self.bucket.prefix}/land/"

    def _keys(self) -> list[str]:
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=NAME, Prefix=self._prefix)
        return [one["Key"] for page in pages for one in page.get("Contents", [])]

    def copies(self) -> list[str]:
        return sorted(key.rpartition("/")[2] for key in self._keys() if key.startswith(f"{self._prefix}content/"))

    def left(self) -> list[str]:
        """Everything there, and what lies in the folder for files on their way."""
        on_their_way = [str(path.relative_to(self.root)) for path in self.root.rglob("*") if path.is_file()]
        return sorted(key.removeprefix(self._prefix) for key in self._keys()) + on_their_way

    def contents(self) -> bytes:
        return b"".join(self._client.get_object(Bucket=NAME, Key=key)["Body"].read() for key in self._keys())

    def damage(self, sha256: str) -> None:
        self._client.put_object(Bucket=NAME, Key=self._key(sha256), Body=b"cut")

    def drop(self, sha256: str) -> None:
        self._client.delete_object(Bucket=NAME, Key=self._key(sha256))

    def damage_records(self) -> None:
        for key in self._keys():
            if key.endswith(".json"):
                self._client.put_object(Bucket=NAME, Key=key, Body=b"\xff{")

    def grow_old(self, age: timedelta) -> None:
        time.sleep(age.total_seconds() + 1)

    def _key(self, sha256: str) -> str:
        return f"{self._prefix}content/{sha256[:2]}/{sha256}"
