"""The flows that real clients are driven through: to record what they send, and to see them at work under a role."""

import pathlib
import subprocess
import sys

from harness import clients

FLOWS = clients.ROOT / "Tests" / "EndToEnd" / "flows"
# The name of a client, the package that is driven, and the flows it is driven through.
CLIENTS = {
    "browser-use": ("browser-use", "browser_use.py"),
    "cdp-use": ("cdp-use", "cdp_use.py"),
    "nodriver": ("nodriver", "nodriver.py"),
    "patchright": ("patchright", "playwright.py"),
    "playwright-node": ("playwright", "playwright.mjs"),
    "playwright-python": ("playwright", "playwright.py"),
    "pychrome": ("pychrome", "pychrome.py"),
    "pyppeteer": ("pyppeteer", "pyppeteer.py"),
    "selenium": ("selenium", "selenium.py"),
    "stagehand": ("stagehand", "stagehand.py"),
    "websockets": ("websockets", "websockets.py"),
    "zendriver": ("zendriver", "nodriver.py"),
}
# Playwright waits for a load that a page out of the back-forward cache does not have.
FLAGS = ["--disable-features=BackForwardCache"]


def pages():
    """The site that all flows visit."""
    download = {"Content-Disposition": 'attachment; filename="data.txt"'}
    page = (FLOWS / "page.html").read_bytes()
    return {
        "/": ("text/html", page, {}),
        "/frame": ("text/html", b"<!doctype html><title>Frame</title><button>in</button>", {}),
        "/popup": ("text/html", b"<!doctype html><title>Popup</title>", {}),
        "/file": ("text/plain", b"content", download),
        "/data": ("application/json", b'{"from": "site"}', {}),
    }


def command(name):
    """The command line that drives this client."""
    package, file = CLIENTS[name]
    if file.endswith(".mjs"):
        (driver,) = pathlib.Path(sys.prefix).glob("lib/python*/site-packages/playwright/driver")
        return ["env", f"PLAYWRIGHT_CORE={driver}/package/index.mjs", driver / "node", FLOWS / file]
    return [clients.python(package), FLOWS / file]


def run(name, folder, address, site, **more):
    """Drives the client, which finds Chrome or what stands before it at this address, through its flows."""
    (folder / "upload.txt").write_text("uploaded")
    variables = {
        "CDP": address,
        "SITE": site.url(),
        "UPLOAD": str(folder / "upload.txt"),
        "PACKAGE": CLIENTS[name][0],
        "PYTHONSAFEPATH": "1",
    }
    environment = clients.environment(folder, variables | more)
    return subprocess.run(command(name), env=environment, cwd=folder, capture_output=True, text=True, timeout=240)
