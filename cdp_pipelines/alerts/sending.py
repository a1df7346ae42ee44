"""The ways that a message takes: webhook, e-mail, command, file.

What goes wrong becomes one sentence without address, password or what the other side answered: all may be secret.
"""

import json
import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from cdp_pipelines.alerts.messages import Message
from cdp_pipelines.alerts.spec import SECURE_PORTS, CommandTarget, EmailTarget, FileTarget, WebhookTarget
from cdp_pipelines.errors import CdpError
from cdp_pipelines.home import home


class NotTakenError(CdpError):
    """A target did not take a message."""


def send(message: Message, way: Any, folder: Path) -> None:
    """Send a message.

    Args:
        message: What to say.
        way: The specification of the way, one of those in `spec`.
        folder: Folder of the YAML, to which relative paths refer.

    Raises:
        NotTakenError: It was not taken, as far as can be told.
    """
    missing = [name for name in way.variables() if not os.environ.get(name)]
    if missing:
        raise NotTakenError(f"{' and '.join(missing)} is not set: set it where this runs")
    _WAYS[type(way)](message, way, folder)


def _post(message: Message, way: WebhookTarget, _folder: Path) -> None:
    import requests

    try:
        answer = requests.post(
            os.environ[way.url_env],
            json={"text": _escaped(message.text)},
            timeout=way.timeout,
            allow_redirects=False,
        )
    except (requests.RequestException, ValueError, OSError) as error:
        raise NotTakenError(f"no answer from the address in {way.url_env} ({type(error).__name__})") from None
    if answer.status_code >= 300:
        raise NotTakenError(f"the address in {way.url_env} answers with HTTP {answer.status_code}: check it")


def _escaped(text: str) -> str:
    """Return a text in which chat programs find no mention and no link, however columns are called."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _mail(message: Message, way: EmailTarget, _folder: Path) -> None:
    import smtplib
    from email.message import EmailMessage
    from email.utils import formatdate, make_msgid

    letter = EmailMessage()
    letter["Subject"], letter["From"], letter["To"] = message.headline, way.sender, ", ".join(way.to)
    letter["Date"], letter["Message-ID"] = formatdate(), make_msgid(domain=way.sender.rpartition("@")[2])
    letter.set_content(message.text)
    try:
        _deliver(letter, way)
    except smtplib.SMTPAuthenticationError:
        raise NotTakenError(f"{way.host} refuses user or password in {way.credentials}_*: correct them") from None
    except (smtplib.SMTPException, OSError, ValueError) as error:
        raise NotTakenError(f"the mail server {way.host} did not take it ({type(error).__name__})") from None


def _deliver(letter: Any, way: EmailTarget) -> None:
    import smtplib
    import ssl

    port = way.port or SECURE_PORTS[way.security]
    if way.security == "ssl":
        server = smtplib.SMTP_SSL(way.host, port, timeout=way.timeout, context=ssl.create_default_context())
    else:
        server = smtplib.SMTP(way.host, port, timeout=way.timeout)
    with server:
        if way.security == "starttls":
            server.starttls(context=ssl.create_default_context())
        if way.credentials:
            server.login(os.environ[f"{way.credentials}_USER"], os.environ[f"{way.credentials}_PASSWORD"])
        server.send_message(letter)


def _run(message: Message, way: CommandTarget, folder: Path) -> None:
    try:
        done = subprocess.run(  # noqa: S603 - a list without a shell, from the user's own YAML
            way.command,
            input=json.dumps(message.as_dict()).encode(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=way.timeout,
            cwd=folder,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise NotTakenError(f"{way.command[0]} did not end within {way.timeout} s and was stopped") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise NotTakenError(f"{way.command[0]} cannot be started ({reason})") from None
    if done.returncode:
        raise NotTakenError(f"{way.command[0]} ended with exit code {done.returncode}")


def _append(message: Message, way: FileTarget, folder: Path) -> None:
    path = folder / way.path.replace("{home}", str(home()))
    line = json.dumps(message.as_dict(), ensure_ascii=False) + "\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(line)
    except OSError as error:
        raise NotTakenError(f"{path} cannot be written ({error.strerror})") from None


_WAYS: Mapping[type, Callable[[Message, Any, Path], None]] = {
    WebhookTarget: _post,
    EmailTarget: _mail,
    CommandTarget: _run,
    FileTarget: _append,
}
