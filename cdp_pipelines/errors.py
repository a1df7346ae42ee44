"""What can go wrong in a way that a user can act on. Every text is one sentence that says what to do.

Programming errors are not here: they stay what Python raises.
"""


class CdpError(Exception):
    """A problem that the user can mend; `str()` of it is the sentence to show."""


class ConfigurationError(CdpError):
    """The YAML, a command's arguments or the environment are wrong (exit code 2)."""


class SourceError(CdpError):
    """A source could not be listed or read: missing file, refused connection, changed while read."""


class NoFileError(SourceError):
    """The source answers and has no such file, as before an export is written; an outage is a plain SourceError."""


class StoreError(CdpError):
    """The store cannot be reached or is not in the state that the code needs."""


class FileError(CdpError):
    """A file that cannot be applied as a whole.

    Args:
        code: Stable code of the issue, a key of `cdp_pipelines.issues.CODES`.
        message: One sentence that says what is wrong and what to do.
        line: Physical line in the file, header = 1, where known.
        column: Name of the column, where one is to blame.

    Attributes:
        file: Address of the file where a run reads several at once; None for the one that it is at.
    """

    file: str | None = None

    def __init__(self, code: str, message: str, line: int | None = None, column: str | None = None) -> None:
        super().__init__(message)
        self.code, self.message, self.line, self.column = code, message, line, column
