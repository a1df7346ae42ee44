"""What steps do to the names of columns; no value is looked at."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from cdp_pipelines.transforms.expressions import columns_of, read_expression
from cdp_pipelines.transforms.spec import Transform


@dataclass
class Columns:
    """The columns of a file behind all steps.

    Attributes:
        names: The columns that there are then, in order.
        steps: The steps that have something to work on.
        missing: Columns that a step names and that are not there, each with the number of the step, from 1.
        replaced: Columns that were there before and that a step made anew.
        unanswerable: Those of `missing` that a filter asks about.
    """

    names: list[str]
    steps: list[Transform] = field(default_factory=list)
    missing: list[tuple[int, str]] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    unanswerable: list[tuple[int, str]] = field(default_factory=list)

    def _take(self, number: int, step: Transform) -> None:
        asked = columns_of(read_expression(step.filter)) if step.filter else ()
        self.unanswerable += [(number, name) for name in dict.fromkeys(asked) if name not in self.names]
        lacking = [name for name in step.sources if name not in self.names]
        self.missing += [(number, name) for name in lacking]
        if step.sources and len(lacking) == len(step.sources):
            return
        self.steps.append(step)
        if step.rename or step.delete:
            self.names.remove(step.sources[0])
        self.replaced += [name for name in step.targets if name in self.names and name not in step.sources]
        self.names += [name for name in step.targets if name not in self.names]


def columns_behind(steps: Sequence[Transform], names: Sequence[str]) -> Columns:
    """Return what becomes of a file's columns; a step none of whose columns is there is left out."""
    columns = Columns(list(names))
    for number, step in enumerate(steps, 1):
        columns._take(number, step)
    return columns


def becomes(steps: Sequence[Transform], name: str) -> set[str]:
    """Return the columns behind the steps that a column's values go into."""
    found = {name}
    for step in steps:
        hit = bool(found & set(step.sources)) and not step.delete
        if step.rename or step.delete:
            found -= {step.sources[0]}
        found -= set(step.targets)
        if hit:
            found |= set(step.targets)
    return found


def origin_of(steps: Sequence[Transform], name: str) -> str:
    """Return the file's own column that a column is, renamed or copied but with its values as they are.

    Raises:
        ValueError: A step makes it out of something else, or takes it away.
    """
    wanted = name
    for number, step in reversed(list(enumerate(steps, 1))):
        if wanted in step.targets:
            if step.changes_values or not (step.rename or step.copy_):
                raise ValueError(_unknowable(number, name))
            wanted = step.sources[0]
        elif (step.rename or step.delete) == wanted:
            raise ValueError(f"step {number} takes {wanted} away, which every order needs: keep it")
    return wanted


def _unknowable(number: int, name: str) -> str:
    return (
        f"step {number} makes {name} in a way that changes it; rows are put together to orders by {name} as the file "
        "has it, so rename or copy it only, without map, cast and the like"
    )
