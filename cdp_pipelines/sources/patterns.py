"""What a `*` in an address stands for, the same in folders, in buckets and on SFTP servers."""

import fnmatch
import glob
import re
from collections.abc import Callable

UNFINISHED = (".part", ".partial", ".filepart", ".crdownload", ".tmp", ".temp", ".swp", "~")
"""Endings under which uploads and editors write what isn't complete yet; a pattern leaves them out."""
MARKERS = ("_SUCCESS",)
"""Names that say that other files are complete, and hold nothing themselves."""


def is_finished(name: str, pattern: str) -> bool:
    """Tell whether a file's name isn't one of an unfinished upload, unless the pattern asks for just those."""
    return not name.endswith(UNFINISHED) or pattern.endswith(UNFINISHED)


def address_matcher(pattern: str) -> Callable[[str], bool]:
    """Return a function that tells whether an address matches a pattern, name by name."""
    names = [name_matcher(part) if "*" in part else part.__eq__ for part in pattern.split("/")]

    def matches(address: str) -> bool:
        parts = address.split("/")
        return len(parts) == len(names) and all(match(part) for match, part in zip(names, parts, strict=True))

    return matches


def name_matcher(pattern: str) -> Callable[[str], bool]:
    """Return a function that tells whether one name, without slashes, matches a pattern in which only `*` is special.

    A name that begins with a dot needs a pattern that does, too. Unfinished uploads and markers never match, unless
    the pattern names their ending.
    """
    # fnmatch's expressions don't go back over what they read: no name makes them slow.
    expression = re.compile(fnmatch.translate("*".join(glob.escape(part) for part in pattern.split("*"))))

    def matches(name: str) -> bool:
        hidden = name.startswith(".") and not pattern.startswith(".")
        plain = bool(name) and not hidden and name not in MARKERS
        return plain and is_finished(name, pattern) and expression.fullmatch(name) is not None

    return matches
