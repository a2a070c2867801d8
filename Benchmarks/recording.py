"""The messages of a real Playwright session over a heavy page, in both directions, recorded between Playwright and a
real Chromium without compression."""

import json
import struct
import threading
import urllib.request
import zlib

import websockets
from harness.chromium import Chromium
from harness.site import Site
from playwright.sync_api import sync_playwright
from websockets.sync.client import connect
from websockets.sync.server import serve

ROWS, PARTS, LINES_LOGGED = 1500, 60, 300
SMALL = 4096
"""Messages of fewer bytes are events and answers, the others without a picture are HTML, trees and response bodies."""

PAGE = """<!doctype html><title>Orders</title><link rel=stylesheet href=/style.css>
<h1>Orders</h1><div id=cards></div><img src=/photo.png width=1200><table>{rows}</table><script>
for (let at = 0; at < {parts}; at++) fetch(`/api/${{at}}`, {{headers: {{"X-Client": "orders"}}}})
  .then((answer) => answer.json())
  .then((found) => {{
    const card = document.createElement("article");
    card.innerHTML = `<h2>${{found.name}}</h2><p class="price">${{found.price}}</p>`;
    document.querySelector("#cards").append(card);
    for (let line = 0; line < {lines} / {parts}; line++) console.log("card", at, line, found);
    if (document.querySelectorAll("article").length === {parts}) document.title = "ready";
  }});
</script>"""
ROW = "<tr class='row' data-id='{0}'><td>#{0}</td><td><a href='/orders/{0}'>Order {0}</a></td><td>{1} EUR</td></tr>"


def photo(side=900):
    """A PNG with a gradient and grain, which shrinks as little as a photograph."""
    state, lines = 1, bytearray()
    for row in range(side):
        lines.append(0)
        for column in range(side):
            state = (state * 1_103_515_245 + 12_345) & 0x7FFFFFFF
            lines += bytes([(row * 255 // side + (state >> 16 & 31)) & 255, column * 255 // side, state >> 24 & 63])

    def chunk(name, body):
        return struct.pack("!I", len(body)) + name + body + struct.pack("!I", zlib.crc32(name + body))

    header = struct.pack("!IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")


def heavy_site():
    rows = "".join(ROW.format(number, number * 7919 % 500) for number in range(ROWS))
    page = PAGE.format(rows=rows, parts=PARTS, lines=LINES_LOGGED)
    pages = {
        "/": ("text/html", page.encode(), {}),
        "/style.css": ("text/css", b".row td { padding: 2px 8px } article { float: left; margin: 4px }" * 20, {}),
        "/photo.png": ("image/png", photo(), {}),
        "/favicon.ico": ("image/png", b"", {}),
    }
    for part in range(PARTS):
        item = {"id": part, "name": f"Item {part}", "price": part * 31 % 97, "tags": ["new", "sale", "blue"] * 20}
        pages[f"/api/{part}"] = ("application/json", json.dumps(item).encode(), {"Cache-Control": "no-store"})
    return Site(pages)


class Recorder:
    """Relays between Playwright and Chromium, one thread each way, and keeps each message."""

    def __init__(self, chromium):
        self.to_client, self.to_chrome = [], []
        with urllib.request.urlopen(f"http://{chromium.address}/json/version") as answer:
            self._chrome = json.load(answer)["webSocketDebuggerUrl"]
        self._server = serve(self._relay, "127.0.0.1", 0, compression=None, max_size=None, ping_interval=None)
        self.url = f"ws://127.0.0.1:{self._server.socket.getsockname()[1]}/"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def _relay(self, client):
        with connect(self._chrome, compression=None, max_size=None, ping_interval=None) as chrome:
            threading.Thread(target=self._pass, args=(client, chrome, self.to_chrome), daemon=True).start()
            self._pass(chrome, client, self.to_client)

    def _pass(self, source, sink, kept):
        try:
            for message in source:
                kept.append(message.encode())
                sink.send(message)
        except websockets.ConnectionClosed:
            pass
        sink.close()

    def stop(self):
        self._server.shutdown()


def visit(playwright, url, site):
    """What a test does: loads, reads, looks at pictures; and asks for the trees that agents ask for."""
    browser = playwright.chromium.connect_over_cdp(url)
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.on("console", lambda message: message.text)
    for _ in range(3):
        page.goto(site.url("/"))
        page.wait_for_function("document.title === 'ready'")
        page.content()
        page.screenshot()
        page.locator("td a").all_inner_texts()
        for number in range(40):
            page.locator(f"[data-id='{number}'] a").bounding_box()
    page.screenshot(full_page=True)
    page.screenshot(type="jpeg", quality=90)
    raw = page.context.new_cdp_session(page)
    raw.send("DOM.getDocument", {"depth": -1})
    raw.send("DOMSnapshot.captureSnapshot", {"computedStyles": ["display", "color"]})
    raw.send("Accessibility.getFullAXTree")
    browser.close()


def record():
    """The messages to the client and those to Chrome, each in their order."""
    chromium, site = Chromium(), heavy_site()
    recorder = Recorder(chromium)
    try:
        with sync_playwright() as playwright:
            visit(playwright, recorder.url, site)
        return recorder.to_client, recorder.to_chrome
    finally:
        recorder.stop()
        site.stop()
        chromium.stop()


def kind(message):
    if b'"result":{"data":"' in message[:200]:
        return "screenshots"
    return "events and short answers" if len(message) < SMALL else "HTML and trees"
