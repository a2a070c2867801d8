"""A browser behind a proxy, a stored session that is signed in at a site, and the variables of docs/clients.md."""

import contextlib
import os
import signal
import subprocess

from harness import clients
from harness.chromium import Chromium
from harness.lines import Lines
from harness.ports import free_port
from harness.proxy import BINARY, Proxy, environment
from harness.site import Site
from harness.store import Store, cookie

SIGNED_IN = "Signed in as alice"
# Long enough that no client takes it for an error page.
WORDS = "<p>An account has orders, addresses and invoices, and each of them is listed on a page of its own.</p>" * 20
ACCOUNT = f"""<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>Signed out</title>
<script>if (document.cookie.includes("account=alice")) document.title = "{SIGNED_IN}"</script>
<h1>Account</h1>{WORDS}""".encode()


class Front:
    """The caller chooses Chromium's flags and the proxy's settings."""

    def __init__(self, folder, *flags, **settings):
        with contextlib.ExitStack() as stack:
            site = Site({"/": ("text/html", ACCOUNT, {})})
            stack.callback(site.stop)
            rules = f"MAP app.example 127.0.0.1:{site.port}, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
            self.chromium = Chromium(f"--host-resolver-rules={rules}", *flags)
            stack.callback(self.chromium.stop)
            Store(folder).add({"cookies": [cookie("account", "alice", "app.example")], "origins": []}, user="user_1")
            self.proxy = Proxy(folder, self.chromium.address, **settings)
            stack.callback(self.proxy.stop)
            self.folder = folder
            self.variables = self.issue()
            self._stack = stack.pop_all()

    def issue(self):
        """The variables of the page, as its own lines make them, but with this proxy's port."""
        (block,) = clients.lines("", "bash")
        (self.folder / "bin").mkdir(exist_ok=True)
        with contextlib.suppress(FileExistsError):
            (self.folder / "bin" / "cdp-proxy").symlink_to(BINARY)
        script = f'PATH="{self.folder}/bin:$PATH"\n{block.text}\nprintf %s "$TOKEN"'
        env = environment(self.folder)
        token = subprocess.run(["bash", "-euc", script], env=env, capture_output=True, text=True, check=True).stdout
        return {
            "PROXY": self.proxy.address,
            "TOKEN": token,
            "CONNECT_URL": self.proxy.url(signingKey=token),
        }

    def start_hop(self):
        """Starts the page's `cdp-proxy connect`, and adds its address to the variables."""
        (block,) = clients.lines("Tools that send no credential", "bash")
        self.variables["HOP"] = f"127.0.0.1:{free_port()}"
        env = environment(self.folder, **self.variables)
        env["PATH"] = f"{self.folder}/bin:{env['PATH']}"
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        hop = subprocess.Popen(["bash", "-euc", block.text], env=env, start_new_session=True, **pipes)
        self._stack.callback(hop.wait)
        self._stack.callback(os.killpg, hop.pid, signal.SIGKILL)
        Lines(hop.stderr)
        Lines(hop.stdout).wait_for(lambda line: line == self.variables["HOP"], "address of the listener")

    def run(self, block, package, folder, **variables):
        """Runs a block of the page and returns its output. The browser must survive it."""
        before = self.chromium.browser_id()
        done = clients.run(block, package, folder, self.variables | variables)
        assert self.chromium.browser_id() == before
        return done

    def stop(self):
        self._stack.close()
