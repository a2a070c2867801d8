"""The managed policy of deploy/ in a real Chromium: the addresses it keeps pages from, and the proxy's own defences.

The tests replace the policy's ports by their own, as the demo does.
"""

import contextlib
import http.server
import json
import pathlib
import socket
import threading

import pytest
from harness.cdp import CDP
from harness.ports import free_port
from harness.proxy import ADMIN_TOKEN

POLICY = pathlib.Path(__file__).resolve().parents[2] / "deploy" / "chromium" / "cdp-proxy-policy.json"
BLOCKED = "net::ERR_BLOCKED_BY_ADMINISTRATOR"
PAGE = b"<!doctype html><title>reached</title>"


class EverywhereServer(http.server.ThreadingHTTPServer):
    """Answers at every IPv4 and IPv6 address of this machine, and records the host and path of each request."""

    address_family = socket.AF_INET6
    daemon_threads = True

    def __init__(self, port=0):
        super().__init__(("::", port), RecordingHandler)
        self.asked = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def server_bind(self):
        self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        super().server_bind()

    @property
    def port(self):
        return self.server_address[1]


class RecordingHandler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append((self.headers["Host"], self.path))
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(PAGE)

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def everywhere(port=0):
    server = EverywhereServer(port)
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def site():
    with everywhere() as server:
        yield server


@pytest.fixture
def open_with_policy(own_chromium):
    """Opens a page of a Chromium with the policy, with the port of this test's admin listener."""
    with contextlib.ExitStack() as stack:

        def start(admin_port):
            chromium = own_chromium(policy=POLICY.read_text().replace(":9224", f":{admin_port}"))
            page = stack.enter_context(CDP(chromium.port, f"/devtools/page/{chromium.page_id()}"))
            page.call("Page.enable")
            return page

        yield start


HOSTS = [
    *["127.0.0.1", "127.1", "0x7f.1", "2130706433", "localhost", "LOCALHOST", "localhost.", "a.localhost"],
    *["0.0.0.0", "0", "127.0.0.2", "[::1]", "[0:0::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]"],
    *["[::ffff:0.0.0.0]", "[::ffff:0:0]", "[::ffff:7f00:2]", "user@127.0.0.1", "{name}"],
]
METADATA = [
    *["169.254.169.254", "[::ffff:169.254.169.254]", "169.254.170.2", "[::ffff:169.254.170.2]", "169.254.170.23"],
    *["[::ffff:169.254.170.23]", "[fd00:ec2::23]", "[fd00:ec2::254]", "2852039166", "user@169.254.169.254"],
]


def test_no_spelling_of_the_ports_can_be_navigated_to(open_with_policy, site):
    with everywhere() as admin:
        page = open_with_policy(admin.port)
        # Without the policy every spelling would get there: the site's port beside it is reached.
        for host in (host.format(name=socket.gethostname()) for host in HOSTS):
            assert "errorText" not in page.call("Page.navigate", url=f"http://{host}:{site.port}/"), host
            assert page.call("Page.navigate", url=f"http://{host}:{admin.port}/").get("errorText") == BLOCKED, host
        assert admin.asked == []
        assert len(site.asked) >= len(HOSTS)


def test_credentials_and_files_cannot_be_navigated_to(open_with_policy):
    page = open_with_policy(free_port())
    for url in [*(f"http://{host}/" for host in METADATA), "file:///etc/passwd", "view-source:http://a.example/"]:
        assert page.call("Page.navigate", url=url).get("errorText") == BLOCKED, url


def test_frames_forms_and_links_do_not_reach_the_ports(open_with_policy, site):
    with everywhere() as admin:
        page = open_with_policy(admin.port)
        page.call("Page.navigate", url=f"http://127.0.0.1:{site.port}/")
        page.wait_until("document.title == 'reached'")
        for host in ["127.0.0.1", "[::]", "[::ffff:7f00:1]"]:
            page.evaluate(FRAME_AND_FORM % f"http://{host}:{admin.port}")
        assert admin.asked == []


FRAME_AND_FORM = """(async () => {
    const frame = document.createElement('iframe'), form = document.createElement('form')
    frame.name = 'frame'
    const loads = async act => { const load = new Promise(done => { frame.onload = done }); act(); await load }
    await loads(() => { frame.src = '%s/frame'; document.body.append(frame) })
    form.method = 'POST'; form.action = frame.src; form.target = 'frame'; document.body.append(form)
    await loads(() => form.submit())
    frame.remove(); form.remove()
})()"""

REQUESTS = """(async base => {
    const ended = promise => promise.then(() => 0, () => 0)
    await ended(fetch(base + '/metrics'))
    await ended(fetch(base + '/drain', {method: 'POST', mode: 'no-cors', headers: {}}))
    await new Promise(done => { const one = new Image(); one.onload = one.onerror = done; one.src = base + '/health' })
    await new Promise(done => {
        const one = document.createElement('script'); one.onload = one.onerror = done; one.src = base + '/ready'
        document.head.append(one)
    })
    await new Promise(done => { const one = new WebSocket(base.replace('http', 'ws') + '/drain'); one.onerror = done })
})"""


def test_other_requests_of_a_page_get_403_from_the_admin_listener(open_with_policy, site, own_proxy, chromium):
    """The policy stops only navigations. The admin listener itself refuses other requests."""
    proxy = own_proxy(chromium.address)
    # A listener on one address is reached by these names.
    hosts = ["127.0.0.1", "localhost", "0.0.0.0", "[::ffff:127.0.0.1]"]
    page = open_with_policy(proxy.admin_port)
    page.call("Page.navigate", url=f"http://127.0.0.1:{site.port}/")
    page.wait_until("document.title == 'reached'")
    for count, host in enumerate(hosts, start=1):
        page.evaluate(f"{REQUESTS}({json.dumps(f'http://{host}:{proxy.admin_port}')})")
        proxy.log.wait_for_count(lambda line: line.get("event") == "admin_refused", 5 * count)
    assert {event["reason"] for event in proxy.events("admin_refused")} == {"foreign"}
    assert proxy.admin("/ready", headers={"Authorization": f"Bearer {ADMIN_TOKEN}"})[0] == 200
    assert proxy.events("draining") == []


CHROMES_PORT = """(async (base, browser) => {
    const outcome = promise => promise.then(answer => answer.type, error => error.name)
    return [
        await outcome(fetch(base + '/json/version')), await outcome(fetch(base + '/json/list', {mode: 'no-cors'})),
        await outcome(fetch(base + '/json/new?about:blank', {mode: 'no-cors'})),
        await outcome(fetch(base + '/json/new?about:blank', {method: 'PUT'})),
        await new Promise(done => {
            const socket = new WebSocket(browser)
            socket.onopen = () => done('open'); socket.onerror = () => done('refused')
        }),
    ]
})"""


def test_a_page_can_neither_read_nor_use_chromes_port(own_chromium, site):
    chromium = own_chromium(policy=POLICY.read_text())
    with CDP(chromium.port, f"/devtools/page/{chromium.page_id()}") as page:
        page.call("Page.navigate", url=f"http://127.0.0.1:{site.port}/")
        page.wait_until("document.title == 'reached'")
        pages = len(chromium.targets())
        browser = f"ws://{chromium.address}/devtools/browser/{chromium.browser_id()}"
        outcomes = page.evaluate(f"{CHROMES_PORT}({json.dumps(f'http://{chromium.address}')}, {json.dumps(browser)})")
        assert outcomes == ["TypeError", "opaque", "opaque", "TypeError", "refused"]
        assert len(chromium.targets()) == pages
