"""What Dagster 1.13 calls preview or beta and we use: checks per partition, backfill policies, owners of sensors."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg


@contextmanager
def without_previews() -> Iterator[None]:
    """Silence Dagster's warnings that a part may still change: we are pinned to 1.13, and users cannot help it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dg.PreviewWarning)
        warnings.simplefilter("ignore", dg.BetaWarning)
        yield
