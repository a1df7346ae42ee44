"""Where the control totals of an import stand, and which files at a source are such and no data."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from pydantic import field_validator

from cdp_pipelines.errors import NoFileError
from cdp_pipelines.sources import Found, shown
from cdp_pipelines.sources.addresses import absolute, beside_file
from cdp_pipelines.sources.patterns import address_matcher
from cdp_pipelines.sources.template import placeholders
from cdp_pipelines.spec import Spec

_FILE = "{file}"


class Control(Spec):
    """What an exporter states of its files; if a file disagrees, or nothing is stated, nothing is applied."""

    uri: str
    """`{file}` with an ending, like `{file}.json`, for a file beside each data file; or the address of one list of all
    files, written like that of `source`. It holds JSON (`rows`, `sum`, `sha256`), or lines of `sha256sum`."""

    @field_validator("uri")
    @classmethod
    def _is_beside_or_an_address(cls, uri: str) -> str:
        if _FILE in uri:
            if not re.fullmatch(r"\{file\}[^/{}*?#\0]+", uri):
                raise ValueError("{file} stands at the start, with an ending behind it: write it like {file}.json")
            return uri
        placeholders(uri)
        if not uri.strip() or "*" in uri or "\0" in uri:
            raise ValueError("is no address of one file: write one without *, or like {file}.json")
        return uri

    @property
    def ending(self) -> str | None:
        """What a data file's address ends with there, None for one list of all files."""
        return self.uri.removeprefix(_FILE) if self.uri.startswith(_FILE) else None


def control_address(control: Control, uri: str, filled: str) -> str:
    """Return where the totals of the data file or pattern `uri` stand; `filled` is the address of a list."""
    return filled if control.ending is None else beside_file(uri, control.ending)


def data_files(control: Control | None, pattern: str, filled: str, folder: Path, found: Sequence[Found]) -> list[Found]:
    """Return the files that a pattern found, without those that hold control totals.

    Raises:
        NoFileError: All of them do.
    """
    if control is None or "*" not in pattern:
        return list(found)
    holds_totals = _holds_totals(control, absolute(pattern, folder), filled and absolute(filled, folder))
    data = [file for file in found if not holds_totals(file.uri)]
    if not data:
        raise NoFileError(f"Nothing but control totals matches {shown(pattern)}; wait until the export is written.")
    return data


def _holds_totals(control: Control, pattern: str, filled: str) -> Callable[[str], bool]:
    """Return what tells control totals by the address; a data file may have the same ending: `a.json` of `*.json`."""
    ending = control.ending
    if ending is None:
        return address_matcher(filled)
    is_data = address_matcher(pattern)
    return lambda uri: uri.endswith(ending) and is_data(uri.removesuffix(ending))
