"""`docs/configuration.md` says what the specifications say."""

from cdp_pipelines_tests.docs.configuration import TARGET, TYPES, reference


def test_the_page_is_what_the_specifications_give() -> None:
    assert TARGET.read_text() == reference(), "run `make docs` and commit docs/configuration.md"


def test_each_key_of_each_part_is_described() -> None:
    empty = [line for line in reference().splitlines() if line.startswith("| `") and line.endswith("|  |")]
    assert empty == []


def test_each_type_has_an_example() -> None:
    sections = {part.partition("\n")[0]: part for part in reference().split("\n## ")}
    assert [name for name in TYPES if "```yaml\n" not in sections[name]] == []
