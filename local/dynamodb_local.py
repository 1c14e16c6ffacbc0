"""Amazon's DynamoDB Local: fetched from Maven Central once, started on a free port, kept on disk or in memory."""

from __future__ import annotations

import atexit
import fcntl
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / ".local" / "dynamodb-local"
POM = Path(__file__).with_name("dynamodb-local.pom.xml")
MAIN_CLASS = "software.amazon.dynamodb.services.local.main.ServerRunner"
JAVA = 17
"""Oldest Java it runs on."""
FETCH_SECONDS = 900
START_SECONDS = 60


class EngineMissing(RuntimeError):
    """DynamoDB Local cannot run here; the message says what to install."""


def start(data_dir: Path | None = None) -> tuple[str, Callable[[], None]]:
    """
    Start DynamoDB Local on a free port.

    Args:
        data_dir: Where it keeps its tables; None = in memory, gone when it ends.

    Returns:
        Its address, and a function that ends it.

    Raises:
        EngineMissing: There is no Java 17, or no Maven to fetch the engine with.
    """
    java = _java()
    home = fetch()
    port = _free_port()
    command = [
        java,
        # One small engine for one machine: starts in half the time and takes a part of one core.
        "-XX:TieredStopAtLevel=1",
        "-XX:+UseSerialGC",
        "-Xmx512m",
        f"-Djava.library.path={home}",
        "-cp",
        f"{home}/*",
        MAIN_CLASS,
        "-port",
        str(port),
        "-disableTelemetry",
        # One set of tables, whatever region and credentials a caller names.
        "-sharedDb",
    ]
    if data_dir is None:
        command.append("-inMemory")
    else:
        data_dir.mkdir(parents=True, exist_ok=True)
        command += ["-dbPath", str(data_dir)]
    # Its own process group: Ctrl-C in the terminal is ours to handle, so that nothing is cut off while it writes.
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=home, start_new_session=True
    )

    def stop() -> None:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stderr:
            process.stderr.close()

    # Should the caller die of an error before it stops us; ending it twice does no harm.
    atexit.register(stop)
    endpoint = f"http://127.0.0.1:{port}"
    try:
        _wait_until_it_answers(endpoint, process)
    except BaseException:
        stop()
        raise
    return endpoint, stop


def fetch() -> Path:
    """
    Return the folder with the engine; filled from Maven Central at the first call.

    Raises:
        EngineMissing: Maven is missing or could not fetch it.
    """
    HOME.parent.mkdir(parents=True, exist_ok=True)
    with (HOME.parent / "dynamodb-local.lock").open("w") as lock:
        # Test workers start side by side: one fetches, the others wait for it.
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = HOME / "fetched"
        if not (done.exists() and done.read_text() == POM.read_text()):
            _fetch()
            done.write_text(POM.read_text())
    return HOME


def _fetch() -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise EngineMissing("DynamoDB Local is fetched with Maven: install `maven`, or use DYNAMODB=moto.")
    shutil.rmtree(HOME, ignore_errors=True)
    HOME.mkdir(parents=True)
    fetching = subprocess.run(
        [
            maven,
            "--batch-mode",
            "--update-snapshots",
            "--file",
            str(POM),
            "dependency:copy-dependencies",
            f"-DoutputDirectory={HOME}",
            "-DincludeScope=runtime",
        ],
        capture_output=True,
        text=True,
        timeout=FETCH_SECONDS,
        check=False,
    )
    if fetching.returncode:
        errors = "\n".join(line for line in fetching.stdout.splitlines() if "ERROR" in line)[:2000]
        raise EngineMissing(f"Maven could not fetch DynamoDB Local; use DYNAMODB=moto, or see why:\n{errors}")


def _java() -> str:
    java = shutil.which("java")
    if java is None:
        raise EngineMissing(f"DynamoDB Local needs Java {JAVA}: install a JRE, or use DYNAMODB=moto.")
    said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    version = said.partition('"')[2].partition(".")[0].partition('"')[0]
    if version.isdigit() and int(version) < JAVA:
        raise EngineMissing(
            f"DynamoDB Local needs Java {JAVA}, this is Java {version}; or use DYNAMODB=moto."
        )
    return java


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_it_answers(endpoint: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            said = process.stderr.read().decode(errors="replace")[-2000:] if process.stderr else ""
            raise EngineMissing(f"DynamoDB Local ended at once:\n{said}")
        try:
            urllib.request.urlopen(endpoint, timeout=1).close()
        except urllib.error.HTTPError:
            return  # it answers: an unsigned request is refused
        except OSError:
            time.sleep(0.05)
    raise EngineMissing(f"DynamoDB Local did not answer within {START_SECONDS} s.")
