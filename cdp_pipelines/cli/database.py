"""`cdp-pipelines db`: the store."""

import argparse

from cdp_pipelines.cli.arguments import Commands
from cdp_pipelines.cli.output import emit, say


def add_commands(commands: Commands) -> None:
    """Add the group and its commands."""
    group = commands.add_parser("db", help="look at the store, migrate it, stop it", description="The Postgres store.")
    actions = group.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name, (execute, text) in _ACTIONS.items():
        actions.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.").set_defaults(execute=execute)


def _status(_arguments: argparse.Namespace) -> int:
    from cdp_pipelines.store.care import status

    found = status()
    emit(f"store     {found.label}\nplace     {found.place}\nrunning   {'yes' if found.running else 'no'}")
    if found.running:
        size = (found.size_bytes or 0) / 2**20
        emit(f"Postgres  {found.server_version}\nsize      {size:,.1f} MB\nschema    {found.revision or 'none'}")
    if found.running and not found.up_to_date:
        emit(f"needed    {found.head}")
        if found.label != "embedded":
            say("The store's schema is not the one that this version needs: run cdp-pipelines db upgrade")
            return 2
    if found.problem:
        say(found.problem)
    return 2 if found.problem else 0


def _url(_arguments: argparse.Namespace) -> int:
    from cdp_pipelines.store.care import url

    emit(url())
    return 0


def _upgrade(_arguments: argparse.Namespace) -> int:
    from cdp_pipelines.store.care import upgrade

    done = upgrade()
    change = f"{done.before or 'empty'} -> {done.after}" if done.changed else "nothing to do"
    emit(f"{done.label}: {change}")
    return 0


def _stop(_arguments: argparse.Namespace) -> int:
    from cdp_pipelines.store.care import stop

    emit("The embedded server is stopped" if stop() else "The embedded server was not running")
    return 0


_ACTIONS = {
    "status": (_status, "say where the store is, whether it runs, and how its schema is"),
    "url": (_url, "print the store's URL with its password, for psql and CDP_DATABASE_URL"),
    "upgrade": (_upgrade, "migrate the store to what this version needs"),
    "stop": (_stop, "stop the embedded server"),
}
