"""How a run of an import is asked for."""

from dataclasses import dataclass

from cdp_pipelines.formats.records import BLOCK
from cdp_pipelines.imports.kind import BATCH
from cdp_pipelines.imports.report import Origin


@dataclass(frozen=True)
class RunOptions:
    """How a run is asked for.

    `dry_run` does everything but store; `force` reads a file that was already applied; `file` takes the place of the
    import's source; `batch` and `block_size` (rows and bytes at once) change no result.
    """

    dry_run: bool = False
    force: bool = False
    origin: Origin = "manual"
    dagster_run_id: str | None = None
    file: str | None = None
    batch: int = BATCH
    block_size: int = BLOCK
