"""Why a column is taken for a target, in one sentence without any of its values."""

from cdp_pipelines.suggestions.candidates import Match
from cdp_pipelines.suggestions.headers import language_name
from cdp_pipelines.suggestions.shapes import Column


def evidence_of(match: Match, language: str | None) -> str:
    """Return what speaks for a match: its name, what its values look like, and what they belong to."""
    parts = [_name(match, language), _values(match.column)]
    if match.level != "unknown":
        parts.append(
            "same in all rows of an order" if match.level == "order" else "differs between the rows of an order"
        )
    if match.rival is not None:
        parts.append("another column is as likely")
    return "; ".join(parts)


def _name(match: Match, language: str | None) -> str:
    if match.reading is None:
        return "its name says nothing, its values do"
    if match.column.name == match.target:
        return "its own name"
    words = " + ".join(sorted(match.reading.meanings)).lower()
    unknown = f" and {match.reading.unknown} unknown words" if match.reading.unknown else ""
    return f"its name says {words}{unknown} in {language_name(match.reading, language)}"


def _values(column: Column) -> str:
    if not column.values:
        return "all cells are empty"
    return f"{column.filled:.0%} filled, {_kind(column)}, like {' or '.join(map(_shown, column.outlines))}"


def _shown(outline: str) -> str:
    return f"[{outline}]"


def _kind(column: Column) -> str:
    """Return what most values look like, and how many."""
    for name, share in column.id_kinds.items():
        if share >= 0.5:
            return f"{share:.0%} valid as {name}"
    if column.times:
        return _times(column)
    if column.currencies >= 0.5:
        return f"{column.currencies:.0%} currencies"
    if column.statuses >= 0.5 and column.numeric < 0.5:
        return f"{column.statuses:.0%} known words for a status"
    return _plain(column)


def _times(column: Column) -> str:
    times = column.times
    assert times is not None  # noqa: S101 - the caller asked
    if times.epoch:
        return f"{times.epoch} since 1970"
    zone = "with their zone" if times.zoned else "without a zone"
    return f"times {zone}, {'as ' + times.pattern if times.pattern else 'ISO 8601'}"


def _plain(column: Column) -> str:
    if column.integers >= 0.5:
        return f"{column.integers:.0%} whole numbers"
    if column.numeric >= 0.5:
        return f"{column.numeric:.0%} amounts"
    if column.addresses >= 0.5:
        return f"{column.addresses:.0%} web addresses"
    kind = "words without blanks" if column.identifiers >= 0.9 else "text"
    return f"{kind}, {len(column.values):,} different"
