"""What may stand in the YAML of promotions, vouchers and custom events."""

from typing import Any

import pytest
import yaml

from cdp_pipelines.imports.check import check
from cdp_pipelines.imports.documents import find_import
from cdp_pipelines.imports.spec import config_hash

SOURCE = {"kind": "local", "uri": "x.csv"}


def document(folder, kind: str, **attributes: Any):
    path = folder / "x.yaml"
    values = {"name": "x", "source": SOURCE, "format": {"kind": "synerise_csv"}} | attributes
    path.write_text(yaml.safe_dump({"type": f"cdp_pipelines.{kind}", "attributes": values}))
    return path


@pytest.mark.parametrize(
    ("kind", "attributes", "field", "said"),
    [
        ("VoucherImport", {}, "pool", "is missing"),
        ("VoucherImport", {"pool": "a b"}, "pool", "like SUMMER26"),
        ("VoucherImport", {"pol": "A"}, "pol", "did you mean pool"),
        ("EventImport", {"evnt": "a"}, "evnt", "did you mean event"),
        ("EventImport", {"event": " "}, "event", "without blanks"),
        ("PromotionImport", {"hash_user_id": True}, "hash_user_id", "unknown key"),
        ("PromotionImport", {"format": {"kind": "kevel_csv"}}, "format.kind", "synerise_csv"),
        ("PromotionImport", {"format": {"kind": "synerise_csv", "delimiter": "#"}}, "format.delimiter", ""),
        (
            "PromotionImport",
            {"transform": [{"filter": "a == 'b'", "per": "order"}]},
            "transform",
            "belongs to no order",
        ),
    ],
)
def test_mistakes_are_told_with_what_to_write_instead(tmp_path, kind, attributes, field, said):
    problems = [str(problem) for problem in check(document(tmp_path, kind, **attributes))]
    assert any(f": {field}" in one and said in one for one in problems), problems


@pytest.mark.parametrize("delimiter", [",", ";", "|", "tab"])
def test_each_delimiter_of_the_legacy_module_is_known(tmp_path, delimiter):
    attributes = {"format": {"kind": "synerise_csv", "delimiter": delimiter}}
    assert check(document(tmp_path, "PromotionImport", **attributes)) == []


@pytest.mark.rows("D25")
@pytest.mark.parametrize(
    ("kind", "key", "values"),
    [
        ("VoucherImport", "pool", ("A", "B")),
        ("EventImport", "event", ("a", "b")),
        ("EventImport", "hash_user_id", (False, True)),
    ],
)
def test_what_changes_results_changes_the_hash(tmp_path, kind, key, values):
    pool = {"pool": "A"} if kind == "VoucherImport" else {}
    hashes = {config_hash(find_import(str(document(tmp_path, kind, **pool | {key: value}))).spec) for value in values}
    assert len(hashes) == 2
