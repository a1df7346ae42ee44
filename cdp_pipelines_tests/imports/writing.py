"""YAML of imports for tests."""

from pathlib import Path

import yaml

LEAST = {"name": "orders", "source": {"kind": "local", "uri": "orders.csv"}, "format": {"kind": "kevel_csv"}}


def document(**attributes: object) -> dict[str, object]:
    """Return an import of orders; what is given as None is left out."""
    merged = {**LEAST, **attributes}
    return {
        "type": "cdp_pipelines.OrderImport",
        "attributes": {key: value for key, value in merged.items() if value is not None},
    }


def write(path: Path, *documents: object) -> Path:
    """Write documents, made by `document` or written as text, into one file, with its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    texts = [one if isinstance(one, str) else yaml.safe_dump(one, sort_keys=False) for one in documents]
    path.write_text("---\n".join(texts), encoding="utf-8")
    return path
