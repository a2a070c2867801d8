"""A site to sign in to: the server believes a cookie, the page itself a token in local storage.

The two secrets come in the environment (`DEMO_COOKIE`, `DEMO_TOKEN`), or are made at the start. They are new at every
run, so a page that says "Signed in" without a click on its button has them from the stored session. Listens on loopback
only and prints its port.
"""

import hmac
import http.cookies
import http.server
import os
import secrets
import sys

COOKIE = os.environ.get("DEMO_COOKIE") or secrets.token_urlsafe(24)
TOKEN = os.environ.get("DEMO_TOKEN") or secrets.token_urlsafe(24)

PAGE = """<!doctype html>
<meta charset="utf-8"><title>{title}</title><link rel="icon" href="data:,">
<h1 id="who">{title}</h1>
<p id="cookie">cookie: {cookie}</p>
<p id="storage">local storage: empty</p>
<button id="sign-in" {hidden}>Sign in</button>
<script>
  const token = localStorage.getItem("demo_token");
  fetch("/token", {{ headers: {{ "X-Demo-Token": token ?? "" }} }}).then(async (answer) => {{
    document.getElementById("storage").textContent = "local storage: " + await answer.text();
    document.documentElement.dataset.ready = "yes";
  }});
  document.getElementById("sign-in").onclick = async () => {{
    const answer = await fetch("/login", {{ method: "POST" }});
    localStorage.setItem("demo_token", await answer.text());
    location.reload();
  }};
</script>
"""


class Site(http.server.BaseHTTPRequestHandler):
    """`/` shows who is signed in, `/token` says whether the page found the right token, `/login` signs in."""

    def do_GET(self):
        if self.path == "/token":
            good = same(self.headers.get("X-Demo-Token", ""), TOKEN)
            self.answer("accepted" if good else "refused", "text/plain")
            return
        cookies = http.cookies.SimpleCookie(self.headers.get("Cookie", ""))
        sent = cookies["demo_session"].value if "demo_session" in cookies else ""
        good = same(sent, COOKIE)
        title = "Signed in as demo" if good else "Signed out"
        hidden = "hidden" if good else ""
        self.answer(PAGE.format(title=title, cookie="accepted" if good else "refused", hidden=hidden), "text/html")

    def do_POST(self):
        if self.path != "/login":
            self.send_error(404)
            return
        self.answer(TOKEN, "text/plain", {"Set-Cookie": f"demo_session={COOKIE}; Path=/; HttpOnly; SameSite=Lax"})

    def answer(self, text, kind, fields=None):
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", kind + "; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        for name, value in (fields or {}).items():
            self.send_header(name, value)
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
