"""A site one can be signed in to: the server believes a cookie, the page itself a token in local storage.

The two secrets come in the environment (`DEMO_COOKIE`, `DEMO_TOKEN`) and are new at every run, so a page that says
"signed in" can only have them from the stored session. Prints its port once it listens, on loopback only.
"""

import hmac
import http.cookies
import http.server
import os
import sys

PAGE = """<!doctype html>
<meta charset="utf-8"><title>{title}</title><link rel="icon" href="data:,">
<h1 id="who">{title}</h1>
<p id="cookie">cookie: {cookie}</p>
<p id="storage">local storage: empty</p>
<script>
  const token = localStorage.getItem("demo_token");
  fetch("/token", {{ headers: {{ "X-Demo-Token": token ?? "" }} }}).then(async (answer) => {{
    document.getElementById("storage").textContent = "local storage: " + await answer.text();
    document.documentElement.dataset.ready = "yes";
  }});
</script>
"""


class Site(http.server.BaseHTTPRequestHandler):
    """`/` shows who is signed in; `/token` says whether the token the page found is the right one."""

    def do_GET(self):
        if self.path == "/token":
            good = same(self.headers.get("X-Demo-Token", ""), os.environ["DEMO_TOKEN"])
            self.answer("accepted" if good else "refused", "text/plain")
            return
        cookies = http.cookies.SimpleCookie(self.headers.get("Cookie", ""))
        sent = cookies["demo_session"].value if "demo_session" in cookies else ""
        good = same(sent, os.environ["DEMO_COOKIE"])
        title = "Signed in as demo" if good else "Signed out"
        self.answer(PAGE.format(title=title, cookie="accepted" if good else "refused"), "text/html")

    def answer(self, text, kind):
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", kind + "; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def same(left, right):
    return hmac.compare_digest(left.encode(), right.encode())


if __name__ == "__main__":
    server = http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Site)
    print(server.server_address[1], flush=True)
    server.serve_forever()
