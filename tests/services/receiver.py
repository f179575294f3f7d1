"""A clinic's webhook receiver as a process: notes each new `webhook-id` in a file before it answers."""

from __future__ import annotations

import json
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path


def serve(port: int, path: Path) -> None:
    """Receive until killed."""
    known = {line.split()[0] for line in path.read_text().splitlines()} if path.exists() else set()

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            delivery = self.headers["webhook-id"]
            if delivery not in known:
                with path.open("a") as file:
                    file.write(f"{delivery} {body['data']['id']}\n")
                known.add(delivery)
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    HTTPServer(("127.0.0.1", port), Hook).serve_forever()


if __name__ == "__main__":
    serve(int(sys.argv[1]), Path(sys.argv[2]))
