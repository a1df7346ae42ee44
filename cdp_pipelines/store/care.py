"""What `cdp-pipelines db` does: look at the store, name its URL, migrate it, stop the embedded server."""

from dataclasses import dataclass

from cdp_pipelines.errors import ConfigurationError, StoreError
from cdp_pipelines.home import home
from cdp_pipelines.store import revisions
from cdp_pipelines.store.connect import Store, server_store
from cdp_pipelines.store.embedded import EmbeddedPostgres
from cdp_pipelines.store.migrate import upgrade as migrate
from cdp_pipelines.store.opening import embedded_store, open_store


@dataclass(frozen=True)
class StoreStatus:
    """How the store is.

    Attributes:
        label: `embedded` or `host:port/database`.
        running: Whether it answers.
        place: The embedded server's folder, or the server's `host:port/database`.
        server_version: Postgres' own, such as `18.6`; None if not running, like the following.
        revision: The schema's; None also if it has never been migrated.
        head: The revision that this code needs.
        size_bytes: Of the database.
        problem: Why it does not answer, in one sentence, where that is known.
    """

    label: str
    running: bool
    place: str
    head: str
    server_version: str | None = None
    revision: str | None = None
    size_bytes: int | None = None
    problem: str | None = None

    @property
    def up_to_date(self) -> bool:
        """Whether the schema is the one that this code needs."""
        return self.revision == self.head


@dataclass(frozen=True)
class Upgrade:
    """What an upgrade did: the revision before (None: an empty store) and after."""

    label: str
    before: str | None
    after: str

    @property
    def changed(self) -> bool:
        """Whether there was anything to do."""
        return self.before != self.after


def status() -> StoreStatus:
    """Look at the store without starting or migrating it.

    Raises:
        ConfigurationError: The environment is wrong.
    """
    server = server_store()
    if server:
        return _looked_at(server, server.label)
    folder = home() / "postgres"
    try:
        address = EmbeddedPostgres(folder.parent).find()
    except StoreError as error:
        return StoreStatus("embedded", False, str(folder), revisions.head(), problem=str(error))
    if address is None:
        return StoreStatus("embedded", False, str(folder), revisions.head())
    return _looked_at(embedded_store(address), str(folder))


def url() -> str:
    """Return the store's URL with its password, as `psql` and `CDP_DATABASE_URL` take it; starts the embedded one."""
    store = server_store() or open_store()
    text = store.url.set(drivername="postgresql").render_as_string(hide_password=False)
    return text.replace(" ", "%20")  # SQLAlchemy leaves blanks of a password as they are, which psql refuses


def upgrade() -> Upgrade:
    """Migrate the store to what this code needs, starting the embedded one if it is that.

    Raises:
        ConfigurationError: The store is ahead of this code.
        StoreError: It cannot be reached, or our role may not change it.
    """
    store = server_store() or embedded_store(EmbeddedPostgres(home()).start())
    return Upgrade(store.label, *migrate(store))


def stop() -> bool:
    """Stop the embedded server at once, ending what its clients do; return False if it was not running.

    Raises:
        ConfigurationError: The store is a server of somebody else's, which is not ours to stop.
    """
    if server := server_store():
        raise ConfigurationError(
            f"The store is the server {server.label}, which cdp-pipelines does not stop; unset CDP_DATABASE_URL to "
            "stop the embedded one."
        )
    return EmbeddedPostgres(home()).stop()


def _looked_at(store: Store, place: str) -> StoreStatus:
    try:
        with store.connect(autocommit=True) as connection:
            row = connection.execute("select current_setting('server_version'), pg_database_size(current_database())")
            version, size = row.fetchone() or (None, None)
            revision = revisions.current(connection)
    except StoreError as error:
        return StoreStatus(store.label, False, place, revisions.head(), problem=str(error))
    return StoreStatus(store.label, True, place, revisions.head(), version, revision, size)
