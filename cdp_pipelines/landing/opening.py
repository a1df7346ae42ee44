"""Where this project lands files: what `CDP_LANDING` names, a folder or a bucket, else a folder in `CDP_HOME`."""

import os
from pathlib import Path

from pydantic import ValidationError

from cdp_pipelines.errors import ConfigurationError
from cdp_pipelines.landing.folder import FolderStorage
from cdp_pipelines.landing.landing import Landing
from cdp_pipelines.sources.addresses import scheme_of, shown
from cdp_pipelines.sources.credentials import is_set
from cdp_pipelines.sources.spec import S3Source

VARIABLE = "CDP_LANDING"
"""The place; also the prefix of the variables with endpoint and credentials."""


def open_landing(home: Path) -> Landing:
    """Return the landing that the environment names.

    Args:
        home: The folder `CDP_HOME`, which also holds what is on its way to a bucket or from it.

    Raises:
        ConfigurationError: The environment names no place that can hold a landing.
    """
    place = os.environ.get(VARIABLE, "").strip()
    if scheme_of(place) == "":
        return Landing(FolderStorage(Path(place).expanduser().absolute() if place else home / "landing"))
    if scheme_of(place) != "s3":
        raise ConfigurationError(f"{VARIABLE} names {shown(place)}; write a folder, or s3://bucket/prefix.")
    from cdp_pipelines.landing.bucket import BucketStorage

    return Landing(BucketStorage(_service(place), home / "landing"))


def _service(place: str) -> S3Source:
    """Return how the bucket is asked, in the words of a source; its address is that of all copies."""
    settings = {name.lower(): os.environ.get(f"{VARIABLE}_{name}") for name in ("ENDPOINT_URL", "REGION", "CA_FILE")}
    credentials = VARIABLE if is_set(VARIABLE, "ACCESS_KEY_ID") else None
    address = f"{place.rstrip('/')}/content"
    try:
        return S3Source.model_validate({"kind": "s3", "uri": address, "credentials": credentials, **settings})
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)[0]
        name = VARIABLE if found["loc"][0] == "uri" else f"{VARIABLE}_{str(found['loc'][0]).upper()}"
        raise ConfigurationError(f"{name} {found['msg'].removeprefix('Value error, ')}.") from None
