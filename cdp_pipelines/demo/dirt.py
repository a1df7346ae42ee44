"""What goes wrong in real exports, put into a few nights on purpose: each is found and reported by the import."""

from collections.abc import Callable

from cdp_pipelines.demo.rows import Row

Export = list[list[Row]]


def spoil(night: int, export: Export) -> Export:
    """Return the night's orders with one thing wrong on every seventh night, in turn; other nights are as they were."""
    if night % 7 != 4 or not export:
        return export
    return _DIRT[night // 7 % len(_DIRT)](export)


def _first_row(change: Row) -> Callable[[Export], Export]:
    """Return a function that writes `change` into the first row of the night's middle order."""

    def spoiled(export: Export) -> Export:
        middle = len(export) // 2
        first, *others = export[middle]
        return [*export[:middle], [{**first, **change}, *others], *export[middle + 1 :]]

    return spoiled


def _scattered(export: Export) -> Export:
    """The middle order's rows appear once more, far from their order: only the last group counts (D2)."""
    return [export[len(export) // 2], *export]


_DIRT: tuple[Callable[[Export], Export], ...] = (
    _first_row({"currency": "EURO"}),
    _first_row({"lineItem_sku": ""}),
    _scattered,
    _first_row({"total": "1.00"}),
    _first_row({"userIdType": "email", "userId": "anonymous"}),
    _first_row({"lineItem_status": "shipped"}),
    _first_row({"createdAt": "yesterday"}),
    _first_row({"lineItem_quantity": "two"}),
)
