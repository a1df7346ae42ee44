"""Which objects of a bucket match a pattern, in few requests: each answer holds 1,000 keys at most."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from cdp_pipelines.sources.files import Found
from cdp_pipelines.sources.patterns import address_matcher, name_matcher

Answer = dict[str, Any]


class Listing:
    """Lists one bucket.

    Args:
        client: Whom to ask.
        bucket: The bucket's name.
    """

    def __init__(self, client: Any, bucket: str) -> None:
        self._client, self._bucket = client, bucket

    def matching(self, pattern: str) -> Iterator[Found]:
        """Yield the objects whose keys match.

        Only keys that begin with what stands before the first `*` are listed, and no folder that doesn't match, unless
        that takes fewer requests.
        """
        return self._below("", pattern.split("/"))

    def _below(self, folder: str, names: Sequence[str]) -> Iterator[Found]:
        """Yield the objects under `folder`, which ends with a slash or is empty, whose further path matches `names`."""
        first, *rest = names
        if rest and "*" not in first:
            yield from self._below(f"{folder}{first}/", rest)
            return
        matches, prefix = name_matcher(first), folder + first.split("*", 1)[0]
        if not rest:
            yield from self._found(self._pages(prefix, Delimiter="/"), lambda key: matches(key[len(folder) :]))
            return
        pages = self._pages(prefix, Delimiter="/")
        found = [one["Prefix"] for page in pages for one in page.get("CommonPrefixes", [])]
        folders = [one for one in found if matches(one[len(folder) : -1])]
        yield from self._within(folders, rest, prefix, folder + "/".join(names))

    def _within(self, folders: Sequence[str], rest: Sequence[str], prefix: str, pattern: str) -> Iterator[Found]:
        """Yield what matches in several folders, by one list of all their keys if that takes no more requests.

        A folder per day would otherwise be a request per day, for ever.
        """
        most = len(folders)
        pages = list(islice(self._pages(prefix), most + 1)) if most > 1 else []
        if pages and len(pages) <= most:
            yield from self._found(pages, address_matcher(pattern))
            return
        for folder in folders:
            yield from self._below(folder, rest)

    def _found(self, pages: Iterable[Answer], matches: Callable[[str], bool]) -> Iterator[Found]:
        for page in pages:
            for one in page.get("Contents", []):
                if matches(one["Key"]):
                    yield found_of(f"s3://{self._bucket}/{one['Key']}", one)

    def _pages(self, prefix: str, **options: str) -> Iterable[Answer]:
        pages = self._client.get_paginator("list_objects_v2")
        return pages.paginate(Bucket=self._bucket, Prefix=prefix, **options)


def found_of(uri: str, stated: Answer) -> Found:
    """Return what an answer states of an object."""
    size = stated.get("ContentLength", stated.get("Size"))
    modified_at = stated.get("LastModified")
    version = str(stated.get("ETag") or "").strip('"') or (modified_at.isoformat() if modified_at else "")
    return Found(uri, size, modified_at, version)
