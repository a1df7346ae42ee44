"""Whole imports from OpenSSH's own server, as an operator sets it up: who gets in, who does not, and what is moved."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cdp_pipelines.cli import main
from cdp_pipelines.imports.report import Report
from cdp_pipelines_tests.scenarios.shop import Shop, codes, order, text
from cdp_pipelines_tests.sources.conftest import no_proxy
from cdp_pipelines_tests.sources.openssh import PASSPHRASE, OpenSsh, openssh

__all__ = ["no_proxy"]
pytestmark = [pytest.mark.debian, pytest.mark.rows("K-113", "K-115")]


@pytest.fixture(scope="module")
def running() -> Iterator[OpenSsh]:
    with openssh() as sshd:
        yield sshd


@pytest.fixture
def sshd(running: OpenSsh, monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenSsh]:
    """The server with one order in /upload, and the environment of somebody who knows the password."""
    monkeypatch.setenv("SHOP_USER", running.user)
    monkeypatch.setenv("SHOP_PASSWORD", running.password)
    running.put("orders.csv", text([order("A-1")]))
    yield running
    subprocess.run(["find", running.upload, "-mindepth", "1", "-delete"], check=True)


def imported(shop: Shop, sshd: OpenSsh, **source: Any) -> Report:
    given = {
        "kind": "sftp",
        "uri": f"{sshd.address}/upload/*.csv",
        "credentials": "SHOP",
        "host_key": sshd.fingerprint,
        "attempts": 1,
        "timeout": 10,
    }
    return shop.imports(source=given | source).runs()


def ids(shop: Shop) -> list[str]:
    return [row["order_id"] for row in shop.ask("select order_id from orders order by 1")]


def test_a_password_opens_the_door(shop: Shop, sshd: OpenSsh, capsys: pytest.CaptureFixture[str]) -> None:
    report = imported(shop, sshd)
    assert (report.status, ids(shop)) == ("completed", ["A-1"])
    assert report.files[0].uri == f"{sshd.address}/upload/orders.csv"
    assert main(["check", "--connect", str(shop.folder / "orders.yaml")]) == 0
    assert main(["run", str(shop.folder / "orders.yaml"), "--json"]) == 0
    assert sshd.password not in capsys.readouterr().out


@pytest.mark.parametrize(("kind", "passphrase"), [("ed25519", ""), ("rsa", PASSPHRASE)])
def test_a_key_opens_the_door(
    kind: str, passphrase: str, shop: Shop, sshd: OpenSsh, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SHOP_PASSWORD")
    monkeypatch.setenv("SHOP_PRIVATE_KEY_FILE", str(sshd.key(kind, passphrase)))
    if passphrase:
        monkeypatch.setenv("SHOP_PASSPHRASE", "wrong")
        refused = imported(shop, sshd)
        assert "SHOP_PRIVATE_KEY is no private key (Ed25519, ECDSA or RSA) that SHOP_PASSPHRASE opens" in str(
            refused.error
        )
        monkeypatch.setenv("SHOP_PASSPHRASE", passphrase)
    assert imported(shop, sshd).status == "completed"


@pytest.mark.rows("S7")
def test_a_wrong_password_and_a_wrong_host_key_apply_nothing(
    shop: Shop, sshd: OpenSsh, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = (
        tmp_path / "known_hosts",
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGGqdcFoaM0nkgmxTqjeGLnVn4Jk5mbLL8vcLNmpAmrB",
    )
    other[0].write_text(f"[127.0.0.1]:{sshd.port} {other[1]}\n")
    for source in ({"host_key": "SHA256:" + "A" * 43}, {"host_key": None, "known_hosts": str(other[0])}):
        report = imported(shop, sshd, **source)
        assert "shows another host key than the known one" in str(report.error)
    monkeypatch.setenv("SHOP_PASSWORD", "wrong-canary")
    report = imported(shop, sshd)
    assert report.error == f"127.0.0.1:{sshd.port} refuses the user of SHOP; correct its name, password or key."
    assert (ids(shop), codes(report)) == ([], {"SOURCE_FAILED"})
    log = (sshd.run / "log").read_text()
    assert log.count("Failed password") == 1, "the password was sent to a server that was not the known one"


def test_the_file_of_known_hosts_that_openssh_writes_is_read(shop: Shop, sshd: OpenSsh, tmp_path: Path) -> None:
    known = tmp_path / "known_hosts"
    with known.open("w") as file:
        scan = ["ssh-keyscan", "-p", str(sshd.port), "-t", "ed25519", "127.0.0.1"]
        subprocess.run(scan, stdout=file, stderr=subprocess.DEVNULL, check=True)
    assert imported(shop, sshd, host_key=None, known_hosts=str(known)).status == "completed"


def test_the_jail_holds_and_what_is_missing_is_told(shop: Shop, sshd: OpenSsh) -> None:
    (sshd.upload / "passwd.csv").symlink_to("/etc/passwd")
    assert [file.uri for file in imported(shop, sshd).files] == [f"{sshd.address}/upload/orders.csv"]
    for path, told in (("etc/passwd", "No file at"), ("upload/passwd.csv", "is a link"), ("upload", "is a folder")):
        report = imported(shop, sshd, uri=f"{sshd.address}/{path}")
        assert (report.status, told in str(report.error)) == ("failed", True), report.error


def test_a_jail_that_openssh_refuses_ends_in_one_sentence(shop: Shop, sshd: OpenSsh) -> None:
    """A folder of the jail's path that others may write: the client only sees the connection end."""
    jail = sshd.upload.parent
    jail.chmod(0o777)
    try:
        report = imported(shop, sshd)
    finally:
        jail.chmod(0o755)
    assert (report.status, codes(report)) == ("failed", {"SOURCE_FAILED"})
    assert str(report.error).startswith(f"No SFTP session with 127.0.0.1:{sshd.port}")
    assert "bad ownership or modes for chroot directory" in (sshd.run / "log").read_text()


@pytest.mark.rows("F13", "F15")
def test_unfinished_uploads_and_an_empty_file_are_told_apart(shop: Shop, sshd: OpenSsh) -> None:
    for name in ("b.csv.part", "c.csv.filepart", ".d.csv", "_SUCCESS"):
        sshd.put(name, "no orders")
    assert len(imported(shop, sshd).files) == 1
    sshd.put("orders.csv", "")
    assert codes(imported(shop, sshd)) == {"EMPTY_FILE"}


def test_a_file_is_archived_and_another_one_of_its_name_beside_it(shop: Shop, sshd: OpenSsh) -> None:
    for number in (1, 2):
        sshd.put("orders.csv", text([order(f"A-{number}")]))
        report = imported(shop, sshd, archive="done/")
        assert (report.status, codes(report)) == ("completed", set())
    assert sorted(path.name for path in (sshd.upload / "done").iterdir()) == ["orders.csv", "orders.csv.2"]
    assert not list(sshd.upload.glob("*.csv"))


def test_where_the_user_may_not_write_nothing_is_lost(shop: Shop, sshd: OpenSsh) -> None:
    report = imported(shop, sshd, archive="/done/")
    assert (report.status, codes(report)) == ("completed", {"NOT_ARCHIVED"})
    assert "let its user write and rename there" in report.issues[0].message
    assert (sshd.upload / "orders.csv").exists()
