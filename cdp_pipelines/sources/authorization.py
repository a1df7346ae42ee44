"""Who a web server is told that we are: the header that the credentials of a source stand for."""

import base64
import re

from cdp_pipelines.errors import ConfigurationError
from cdp_pipelines.sources.addresses import origin_of
from cdp_pipelines.sources.credentials import required_secret, secret
from cdp_pipelines.sources.spec import HttpSource, web_addresses

_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_VALUE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?")


def authorization(spec: HttpSource, uri: str) -> dict[str, str]:
    """Return the header for requests to `uri`; none if it isn't on the host, scheme and port of the source itself.

    Raises:
        ConfigurationError: No variable is set, or what one holds can't stand in a header.
    """
    prefix = spec.credentials
    if prefix is None or origin_of(uri) != origin_of(web_addresses(spec.uri)[0]):
        return {}
    if token := secret(prefix, "TOKEN"):
        return _checked("Authorization", f"Bearer {token}", f"{prefix}_TOKEN")
    if header := secret(prefix, "HEADER"):
        name, _, value = header.partition(":")
        return _checked(name, value.strip(), f"{prefix}_HEADER")
    pair = f"{required_secret(prefix, 'USER')}:{required_secret(prefix, 'PASSWORD')}"
    return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


def _checked(name: str, value: str, variable: str) -> dict[str, str]:
    if not _NAME.fullmatch(name) or not _VALUE.fullmatch(value):
        raise ConfigurationError(
            f"{variable} can't stand in a header; write ASCII on one line, and a whole header like `X-Api-Key: ...`."
        )
    return {name: value}
