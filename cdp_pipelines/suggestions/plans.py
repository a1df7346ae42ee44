"""What to do with the columns of a file: the steps, what is missing, and what a reader has to know."""

from dataclasses import dataclass, field

from cdp_pipelines.suggestions.steps import Step


@dataclass
class Plan:
    """What to do with a file's columns.

    Attributes:
        steps: In the order in which they are done; those that are not active are comments.
        missing: Required columns for which nothing was found, each with a step that may make it, or None.
        kept: Columns that are right as they are.
        unused: Columns that nothing was found for.
        notes: Sentences for the reader.
        zone: A guess of the time zone, where times state none.
        found: The targets that are certain enough to be written.
    """

    steps: list[Step] = field(default_factory=list)
    missing: list[tuple[str, Step | None]] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    zone: str | None = None
    found: set[str] = field(default_factory=set)
