"""Runs the proxy under callgrind or strace during a conversation, and reads the counts."""

import collections
import dataclasses
import os
import pathlib
import re
import shutil
import signal
import subprocess
from collections.abc import Callable

import conversation
from servers import Server, certificate, free_port

CALLS = {
    "allocations": re.compile(r"^(malloc|calloc|realloc|posix_memalign|aligned_alloc)$"),
    "retains": re.compile(r"^swift_(bridgeObject|unknownObject)?[rR]etain(_n)?$"),
    "releases": re.compile(r"^swift_(bridgeObject|unknownObject)?[rR]elease(_n)?$"),
    "exclusivity checks": re.compile(r"^swift_beginAccess$"),
}


@dataclasses.dataclass
class Profile:
    """The counts of a callgrind run: calls of each kind, and instructions by function."""

    calls: collections.Counter
    alone: collections.Counter  # in the function itself
    inclusive: collections.Counter  # with the functions it calls

    @property
    def instructions(self):
        return self.alone.total()


def prepared(binary, folder):
    """The binary without its debug information, which valgrind would read for minutes."""
    if not os.access(binary, os.X_OK):
        raise SystemExit(f"There is no {binary}: `make build` makes it, or CDP_PROXY_WITH_SYMBOLS names another.")
    missing = [tool for tool in ("valgrind", "strace", "strip") if not shutil.which(tool)]
    if missing:
        raise SystemExit(f"Missing: {', '.join(missing)}. `scripts/install-packages count` installs them.")
    traced = subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True, text=True, check=False)
    if traced.returncode:
        raise SystemExit(f"strace may not trace here (in a container: SYS_PTRACE): {traced.stderr.strip()}")
    named = folder / "cdp-proxy"
    subprocess.run(["strip", "--strip-debug", "-o", named, binary], check=True)
    if not subprocess.run(["nm", named], capture_output=True, check=True).stdout:
        raise SystemExit(f"{binary} has no symbols: name the release binary before it was stripped.")
    return named


def read_profile(path):
    """Callgrind's file format: https://valgrind.org/docs/manual/cl-format.html."""
    profile = Profile(collections.Counter(), collections.Counter(), collections.Counter())
    names, function, called, count = {}, "", "", 0
    for line in path.read_text(errors="replace").splitlines():
        if line.startswith(("fn=", "cfn=")):
            number, _, name = line.partition("=")[2].partition(" ")
            if name:
                names[number] = re.sub(r"'\d+$", "", name)
            if line.startswith("fn="):
                function = names[number]
            else:
                called = names[number]
        elif line.startswith("calls="):
            count = int(line[6:].partition(" ")[0])
        elif line and line[0] in "0123456789+-*":
            cost = int(line.rpartition(" ")[2])
            if not count:
                profile.alone[function] += cost
            for kind, pattern in CALLS.items():
                if count and pattern.match(called):
                    profile.calls[kind] += count
            if called != function or not count:
                profile.inclusive[function] += cost
            count = 0
    return profile


def read_summary(path):
    """The table `strace -c` ends with: {system call: how often}."""
    counted = collections.Counter()
    for line in path.read_text().splitlines():
        fields = line.split()
        if len(fields) >= 5 and fields[3].isdigit() and fields[-1] != "total":
            counted[fields[-1]] += int(fields[3])
    return counted


def first_on_its_cpu():
    """The prefix that has the kernel schedule a command before all others; empty where that is not allowed."""
    first = ["chrt", "-f", "1"]
    return first if subprocess.run([*first, "true"], capture_output=True, check=False).returncode == 0 else []


@dataclasses.dataclass(frozen=True)
class Played:
    """A conversation with the proxy, over TLS if it is secure: `work` takes its port; the played Chrome answers each
    question with the answer."""

    question: bytes
    answer: bytes
    work: Callable
    secure: bool = False


class Proxy(Server):
    """The proxy under a tool, in front of a played Chrome; `tool` is the start of its command line."""

    def __init__(self, folder, binary, chrome, key, tool, secure):
        port = free_port()
        environment = {
            "CDP_PROXY_LISTEN": f"127.0.0.1:{port}",
            "CDP_PROXY_ADMIN_LISTEN": f"127.0.0.1:{free_port()}",
            "CDP_PROXY_CHROME": chrome.address,
            "CDP_PROXY_INJECT": "off",
            "CDP_PROXY_DRAIN": "0s",
            # Counted, but never answered with 429.
            "CDP_PROXY_REFUSALS": "1000000",
            "DATABASE_URL": f"sqlite:///{folder}/sessions.db",
            "WALLCRAWLER_JWT_SIGNING_KEY": key,
        }
        if secure:
            made, made_key, _ = certificate(folder)
            environment |= {"CDP_PROXY_TLS_CERT": str(made), "CDP_PROXY_TLS_KEY": str(made_key)}
        super().__init__("cdp-proxy", [*first_on_its_cpu(), *tool, binary, "serve"], port, folder, environment)

    def stop(self):
        """Asks the proxy to end, not the tool: strace would detach and leave the proxy running."""
        if self.process.poll() is None:
            listed = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
            os.kill(int(listed[0]) if listed else self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(conversation.TIMEOUT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def run(folder, binary, played, key, tool):
    """Does the work once, with the proxy under the tool."""
    chrome = conversation.Chrome(len(played.question), played.answer)
    chrome.start()
    proxy = Proxy(folder, binary, chrome, key, tool, played.secure)
    try:
        proxy.wait(timeout=conversation.TIMEOUT)
        played.work(proxy.port)
    finally:
        proxy.stop()


def callgrind(folder, binary, played, key, *options):
    output = folder / "callgrind"
    run(folder, binary, played, key, ["valgrind", "--tool=callgrind", f"--callgrind-out-file={output}", *options])
    return read_profile(output)


def strace(folder, binary, played, key):
    output = folder / "strace"
    run(folder, binary, played, key, ["strace", "-f", "-c", "-o", output])
    return read_summary(output)
