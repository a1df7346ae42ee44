import pytest

from cdp_pipelines.errors import ConfigurationError
from cdp_pipelines.imports.documents import defs_folder, find_import, yaml_files
from cdp_pipelines_tests.imports.writing import document, write


@pytest.fixture
def defs(tmp_path, monkeypatch):
    folder = tmp_path / "defs"
    folder.mkdir()
    monkeypatch.setenv("CDP_DEFS", str(folder))
    return folder


def test_an_import_is_found_by_its_name(defs):
    write(defs / "one" / "defs.yaml", document(name="one"))
    path = write(defs / "many" / "defs.yaml", document(name="two"), document(name="de/three"))
    loaded = find_import("de/three")
    assert loaded.spec.name == "de/three"
    assert (loaded.path, loaded.folder) == (path, path.parent)
    assert path.read_text().splitlines()[loaded.line - 1].startswith("type:")


def test_an_import_is_found_by_its_file(tmp_path, monkeypatch):
    write(tmp_path / "orders.yaml", document())
    monkeypatch.chdir(tmp_path)
    loaded = find_import("orders.yaml")
    assert loaded.folder == tmp_path
    assert loaded.path.is_absolute()


def test_without_a_folder_of_ones_own_the_packages_is_taken(monkeypatch):
    monkeypatch.delenv("CDP_DEFS", raising=False)
    assert defs_folder().name == "defs"
    assert find_import("demo/orders").spec.partitions is not None


def test_a_folder_that_is_not_there_is_refused(monkeypatch, tmp_path):
    monkeypatch.setenv("CDP_DEFS", str(tmp_path / "none"))
    with pytest.raises(ConfigurationError, match="CDP_DEFS names"):
        defs_folder()


def test_an_unknown_name_is_answered_with_those_there_are(defs):
    write(defs / "a" / "defs.yaml", document(name="de/orders"))
    with pytest.raises(ConfigurationError, match="did you mean de/orders"):
        find_import("de/ordes")
    with pytest.raises(ConfigurationError, match="there are de/orders"):
        find_import("x")


def test_a_broken_file_does_not_stop_another_import(defs):
    write(defs / "a" / "defs.yaml", document(name="good"))
    write(defs / "b" / "defs.yaml", "type: cdp_pipelines.OrderImport\nattributes: [\n")
    assert find_import("good").spec.name == "good"
    with pytest.raises(ConfigurationError, match="1 more cannot be read: run cdp-pipelines check"):
        find_import("other")


def test_a_name_that_two_imports_have_names_both_places(defs):
    write(defs / "a" / "defs.yaml", document())
    write(defs / "b" / "defs.yaml", document())
    with pytest.raises(ConfigurationError, match=r"a/defs\.yaml:1 and .*b/defs\.yaml:1"):
        find_import("orders")


def test_everything_wrong_with_the_import_is_said_in_lines(defs):
    write(defs / "defs.yaml", document(tmezone="UTC", empty="kep"))
    with pytest.raises(ConfigurationError) as caught:
        find_import("orders")
    lines = str(caught.value).splitlines()
    assert len(lines) == 2
    assert all(f"defs.yaml:{number}: " in line for number, line in zip((9, 10), lines, strict=True))


def test_a_file_with_several_imports_needs_a_name(tmp_path):
    path = write(tmp_path / "two.yaml", document(name="one"), document(name="two"))
    with pytest.raises(ConfigurationError, match=r"several imports \(one, two\)"):
        find_import(str(path))


def test_a_file_without_an_import_is_refused(tmp_path):
    path = write(tmp_path / "other.yaml", {"type": "acme.Component", "attributes": {}})
    with pytest.raises(ConfigurationError, match="holds no import"):
        find_import(str(path))
    with pytest.raises(ConfigurationError, match="There is no file"):
        find_import(str(tmp_path / "none.yaml"))


def test_hidden_folders_and_other_files_are_left_out(defs):
    write(defs / ".venv" / "defs.yaml", document())
    write(defs / "notes.txt", "a")
    kept = write(defs / "b" / "x.yml", document())
    assert yaml_files(defs) == [kept]
