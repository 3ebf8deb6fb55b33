"""A host by the letter of syncstream's protocol, with Python's own server.

Like the original it knows nothing of our headers, answers errors in HTML, and
sends the head and the body of a reply in separate segments.
"""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

items, last, state = [], "", {"closed": False}


def write(text):
    global last
    lines = (last + text).splitlines(keepends=True)
    last = ""
    for line in lines:
        if line == line.splitlines()[0]:
            last = line
        else:
            items.append(line.splitlines()[0])


class Host(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def reply(self, status, body, kind="application/json"):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.flush()
        self.wfile.write(body)

    def success(self, status, **fields):
        self.reply(status, json.dumps({"message": "success", **fields}).encode())

    def body(self):
        return json.loads(self.rfile.read(int(self.headers["Content-Length"] or 0)))

    def do_POST(self):
        global last
        body = self.body()
        if self.path == "/sync-stream-state":
            state[body["state"]] = body["value"].casefold() == "true"
        elif body["type"] == "str":
            write(body["data"]["value"])
        else:
            if last:
                write("\n")
            if body["type"] in ("error", "warning"):
                if body["data"]["data"] == ["fail"]:
                    page = b"<!doctype html><title>500 Internal Server Error</title>"
                    return self.reply(500, page, "text/html")
                items.append(body["data"])
        self.success(201)

    def do_GET(self):
        url = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        if url.path == "/sync-stream-state":
            return self.success(200, data=state.get(query["state"]))
        if url.path != "/sync-stream":
            return self.reply(404, b"<!doctype html><title>404</title>", "text/html")
        data = items + ([last] if last else [])
        size = int(query["n"]) if "n" in query else len(data)
        self.success(200, data=data[-size:] if size > 0 else [])

    def do_DELETE(self):
        global last
        if self.path == "/sync-stream-state":
            state["closed"] = False
        else:
            items.clear()
            last = ""
        self.success(200)

    def log_message(self, *args):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Host)
print(server.server_port, flush=True)
server.serve_forever()
