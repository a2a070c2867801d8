"""Pages can make Chrome's list of targets as long as they like. The proxy must not report Chrome as down then."""

import json
import time

from harness import tokens
from harness.cdp import CDP
from harness.site import Site
from harness.wire import get

FRAMES = 20
TOO_LONG = b"Chrome's answer is longer than the proxy takes"


def frames(port):
    """A page with frames from many sites, each with the longest address that Chrome allows."""
    script = f"""
        const rest = "#" + "x".repeat(2 * 1024 * 1024 - 64);
        for (let site = 2; site < 2 + {FRAMES}; site++) {{
            const frame = document.createElement("iframe");
            frame.src = `http://127.0.0.${{site}}:{port}/frame` + rest;
            document.body.append(frame);
        }}
    """
    return f"<!doctype html><body><script>{script}</script>".encode()


def list_that_is_too_long(proxy, **fields):
    """The answer once the frames are there. On a busy machine, Chromium may not answer in time before."""
    deadline = time.monotonic() + 60
    while TOO_LONG not in (answer := get(proxy.port, "/json/list", **fields)).body:
        assert time.monotonic() < deadline, (answer.status, len(answer.body))
    return answer


def wait_until_calm(chromium):
    """Waits until Chromium answers quickly. While its frames load on a slow machine, it answers no client in time."""
    deadline, quick = time.monotonic() + 90, 0
    while quick < 10:
        begin = time.monotonic()
        assert begin < deadline, "Chromium answers quickly before the deadline"
        chromium.json("/json/version")
        quick = quick + 1 if time.monotonic() - begin < 0.2 else 0


def test_a_list_too_long_for_the_proxy_does_not_report_chrome_as_down(own_proxy, own_chromium):
    chromium = own_chromium("--site-per-process")
    site = Site({"/frame": ("text/html", b"<p>frame", {})}, host="0.0.0.0")
    site.pages["/"] = ("text/html", frames(site.port), {})
    proxy = own_proxy(chromium.address)
    bearer = {"Authorization": f"Bearer {tokens.token()}"}
    with CDP(proxy.port, f"/?signingKey={tokens.token()}") as client:
        client.call("Target.createTarget", url=site.url())
        answer = list_that_is_too_long(proxy, **bearer)
        assert answer.status == 502
        wait_until_calm(chromium)
        assert get(proxy.port, "/health").status == 200
        assert get(proxy.admin_port, "/ready").status == 200
        assert proxy.metric("cdp_proxy_chrome_up") == 1
        assert get(proxy.port, "/json/version", **bearer).status == 200
        assert json.loads(answer.body)["error_description"] == TOO_LONG.decode()
    site.stop()
