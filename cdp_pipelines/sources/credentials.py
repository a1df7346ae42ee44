"""Secrets of sources: environment variables with a prefix that the YAML names, or files that such variables name.

What is read here goes to the server and nowhere else: no message, log or record holds it.
"""

import os
from pathlib import Path

from cdp_pipelines.errors import ConfigurationError


def secret(prefix: str, name: str) -> str | None:
    """Return what `PREFIX_NAME` holds, else the text of the file that `PREFIX_NAME_FILE` names, None without both.

    Raises:
        ConfigurationError: The file can't be read as text.
    """
    variable = f"{prefix}_{name}"
    if value := os.environ.get(variable):
        return value
    if not (path := os.environ.get(f"{variable}_FILE")):
        return None
    try:
        return Path(path).expanduser().read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError):
        raise ConfigurationError(f"The file that {variable}_FILE names can't be read; correct the variable.") from None


def required_secret(prefix: str, name: str) -> str:
    """Return what `secret` returns; ConfigurationError if it isn't set."""
    value = secret(prefix, name)
    if not value:
        raise ConfigurationError(f"{unset_sentence(prefix, (name,))}.")
    return value


def is_set(prefix: str, name: str) -> bool:
    """Tell whether the variable or the one for a file is set, without opening the file."""
    return any(os.environ.get(f"{prefix}_{name}{ending}") for ending in ("", "_FILE"))


def unset_sentence(prefix: str, names: tuple[str, ...]) -> str:
    """Return what to say when none of these variables, one of which is needed, is set."""
    listed = " or ".join(f"{prefix}_{name}" for name in names)
    return f"{listed} is not set: set this environment variable, or {prefix}_{names[0]}_FILE, where this runs"
