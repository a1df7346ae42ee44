import stat

import pytest

from cdp_pipelines.errors import ConfigurationError
from cdp_pipelines.home import home


def test_the_home_is_dot_cdp_in_the_current_folder(monkeypatch, tmp_path):
    monkeypatch.delenv("CDP_HOME", raising=False)
    monkeypatch.chdir(tmp_path)
    assert home() == tmp_path / ".cdp"


def test_a_home_made_here_is_private_and_ignored_by_git(monkeypatch, tmp_path):
    monkeypatch.setenv("CDP_HOME", str(tmp_path / "deep" / "home"))
    assert stat.S_IMODE(home().stat().st_mode) == 0o700
    assert (home() / ".gitignore").read_text() == "*\n"


def test_a_folder_that_was_there_is_left_as_it_was(monkeypatch, tmp_path):
    folder = tmp_path / "there"
    folder.mkdir(mode=0o755)
    folder.chmod(0o755)
    monkeypatch.setenv("CDP_HOME", str(folder))
    assert stat.S_IMODE(home().stat().st_mode) == 0o755
    assert list(folder.iterdir()) == []


def test_a_relative_home_is_made_absolute_and_a_tilde_is_read(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CDP_HOME", "here")
    assert home() == tmp_path / "here"
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("CDP_HOME", "~/mine")
    assert home() == tmp_path / "mine"


def test_an_empty_variable_is_none(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CDP_HOME", "")
    assert home() == tmp_path / ".cdp"


def test_a_file_in_the_way_is_said(monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    for name in ("file", "file/below"):
        monkeypatch.setenv("CDP_HOME", str(tmp_path / name))
        with pytest.raises(ConfigurationError, match="set CDP_HOME to a folder that you can write to"):
            home()
