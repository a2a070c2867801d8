"""A site whose downloads come as a test lets them: one that waits half way, and one that never ends."""

import http.server
import threading

from harness.site import Listening

CHUNK = b"download" * 8192
# Chrome takes a response for a download once it has seen more than its first bytes.
FILE = CHUNK + b"the rest"


class StreamingSite(Listening):
    """`/` is a page. `/half` sends a half, and the rest once `rest` is set. `/endless` sends about 6 MiB a second until
    its reader is gone, which `gone` says."""

    def __init__(self):
        self.rest = threading.Event()
        self.gone = threading.Event()
        site = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                if self.path == "/":
                    self.send_header("Content-Type", "text/html")
                    self.end_headers()
                    self.wfile.write(b"<!doctype html><title>Streams</title>")
                    return
                self.send_header("Content-Type", "application/octet-stream")
                self.send_header("Content-Disposition", 'attachment; filename="report.bin"')
                self.end_headers()
                if self.path == "/half":
                    self.half()
                else:
                    self.endless()

            def half(self):
                self.wfile.write(CHUNK)
                self.wfile.flush()
                site.rest.wait(120)
                self.wfile.write(FILE[len(CHUNK) :])

            def endless(self):
                try:
                    while not site.gone.wait(0.01):
                        self.wfile.write(CHUNK)
                except OSError:
                    site.gone.set()

            def log_message(self, *_):
                pass

        super().__init__(Handler)

    def stop(self):
        self.rest.set()
        self.gone.set()
        super().stop()
