"""What the managed policy of deploy/ keeps a page from, and what becomes of what it does not: the real Chromium has it.

The policy's ports are replaced by this test's own, as the demo replaces them.
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


class Everywhere(http.server.ThreadingHTTPServer):
    """Answers at every address of this machine, IPv4 and IPv6, and notes who asked for what."""

    address_family = socket.AF_INET6
    daemon_threads = True

    def __init__(self, port=0):
        super().__init__(("::", port), Answering)
        self.asked = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def server_bind(self):
        self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        super().server_bind()

    @property
    def port(self):
        return self.server_address[1]


class Answering(http.server.BaseHTTPRequestHandler):
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
    server = Everywhere(port)
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
def policed(own_chromium):
    """Opens a page of a Chromium with the policy, the admin listener's port replaced."""
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


def test_no_spelling_leads_a_navigation_to_the_ports(policed, site):
    with everywhere() as admin:
        page = policed(admin.port)
        # Every spelling leads there, but for the policy: to the site beside it, it does.
        for host in (host.format(name=socket.gethostname()) for host in HOSTS):
            assert "errorText" not in page.call("Page.navigate", url=f"http://{host}:{site.port}/"), host
            assert page.call("Page.navigate", url=f"http://{host}:{admin.port}/").get("errorText") == BLOCKED, host
        assert admin.asked == []
        assert len(site.asked) >= len(HOSTS)


def test_no_spelling_leads_to_credentials_or_files(policed):
    page = policed(free_port())
    for url in [*(f"http://{host}/" for host in METADATA), "file:///etc/passwd", "view-source:http://a.example/"]:
        assert page.call("Page.navigate", url=url).get("errorText") == BLOCKED, url


def test_neither_frames_nor_forms_nor_links_lead_there(policed, site):
    with everywhere() as admin:
        page = policed(admin.port)
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


def test_what_else_a_page_sends_reaches_the_admin_listener_and_gets_403(policed, site, own_proxy, chromium):
    """The policy stops navigations only; the rest is the guard's to stop."""
    proxy = own_proxy(chromium.address)
    # Bound to one address, the listener is found by these of its names.
    hosts = ["127.0.0.1", "localhost", "0.0.0.0", "[::ffff:127.0.0.1]"]
    page = policed(proxy.admin_port)
    page.call("Page.navigate", url=f"http://127.0.0.1:{site.port}/")
    page.wait_until("document.title == 'reached'")
    for count, host in enumerate(hosts, start=1):
        page.evaluate(f"{REQUESTS}({json.dumps(f'http://{host}:{proxy.admin_port}')})")
        proxy.log.wait_for_count(lambda line: line.get("event") == "admin_refused", 5 * count)
    assert {event["reason"] for event in proxy.events("admin_refused")} == {"foreign"}
    assert proxy.admin("/ready", headers={"Authorization": f"Bearer {ADMIN_TOKEN}"})[0] == 200
    assert proxy.events("draining") == []


CHROMES_PORT = """(async (base, browser) => {
    const told = promise => promise.then(answer => answer.type, error => error.name)
    return [
        await told(fetch(base + '/json/version')), await told(fetch(base + '/json/list', {mode: 'no-cors'})),
        await told(fetch(base + '/json/new?about:blank', {mode: 'no-cors'})),
        await told(fetch(base + '/json/new?about:blank', {method: 'PUT'})),
        await new Promise(done => {
            const socket = new WebSocket(browser)
            socket.onopen = () => done('open'); socket.onerror = () => done('refused')
        }),
    ]
})"""


def test_a_page_reads_nothing_of_chromes_port_and_opens_nothing(own_chromium, site):
    chromium = own_chromium(policy=POLICY.read_text())
    with CDP(chromium.port, f"/devtools/page/{chromium.page_id()}") as page:
        page.call("Page.navigate", url=f"http://127.0.0.1:{site.port}/")
        page.wait_until("document.title == 'reached'")
        pages = len(chromium.targets())
        browser = f"ws://{chromium.address}/devtools/browser/{chromium.browser_id()}"
        told = page.evaluate(f"{CHROMES_PORT}({json.dumps(f'http://{chromium.address}')}, {json.dumps(browser)})")
        assert told == ["TypeError", "opaque", "opaque", "TypeError", "refused"]
        assert len(chromium.targets()) == pages
