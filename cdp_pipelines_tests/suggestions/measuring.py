"""Suggested mappings against those that are right: which were found, missed, wrong."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from cdp_pipelines.suggestions import suggest
from cdp_pipelines_tests.suggestions.corpus import Case
from cdp_pipelines_tests.suggestions.making import as_csv, as_json_lines, as_workbook, rows

ENDINGS = {"csv": "csv", "jsonl": "jsonl", "xlsx": "xlsx"}


@dataclass
class Measured:
    """Counts of uncommented mappings over some files, and what was wrong or missed, for people."""

    right: int = 0
    wrong: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        """Share of the mappings written that are right."""
        return self.right / max(self.right + len(self.wrong), 1)

    @property
    def recall(self) -> float:
        """Share of the right mappings that are written."""
        return self.right / max(self.right + len(self.missed), 1)

    def __str__(self) -> str:
        return (
            f"precision {self.precision:.3f}, recall {self.recall:.3f} over {self.right + len(self.missed)} mappings\n"
            f"wrong: {self.wrong}\nmissed: {self.missed}"
        )


def write(case: Case, folder: Path, columns: dict[str, str] | None = None) -> Path:
    """Write the file of a case, with other columns if they are given."""
    columns = columns or case.columns
    header, cells = list(columns), rows(columns, case.make)
    content = {
        "csv": lambda: as_csv(header, cells, case.delimiter, case.encoding, case.above),
        "jsonl": lambda: as_json_lines(header, cells),
        "xlsx": lambda: as_workbook(header, cells),
    }[case.form]()
    path = folder / f"{case.name}.{ENDINGS[case.form]}"
    path.write_bytes(content)
    return path


def attributes(text: str) -> dict[str, Any]:
    """The attributes of a suggestion, as a reader of YAML 1.1 has them."""
    return yaml.safe_load(text)["attributes"]


def mapped(text: str) -> dict[str, str]:
    """Column of the file by the target that a suggestion renames it to."""
    steps = attributes(text).get("transform") or []
    return {step["to"]: step["rename"] for step in steps if "rename" in step}


def measure(cases: Iterable[tuple[Case, dict[str, str]]], folder: Path) -> Measured:
    """Suggest imports for the files of cases, and compare."""
    total = Measured()
    for case, columns in cases:
        right = {name: target.partition("userId_")[1][:-1] or target for name, target in columns.items()}
        wanted = {name: target for name, target in right.items() if not target.startswith("~")}
        found = {name: target for target, name in mapped(suggest(str(write(case, folder, columns)))).items()}
        kept = {name: name for name, target in wanted.items() if name == target}
        for name, target in (kept | found).items():
            if wanted.get(name) == target:
                total.right += 1
            else:
                total.wrong.append(f"{case.name}: {name} as {target}, not {wanted.get(name)}")
        total.missed += [
            f"{case.name}: {name} ({target})" for name, target in wanted.items() if name not in kept | found
        ]
    return total
