"""Where a file goes in an archive, whatever kind of source it is in."""

import re
from collections.abc import Callable, Iterator
from itertools import count

from cdp_pipelines.errors import SourceError


def archive_address(uri: str, archive: str) -> str:
    """Return where a file goes: `archive` stands beside it or, with a slash in front, at the root."""
    root = re.match(r"[^/]+://[^/]+|", uri)
    beside, _, name = uri.rpartition("/")
    place = f"{root[0] if root else ''}{archive}" if archive.startswith("/") else f"{beside}/{archive}"
    return f"{place.rstrip('/')}/{name}"


def free_name(wanted: str, is_free: Callable[[str], bool]) -> str:
    """Return the first of `orders.csv`, `orders.csv.2`, `orders.csv.3` ... that is free."""
    return next(name for name in _names(wanted) if is_free(name))


def _names(wanted: str) -> Iterator[str]:
    yield wanted
    yield from (f"{wanted}.{number}" for number in count(2))


def changed(uri: str) -> SourceError:
    """Return the error for a file that is another one by now."""
    return SourceError(f"{uri} changed after it was read, so it was not archived; the next run reads it.")
