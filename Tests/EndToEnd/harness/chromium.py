"""A headless Chromium for tests: with a fresh profile and a debugging port on loopback. It can be killed and
restarted."""

import contextlib
import ctypes
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import urllib.request

from harness.lines import Lines

FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
]
# Debian's Chromium reads policies from one folder. The mount puts the test's policy there, for one Chromium only.
WITH_POLICY = (
    "mount -t tmpfs none /etc/chromium && mkdir -p /etc/chromium/policies/managed"
    ' && printf %s "$0" > /etc/chromium/policies/managed/policy.json && exec "$@"'
)


def with_policy(text):
    """A command prefix that gives Chromium this managed policy."""
    as_root = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    return ["unshare", *as_root, "--mount", "sh", "-c", WITH_POLICY, text]


# ptrace(2) and waitpid(2), as <sys/ptrace.h> and <sys/wait.h> have them.
PTRACE_DETACH, PTRACE_SEIZE, PTRACE_INTERRUPT, WALL = 17, 0x4206, 0x4207, 0x40000000
LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]


def trace(request, thread):
    """One call of ptrace(2) on a thread; all calls for one thread come from one of ours."""
    assert LIBC.ptrace(request, thread, None, None) == 0, os.strerror(ctypes.get_errno())


class Chromium:
    def __init__(self, *flags, policy=None, preferences=None, pages=("about:blank",)):
        self.port = 0
        self._flags = flags
        self._pages = pages
        self._prefix = with_policy(policy) if policy else []
        self._preferences = preferences or {}
        self._folder = pathlib.Path(tempfile.mkdtemp(prefix="cdp-e2e-"))
        self._process = None
        self.start()

    def start(self, keeping_profile=False):
        """Starts it with a fresh profile unless told to keep it. A restart uses the same port."""
        if not keeping_profile:
            self._profile = self._new_profile()
        profile = self._profile
        flags = [*FLAGS, *self._flags, f"--remote-debugging-port={self.port}", f"--user-data-dir={profile}"]
        self._process = subprocess.Popen(
            [*self._prefix, "chromium", *flags, *self._pages],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            start_new_session=True,
            env=os.environ | {"HOME": str(profile), "TMPDIR": str(profile)},
        )
        lines = Lines(self._process.stderr)
        line = lines.wait_for(lambda line: line.startswith("DevTools listening on "), "DevTools port", timeout=60)
        self.port = int(re.search(r":(\d+)/", line)[1])

    def _new_profile(self):
        profile = pathlib.Path(tempfile.mkdtemp(dir=self._folder))
        (profile / "Default").mkdir()
        preferences = {"net": {"network_prediction_options": 2}} | self._preferences
        (profile / "Default" / "Preferences").write_text(json.dumps(preferences))
        return profile

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    def kill(self):
        """Kills it with SIGKILL, and every helper process with it."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def freeze(self):
        """Stops its browser process, which is there from then on and does nothing, until `thaw`."""
        os.kill(self._process.pid, signal.SIGSTOP)

    def thaw(self):
        os.kill(self._process.pid, signal.SIGCONT)

    @contextlib.contextmanager
    def frozen_main_thread(self):
        """Stops the main thread of the browser process alone, the one that knows its pages: the others go on."""
        trace(PTRACE_SEIZE, self._process.pid)
        trace(PTRACE_INTERRUPT, self._process.pid)
        os.waitpid(self._process.pid, WALL)
        try:
            yield
        finally:
            trace(PTRACE_DETACH, self._process.pid)

    def wait(self, timeout=60):
        """Waits until it has ended by itself."""
        self._process.wait(timeout)

    def stop(self):
        if self._process.poll() is None:
            self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    def json(self, path):
        with urllib.request.urlopen(f"http://{self.address}{path}", timeout=60) as answer:
            return json.load(answer)

    def browser_id(self):
        return self.json("/json/version")["webSocketDebuggerUrl"].rpartition("/")[2]

    def targets(self):
        return self.json("/json/list")

    def page_id(self):
        return next(target["id"] for target in self.targets() if target["type"] == "page")
