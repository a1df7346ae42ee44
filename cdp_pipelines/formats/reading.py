"""What every reader tells of its file while it reads, and readers that have another one within."""

from types import TracebackType
from typing import Generic, Protocol, Self, TypeVar

from cdp_pipelines.issues import Notice


class Reading(Protocol):
    """A file that is read once, from start to end; a context manager."""

    @property
    def encoding(self) -> str:
        """The encoding that was read."""
        ...

    @property
    def compression(self) -> str:
        """How the file is packed."""
        ...

    @property
    def bytes_read(self) -> int:
        """Bytes of the file as it lies on disk that were read so far."""
        ...

    @property
    def warnings(self) -> list[Notice]:
        """What was found so far that does not stop the reading."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None, /
    ) -> None: ...


Within = TypeVar("Within", bound=Reading)


class Around(Generic[Within]):
    """Tells of the file what the reader within tells; subclasses set `_reader`."""

    _reader: Within

    @property
    def encoding(self) -> str:
        """The encoding that was read."""
        return self._reader.encoding

    @property
    def compression(self) -> str:
        """How the file is packed."""
        return self._reader.compression

    @property
    def bytes_read(self) -> int:
        """Bytes of the file as it lies on disk that were read so far."""
        return self._reader.bytes_read

    @property
    def warnings(self) -> list[Notice]:
        """What was found so far that does not stop the reading."""
        return self._reader.warnings

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None, /
    ) -> None:
        self._reader.__exit__(kind, error, at)
