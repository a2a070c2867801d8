"""A walk through a page: its blocks run as a reader runs them, one after another in one shell.

The shell is in a folder that looks like the repository's root, with the binaries under test where `make build` puts
them. As root it has a network of its own, in which the ports that the pages name are free, and a policy folder of its
own, so that the demo's policy reaches no other test's Chromium; else the ports must be free here.
"""

import contextlib
import os
import pathlib
import shlex
import signal
import subprocess
import sys

from harness import documents, proxy, service
from harness.lines import Lines
from harness.program import SANITIZER_OPTIONS

# Files that a page's lines write must not lie in the repository, so the folder has links to what they read.
LINKED = ("Makefile", "deploy", "scripts", "Tests", ".venv")
# SIOCSIFFLAGS with IFF_UP | IFF_RUNNING: `ip link set lo up`, without the package that has `ip`.
LOOPBACK_UP = """import fcntl, socket, struct
fcntl.ioctl(socket.socket(), 0x8914, struct.pack("16sh22x", b"lo", 0x41))"""
APART = ["unshare", "--net", "--mount", "sh", "-c", "mount -t tmpfs none /etc/chromium && exec bash"]
CHROMIUM = '#!/bin/sh\nexec /usr/bin/chromium {flags} "$@"\n'
MAKE = {"make run", "make run-service"}
SERVING = "Serving. Ctrl-C stops everything that was started here."


class Walk:
    def __init__(self, folder, page):
        self.folder, self.page = folder, page
        self._number, self._made = 0, None
        self._furnish()
        reading, self._writing = os.pipe()
        apart = os.geteuid() == 0
        self._shell = subprocess.Popen(
            APART if apart else ["bash"],
            cwd=folder,
            env=self._environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            pass_fds=[self._writing],
        )
        os.close(self._writing)
        self._lines, self._printed = Lines(self._shell.stdout), Lines(os.fdopen(reading))
        if apart:
            self._do(f"/usr/bin/python3 -c {shlex.quote(LOOPBACK_UP)}")
        self._do("set -e -o pipefail")

    def run(self, block, python="python3"):
        """Runs a block; what it printed. The first command that fails ends the walk."""
        if block.text.strip() in MAKE:
            return self._make(block)
        suffix, program = {"bash": ("sh", "."), "python": ("py", python), "js": ("mjs", "node")}[block.language]
        file = self.folder / f"step-{self._number}.{suffix}"
        file.write_text(block.text, encoding="utf-8")
        return self._do(f"{program} ./{file.name}", block.where)

    def __enter__(self):
        return self

    def __exit__(self, failure, *_):
        try:
            if not failure:
                self._stop_jobs()
        finally:
            # After a failure all of them are still there; `make run` cleans up before it closes its output.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._shell.pid, signal.SIGTERM)
            self._shell.stdin.close()
            self._shell.wait(60)
            self._printed.finish()
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._shell.pid, signal.SIGKILL)

    def _stop_jobs(self):
        """Stops what the blocks left running, as a reader does."""
        if self._made:
            self._do(f"kill -INT {self._made}; wait {self._made}", "Ctrl-C")
        self._do('jobs=$(jobs -p); [ -z "$jobs" ] || kill $jobs; wait', "the end")

    def _furnish(self):
        for name in LINKED:
            (self.folder / name).symlink_to(documents.ROOT / name)
        dist, tools = self.folder / ".build" / "dist", self.folder / "tools"
        dist.mkdir(parents=True)
        tools.mkdir()
        (dist / "cdp-proxy").symlink_to(pathlib.Path(proxy.BINARY).resolve())
        (dist / "session-service").symlink_to(pathlib.Path(service.BINARY).resolve())
        # Chromium's sandbox takes no root; a reader's Chromium runs as the reader.
        (tools / "chromium").write_text(CHROMIUM.format(flags="--no-sandbox" if os.geteuid() == 0 else ""))
        (tools / "chromium").chmod(0o755)
        (driver,) = pathlib.Path(sys.prefix).glob("lib/python*/site-packages/playwright/driver")
        (tools / "node").symlink_to(driver / "node")
        (self.folder / "node_modules").mkdir()
        (self.folder / "node_modules" / "playwright-core").symlink_to(driver / "package")
        for name, text in documents.files(self.page).items():
            (self.folder / name).write_text(text, encoding="utf-8")

    def _environment(self):
        """Nothing of the tests' own environment. No page makes another .venv while the tests stand on this one."""
        here = str(self.folder)
        path = {"PATH": f"{here}/tools:/usr/sbin:/usr/bin:/sbin:/bin", "PYTHON": "/bin/false"}
        return path | {"HOME": here, "TMPDIR": here} | SANITIZER_OPTIONS

    def _make(self, block):
        """Starts what the Makefile starts, without the packages and the build that come before it."""
        verb = block.text.split()[1]
        recipe = self._do(f"make --no-print-directory -n {verb}", block.where).splitlines()[-1]
        assert recipe.startswith("exec /usr/bin/python3 deploy/demo/"), recipe
        output = self._writing
        started = f"{recipe.removeprefix('exec ')} >&{output} 2>&1 {output}>&- &\necho $!\nexec {output}>&-"
        self._made = self._do(started, block.where).strip()
        self._printed.wait_for(lambda line: line == SERVING, f"end of the proof of {block.where}", timeout=60)
        return "\n".join(self._printed.all())

    def _do(self, command, where="the start"):
        """Has the shell run a command and awaits its end."""
        self._number += 1
        output, done = self.folder / f"step-{self._number}.out", f"done {self._number}"
        # A background job keeps the file, so that only the shell itself writes to its pipe.
        self._shell.stdin.write(f"{{ {command}\n}} > {output} 2>&1 < /dev/null\necho {done}\n")
        self._shell.stdin.flush()
        try:
            self._lines.wait_for(lambda line: line == done, "end of the step", timeout=60)
        except AssertionError as error:
            raise AssertionError(f"{where}: {output.read_text()}\n{error}") from None
        return output.read_text()
