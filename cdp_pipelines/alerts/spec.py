"""An alert target as its YAML states it: who is told, of what, and by which way."""

import re
from fnmatch import fnmatchcase
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from cdp_pipelines.spec import Owners, Share, Spec, named

Occasion = Literal["failed", "partial", "missing_file", "recovered"]
"""What a message is about."""

SECURE_PORTS = {"starttls": 587, "ssl": 465, "none": 25}


def _variable(name: str) -> str:
    if not re.fullmatch(r"[A-Z][A-Z0-9_]*", name, re.ASCII):
        raise ValueError("write the name of an environment variable, like CRM_WEBHOOK; the secret itself stays there")
    return name


Variable = Annotated[str, AfterValidator(_variable), Field(max_length=100)]
"""The name of an environment variable, or the beginning of several names."""


class WebhookTarget(Spec):
    """A POST of `{"text": ...}`, as Slack, Mattermost and Rocket.Chat take it."""

    kind: Literal["webhook"]
    """`webhook`."""
    url_env: Variable
    """Environment variable that holds the address; it is a secret, so it never stands in YAML."""
    timeout: int = Field(default=10, ge=1, le=120)
    """Seconds to wait for an answer."""

    def variables(self) -> tuple[str, ...]:
        """Return the environment variables that must be set."""
        return (self.url_env,)


class EmailTarget(Spec):
    """An e-mail over SMTP."""

    kind: Literal["email"]
    """`email`."""
    host: str = Field(min_length=1, max_length=253)
    """Name of the mail server."""
    port: int | None = Field(default=None, ge=1, le=65535)
    """Port of the mail server; left out, 587 for starttls, 465 for ssl and 25 for none."""
    security: Literal["starttls", "ssl", "none"] = "starttls"
    """`starttls`, `ssl` (from the first byte), or `none` for a server on this machine."""
    credentials: Variable | None = None
    """Prefix of the variables PREFIX_USER and PREFIX_PASSWORD; left out, no login."""
    sender: str = Field(max_length=254)
    """Address that the messages come from."""
    to: tuple[Annotated[str, Field(max_length=254)], ...]
    """Addresses that the messages go to."""
    timeout: int = Field(default=20, ge=1, le=120)
    """Seconds to wait for the server."""

    @field_validator("credentials")
    @classmethod
    def _are_not_sent_in_clear(cls, credentials: str | None, info: ValidationInfo) -> str | None:
        if credentials and info.data.get("security") == "none":
            raise ValueError("would send the password in clear: set security to starttls or ssl, or remove credentials")
        return credentials

    @field_validator("sender", "to")
    @classmethod
    def _are_addresses(cls, value: str | tuple[str, ...]) -> str | tuple[str, ...]:
        addresses = (value,) if isinstance(value, str) else value
        if not addresses or not all(re.fullmatch(r"[^\s@<>,;]+@[^\s@<>,;]+", one, re.ASCII) for one in addresses):
            raise ValueError("write e-mail addresses like data-team@example.com, nothing around them")
        return value

    def variables(self) -> tuple[str, ...]:
        """Return the environment variables that must be set."""
        return (f"{self.credentials}_USER", f"{self.credentials}_PASSWORD") if self.credentials else ()


class CommandTarget(Spec):
    """A command that gets the message as JSON on its standard input."""

    kind: Literal["command"]
    """`command`."""
    command: tuple[str, ...] = Field(min_length=1)
    """The program and its arguments as a list, like ["./page-us", "--team", "crm"]; no shell reads them."""
    timeout: int = Field(default=30, ge=1, le=300)
    """Seconds after which the command is ended and counts as failed."""

    def variables(self) -> tuple[str, ...]:
        """Return the environment variables that must be set."""
        return ()


class FileTarget(Spec):
    """A file to which each message is appended as one line of JSON."""

    kind: Literal["file"]
    """`file`."""
    path: str = Field(min_length=1)
    """Path of the file, absolute or relative to the YAML's folder; {home} is the folder CDP_HOME."""

    def variables(self) -> tuple[str, ...]:
        """Return the environment variables that must be set."""
        return ()


Way = Annotated[WebhookTarget | EmailTarget | CommandTarget | FileTarget, Field(discriminator="kind")]


class AlertTargetSpec(Spec):
    """Somebody who is told when imports go wrong (`type: cdp_pipelines.AlertTarget`)."""

    name: Annotated[str, Field(max_length=100), named("crm_channel")]
    """Name of the target, `crm_channel`: letters, digits, _ and -."""
    description: str = ""
    """Who is told, shown in Dagster."""
    owners: Owners = ()
    """Who answers for the target: `team:crm` or an e-mail address each."""
    target: Way
    """The way that messages take, like {kind: webhook, url_env: CRM_WEBHOOK}."""
    when: tuple[Occasion, ...] = ("failed", "partial", "missing_file", "recovered")
    """What messages are about: failed, partial, missing_file, recovered; left out, all of them."""
    partial_over: Share = 0.0
    """Share of rejected items above which a partial run is told, like 5%; left out, any."""
    imports: tuple[Annotated[str, Field(max_length=200)], ...] = ("*",)
    """Names of the imports that it is about, like ["de/*", "fr/orders"]; left out, all."""

    @field_validator("when", "imports")
    @classmethod
    def _holds_something(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not value:
            raise ValueError("is empty: remove it to be told of all")
        return value

    def covers(self, import_name: str) -> bool:
        """Whether an import is among those that the target is about."""
        return any(fnmatchcase(import_name, pattern) for pattern in self.imports)
