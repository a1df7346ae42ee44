"""The Dagster instance that commands of ours use: the one whose history the UI shows."""

import os
from pathlib import Path

import dagster as dg

from cdp_pipelines.home import home


def open_instance() -> dg.DagsterInstance:
    """Return the instance that `dagster dev` started in this folder would use; the caller closes it.

    That is the one in `DAGSTER_HOME`, else the one that `./dagster.yaml` describes; where neither is there, one in
    `CDP_HOME`, so that history is kept in any case.
    """
    if os.environ.get("DAGSTER_HOME"):
        return dg.DagsterInstance.get()
    if Path("dagster.yaml").exists():
        return dg.DagsterInstance.from_config(".")
    folder = home() / "dagster"
    folder.mkdir(exist_ok=True)
    return dg.DagsterInstance.local_temp(str(folder), overrides={"telemetry": {"enabled": False}})
