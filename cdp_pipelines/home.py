"""Where this project keeps what it makes: the embedded database, landed files, logs."""

import os
from pathlib import Path

from cdp_pipelines.errors import ConfigurationError


def home() -> Path:
    """Return the absolute folder named by `CDP_HOME`, else `.cdp` under the current directory, made if missing.

    A folder made here is private (mode 700) and ignored by git: it holds a password and customer data.

    Raises:
        ConfigurationError: The folder cannot be made, or something else has its name.
    """
    folder = Path(os.environ.get("CDP_HOME") or ".cdp").expanduser().absolute()
    if not folder.is_dir():
        _make(folder)
    return folder


def _make(folder: Path) -> None:
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        (folder / ".gitignore").write_text("*\n")
    except OSError as error:
        raise ConfigurationError(
            f"The folder {folder} cannot be made ({error.strerror}); set CDP_HOME to a folder that you can write to."
        ) from error
