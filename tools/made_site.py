"""A server of pages made from their paths, for the scripts beside it: it notes how often each path was asked for, and
how often at the same time.

  /own/NAME         a page with two images of its own and SHARED resources that every page has
  /own/NAME.SIZE    SIZE bytes that the path decides
  /shared/N         a style sheet; every fourth is stale at once and is validated"""

import hashlib
import http.server
import random
import threading
import time

SHARED = 12


def body_of(path):
    if path.startswith("/shared/"):
        return f"/* {path} */ p {{}}\n".encode() * 50
    size = path.rpartition(".")[2]
    if size.isdigit():
        return random.Random(path).randbytes(int(size))
    links = "".join(f"<link rel=stylesheet href=/shared/{number}>" for number in range(SHARED))
    own = random.Random(path)
    images = "".join(f"<img src='{path}-{number}.{own.randrange(100, 700000) if number == 0 else 3000}'>" for number in range(2))
    return f"<!doctype html><title>{path}</title>{links}{images}".encode()


def sha256_of(path):
    return hashlib.sha256(body_of(path)).hexdigest()


class MadeSite:
    def __init__(self, delay=0.002):
        self.lock = threading.Lock()
        self.now, self.most, self.whole, self.validated = {}, {}, {}, {}
        self.delay = delay
        site = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self):
                site.answer(self)

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            request_queue_size = 1024
            daemon_threads = True

            def handle_error(self, request, client_address):
                pass  # a client that was killed

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def answer(self, request):
        path = request.path
        shared = path.startswith("/shared/")
        stale = shared and int(path.rpartition("/")[2]) % 4 == 3
        tag = f'"{path}"'
        current = request.headers.get("If-None-Match") == tag
        with self.lock:
            self.now[path] = self.now.get(path, 0) + 1
            self.most[path] = max(self.most.get(path, 0), self.now[path])
            count = self.validated if current else self.whole
            count[path] = count.get(path, 0) + 1
        body = b"" if current else body_of(path)
        time.sleep(self.delay)
        kind = "text/css" if shared else "image/png" if path.rpartition(".")[2].isdigit() else "text/html"
        # Before the answer goes: who waits for it may ask again as soon as it has it.
        with self.lock:
            self.now[path] -= 1
        request.send_response(304 if current else 200)
        request.send_header("Content-Type", kind)
        request.send_header("Cache-Control", "max-age=0" if stale else "max-age=86400")
        request.send_header("ETag", tag)
        if not current:
            request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
