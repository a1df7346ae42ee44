"""Where this project keeps what it makes: the embedded database, landed files, logs."""

import os
from pathlib import Path

from cdp_pipelines.errors import ConfigurationError


def home() -> Path:
    """Return the absolute folder named by `CDP_HOME`, else `.cdp` under the current directory, made if missing.

    A folder made here is private (mode 700) and ignored by git: it holds a password and customer data.

    Raises:
        ConfigurationError: The folder cannot be made or is not ours to write to, or something else has its name.
    """
    folder = Path(os.environ.get("CDP_HOME") or ".cdp").expanduser().absolute()
    try:
        if not folder.is_dir():
            _make(folder)
    except OSError as error:
        raise _useless(folder, f"cannot be made ({error.strerror})") from error
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        raise _useless(folder, "is not open to you")
    return folder


def dagster_in_use() -> bool:
    """Whether a history of Dagster belongs to this project: that in `DAGSTER_HOME`, else one begun in `CDP_HOME`.

    Told without importing Dagster, which takes a second.
    """
    return bool(os.environ.get("DAGSTER_HOME")) or (home() / "dagster").is_dir()


def _make(folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    (folder / ".gitignore").write_text("*\n")


def _useless(folder: Path, reason: str) -> ConfigurationError:
    return ConfigurationError(f"The folder {folder} {reason}; set CDP_HOME to a folder that you can write to.")
