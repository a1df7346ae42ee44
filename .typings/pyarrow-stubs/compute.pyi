"""pyarrow makes its compute functions when it is imported, so pyright sees none of them."""

from typing import Any

def __getattr__(name: str) -> Any: ...
