"""A site on loopback that serves given pages, and records every connection and request."""

import http.server
import threading


class Listening:
    """A server of one handler on a port of its own."""

    def __init__(self, handler, host="127.0.0.1"):
        self._server = http.server.ThreadingHTTPServer((host, 0), handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def url(self, path="/"):
        return f"http://127.0.0.1:{self.port}{path}"

    def stop(self):
        self._server.shutdown()
        self._server.server_close()


class Site(Listening):
    """`pages` maps a path to (content type, body, further fields). Other paths get 404."""

    def __init__(self, pages, host="127.0.0.1"):
        self.pages = pages
        self.connections = []
        self.requests = []
        site = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self):
                site.connections.append(self.client_address)
                super().setup()

            def do_GET(self):
                path = self.path.partition("?")[0]
                site.requests.append((self.headers["Host"], self.path))
                kind, body, fields = site.pages.get(path, ("text/plain", b"no such page", {}))
                self.send_response(200 if path in site.pages else 404)
                for name, value in ({"Content-Type": kind, "Content-Length": str(len(body))} | fields).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        super().__init__(Handler, host)
