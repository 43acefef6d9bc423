"""A service that burns processor time for each request: ``burner.py SECONDS``.

Prints its port first. ``GET /used`` answers with the CPU seconds it has used, by its own clock.
"""

import http.server
import os
import sys
import time


class Burner(http.server.BaseHTTPRequestHandler):
    seconds = 0.0

    def do_GET(self):
        if self.path != "/used":
            end = time.process_time() + self.seconds
            while time.process_time() < end:
                pass
        body = f"{time.process_time()}\n".encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def main():
    Burner.seconds = float(sys.argv[1])
    server = http.server.HTTPServer(("127.0.0.1", 0), Burner)
    os.write(1, f"{server.server_port}\n".encode())
    server.serve_forever()


if __name__ == "__main__":
    main()
