"""Each client at its ordinary work as an operator: it does it all, but for what the policy closes on purpose."""

import base64
import time

import pytest
from harness import clients, flows, tokens
from harness.cdp import CDP
from harness.front import Front
from harness.site import Site
from playwright.sync_api import Error, sync_playwright

# What a client is refused and goes on without: files of the browser's machine, which Playwright reads itself, and a
# session of the browser's own, with which Playwright's new_cdp_session begins.
FILES, BROWSER = {"DOM.setFileInputFiles"}, {"Target.attachToBrowserTarget"}
WITHOUT = {
    "browser-use": FILES,
    "cdp-use": FILES,
    "patchright": BROWSER,
    "playwright-python": BROWSER,
    "selenium": FILES,
    "zendriver": FILES,
}
# What a client cannot be without, and what its user reads then, in docs/clients.md too.
CLOSED = {
    "nodriver": (BROWSER, "Target.attachToBrowserTarget needs the permission *"),
    "pyppeteer": (
        {"Target.attachToTarget"},
        "Target.attachToTarget with these parameters needs the permission *: flatten must be true",
    ),
    "stagehand": ({"Extensions.getExtensions"}, "Extensions.getExtensions needs the permission *"),
}
# What nobody does who may only look, and the permission for it.
DRIVING = [
    ("Page.navigate", {"url": "about:blank"}, "sessions.navigate"),
    ("Input.insertText", {"text": "typed"}, "sessions.act"),
    ("Runtime.evaluate", {"expression": "1"}, "sessions.extract"),
    ("Storage.getCookies", {}, "sessions.agent"),
    ("Target.createTarget", {"url": "about:blank"}, "sessions.create"),
]


@pytest.fixture(scope="module")
def front(tmp_path_factory):
    """One browser that all clients join through a hop, one after another, as one operator."""
    server = Front(tmp_path_factory.mktemp("front"), *flows.FLAGS)
    server.variables["TOKEN"] = tokens.token(roles=["operator"], exp=int(time.time()) + 3600)
    server.start_hop()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def site():
    server = Site(flows.pages())
    yield server
    server.stop()


def named(names):
    """The names as parameters, marked as their clients are."""
    marks = {name: [pytest.mark.nightly] if clients.nightly(flows.CLIENTS[name][0]) else [] for name in names}
    return [pytest.param(name, marks=marks[name]) for name in marks]


def drive(front, site, folder, name):
    """Drives the client through its flows. Returns how that ended, and the methods that were denied meanwhile."""
    before = len(front.proxy.events("command_denied"))
    done = flows.run(name, folder, front.variables["HOP"], site, ROLE="operator")
    denied = front.proxy.events("command_denied")[before:]
    return done, {event["method"] for event in denied}


@pytest.mark.parametrize("name", named(name for name in flows.CLIENTS if name not in CLOSED))
def test_an_operator_does_ordinary_work_with_the_client(front, site, tmp_path, name):
    done, denied = drive(front, site, tmp_path, name)
    assert (done.returncode, denied) == (0, WITHOUT.get(name, set())), f"{done.stdout}\n{done.stderr}"


@pytest.mark.parametrize("name", named(CLOSED))
def test_an_operator_is_told_what_the_client_would_need(front, site, tmp_path, name):
    done, denied = drive(front, site, tmp_path, name)
    closed, message = CLOSED[name]
    assert (done.returncode != 0, denied) == (True, closed), f"{done.stdout}\n{done.stderr}"
    assert message in done.stdout + done.stderr
    assert f"Not as an operator: `{message}`." in clients.PAGE


def test_playwright_tells_a_viewer_that_the_browser_is_closed_to_it(front):
    url = front.proxy.url(signingKey=tokens.token(roles=["viewer"]))
    with sync_playwright() as playwright, pytest.raises(Error, match="403"):
        playwright.chromium.connect_over_cdp(url)


def test_who_may_only_look_takes_pictures_and_drives_nothing(front):
    """A plain client, with the operator's permissions narrowed to two."""
    permissions = ["sessions.observe", "sessions.screenshot"]
    query = f"/?signingKey={tokens.token(roles=['operator'], permissions=permissions)}"
    operator = f"/?signingKey={tokens.token(roles=['operator'])}"
    with CDP(front.proxy.port, operator) as driver, CDP(front.proxy.port, query) as client:
        # A page in front: Chrome paints no other for a picture.
        page = driver.call("Target.createTarget", url="about:blank")["targetId"]
        session = client.call("Target.attachToTarget", targetId=page, flatten=True)["sessionId"]
        assert client.call("DOM.getDocument", session)["root"]["nodeName"] == "#document"
        assert base64.b64decode(client.call("Page.captureScreenshot", session)["data"])[:4] == b"\x89PNG"
        for method, params, permission in DRIVING:
            assert (
                client.answer(method, session, **params)["error"]["message"]
                == f"{method} needs the permission {permission}"
            )
