"""What interrupts a landing: kills, a full disk, and others who land the same at once."""

import os
import shutil
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from cdp_pipelines.sources import open_source
from cdp_pipelines.sources.spec import LocalSource

LAND = """
import sys
from pathlib import Path
from cdp_pipelines.errors import SourceError
from cdp_pipelines.landing import open_landing
from cdp_pipelines.sources import open_source
from cdp_pipelines.sources.spec import LocalSource

root, path, known_size = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3] == "known"
source = open_source(LocalSource(kind="local", uri="unused"), path.parent)
found = source.list(str(path))[0]
found = found if known_size else found.__class__(found.uri, None, None, "")
try:
    print(open_landing(root.parent).land("de/orders", source, found))
except SourceError as error:
    print(error)
"""

KILLED_WHILE_WRITING = """
import sys, time
from pathlib import Path
from cdp_pipelines.landing import open_landing
from cdp_pipelines.sources import Found

class Endless:
    def fetch(self, found, target, known=""):
        target.write(b"x" * 3_000_000)
        print("writing", flush=True)
        time.sleep(60)

open_landing(Path(sys.argv[1]).parent).land("de/orders", Endless(), Found(sys.argv[2], None, None, ""))
"""


def python(code, *arguments):
    return [sys.executable, "-c", code, *map(str, arguments)]


in_a_folder = pytest.mark.parametrize("place", ["folder"], indirect=True)
in_a_bucket = pytest.mark.parametrize("place", ["bucket"], indirect=True)


def test_a_killed_landing_leaves_nothing_that_harms_or_stays(root, land, copies):
    with subprocess.Popen(python(KILLED_WHILE_WRITING, root, "/x"), stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"writing\n"
        assert len(list(root.glob("incoming/*"))) == 1
        other = land(b"meanwhile", "other.csv")
        assert len(list(root.glob("incoming/*"))) == 1, "the file of a living process was removed"
        process.send_signal(signal.SIGKILL)
    assert copies() == [other.sha256]
    land()
    assert list(root.glob("incoming/*")) == []


@in_a_folder
@pytest.mark.parametrize("nth", range(1, 9))
def test_a_landing_killed_at_any_change_of_names_is_repeated_in_full(root, exports, land, place, nth):
    """The process kills itself before the nth call that makes, renames or removes a file."""
    (exports / "orders.csv").write_bytes(b"orderId\n1\n")
    killer = f"""
import itertools, os, signal, sys
calls = itertools.count(1)
def watch(event, args):
    writes = event == "open" and sys.argv[1] in str(args[0]) and args[2] & (os.O_WRONLY | os.O_RDWR)
    if (writes or event in ("os.rename", "os.remove", "os.mkdir")) and next(calls) == {nth}:
        os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(watch)
"""
    done = subprocess.run(
        python(killer + LAND, root, exports / "orders.csv", "known"), capture_output=True, text=True, check=False
    )
    assert done.returncode == -signal.SIGKILL, done
    for copy in root.glob("content/*/*"):
        assert copy.read_bytes() == b"orderId\n1\n"
    is_repeated_in_full(root, land, place)


def is_repeated_in_full(root, land, place):
    """Land once more, and leave nothing."""
    landed = land()
    assert place.read(landed) == b"orderId\n1\n"
    assert place.copies() == [landed.sha256]
    assert list(root.glob("incoming/*")) == []
    assert place.landing.prune("de/orders", timedelta(0)) == 1
    assert place.left() == ["lock"]


@pytest.mark.rows("F02")
@in_a_bucket
@pytest.mark.parametrize("nth", range(1, 11))
def test_a_landing_killed_at_any_request_is_repeated_in_full(root, exports, land, place, nth):
    """The process kills itself before it sends the nth part of a request, between head and body of an upload, too."""
    (exports / "orders.csv").write_bytes(b"orderId\n1\n")
    killer = f"""
import itertools, os, signal, sys
calls = itertools.count(1)
def watch(event, args):
    if event == "http.client.send" and next(calls) == {nth}:
        os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(watch)
"""
    done = subprocess.run(
        python(killer + LAND, root, exports / "orders.csv", "known"), capture_output=True, text=True, check=False
    )
    assert done.returncode in (-signal.SIGKILL, 0), done
    is_repeated_in_full(root, land, place)


@pytest.mark.rows("F16")
@pytest.mark.parametrize("size", ["known", "unknown"])
def test_a_full_disk_is_a_sentence_and_leaves_no_file(tmp_path, place, size):
    small, big = tmp_path / "small", tmp_path / "big.csv"
    small.mkdir()
    big.write_bytes(os.urandom(5_000_000))
    inside = f'mount -t tmpfs -o size=2m none {small} && "$@" && find {small} -type f'
    alone = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user", "--mount"]
    if (
        not shutil.which("unshare")
        or subprocess.run(
            [*alone, "sh", "-c", f"mount -t tmpfs none {small}"], capture_output=True, check=False
        ).returncode
    ):
        pytest.skip("no small disk can be mounted here")
    done = subprocess.run(
        [*alone, "sh", "-c", inside, "sh", *python(LAND, small / "landing", big, size)],
        capture_output=True,
        text=True,
        check=True,
    )
    sentence, *left = done.stdout.splitlines()
    assert sentence == (
        f"The disk of {small}/landing is full; free some space or set CDP_HOME to another disk, then run again."
    )
    assert set(left) <= {f"{small}/landing/lock"}


def test_several_processes_land_the_same_file_at_once(root, exports, place, copies):
    (exports / "orders.csv").write_bytes(os.urandom(3_000_000))
    command = python(LAND, root, exports / "orders.csv", "known")
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    outputs = [process.communicate()[0] for process in processes]
    assert all(output.startswith("Landed(") for output in outputs), outputs
    assert len(copies()) == 1
    assert list(root.glob("incoming/*")) == []


def test_landing_and_pruning_at_once_lose_nothing_that_was_just_landed(place, exports):
    """A pruning that removes everything unused runs beside threads that land; each finds its own copy."""
    (exports / "orders.csv").write_bytes(b"orderId\n1\n")
    source = open_source(LocalSource(kind="local", uri="unused"), exports)
    done = threading.Event()

    def prune():
        while not done.is_set():
            place.landing.prune("de/orders", timedelta(seconds=30))

    def land(number):
        content = f"{number % 3}".encode()
        path = exports / f"{number}.csv"
        path.write_bytes(content)
        return place.read(place.landing.land("de/orders", source, source.list(path.name)[0])) == content

    with ThreadPoolExecutor(5) as pool:
        pruning = pool.submit(prune)
        try:
            assert all(pool.map(land, range(60)))
        finally:
            done.set()
        pruning.result()
