"""What a browser and `pagehaul load` ask a loopback server for, for oracles to compare."""
import fcntl
import http.server
import json
import os
import pathlib
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time

PNG = bytes.fromhex("89504e470d0a1a0a0000000d4948445200000001000000010806000000" "1f15c4890000000d49444154789c6360f8ffff3f0005fe02fe"
                    "0def46b80000000049454e44ae426082")
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><g id="i"><path d="M0 0h9v9z"/></g></svg>'
TYPES = {"png": "image/png", "jpg": "image/png", "gif": "image/png", "webp": "image/png", "avif": "image/png", "svg": "image/svg+xml",
         "css": "text/css", "js": "text/javascript", "mjs": "text/javascript", "html": "text/html", "woff2": "font/ttf", "woff": "font/ttf", "ttf": "font/ttf",
         "otf": "font/ttf", "mp4": "video/mp4", "webm": "video/webm", "mp3": "audio/mpeg", "vtt": "text/vtt", "json": "application/json"}


def some_font():
    for path in sorted(pathlib.Path("/usr/share/fonts").rglob("*.ttf")):
        return path.read_bytes()
    raise FileNotFoundError("no font in /usr/share/fonts (fonts-dejavu-core)")


class Server:
    """Answers each path with what `files` ({path without query: (type, bytes)}) has, or else with something of its ending's type. `asked` holds the
    targets of all requests but favicon.ico, in order."""

    def __init__(self, files):
        outer = self
        self.asked = []
        self.files = files
        font = some_font()

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                if self.path != "/favicon.ico":
                    outer.asked.append(self.path)
                path = self.path.split("?")[0]
                extension = path.rsplit(".", 1)[-1].lower()
                kind = TYPES.get(extension, "image/png")
                body = {"image/png": PNG, "image/svg+xml": SVG, "font/ttf": font}.get(kind, b"")
                kind, body = outer.files.get(path, (kind, body))
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Cache-Control", "max-age=1000")
                self.end_headers()
                try:
                    self.wfile.write(body)
                except ConnectionError:  # a browser that has seen enough of a film
                    pass

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.origin = f"http://127.0.0.1:{self.server.server_port}"

    def take(self):
        asked, self.asked = self.asked, []
        return asked

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Chromium:
    """One browser, told what to do over its remote debugging pipe (Chrome DevTools Protocol); each page gets a profile and cache of its own."""

    PATIENCE_SECONDS = 30

    def __enter__(self):
        self.profile = tempfile.TemporaryDirectory()
        # Out of the way of 3 and 4, where the browser's ends have to be.
        (to_read, self.to_browser), (self.from_browser, to_write) = (tuple(fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in os.pipe()) for _ in range(2))

        def at_3_and_4():
            os.dup2(to_read, 3)
            os.dup2(to_write, 4)

        self.browser = subprocess.Popen(["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--user-data-dir={self.profile.name}",
                                         "--remote-debugging-pipe"], preexec_fn=at_3_and_4, close_fds=False, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_read)
        os.close(to_write)
        self.pending = b""
        self.last_id = 0
        self.events = []
        return self

    def __exit__(self, *_):
        self.browser.terminate()
        self.browser.wait()
        try:  # its other processes write into the profile to their end
            while True:
                os.killpg(self.browser.pid, signal.SIGKILL)
                time.sleep(0.02)
        except ProcessLookupError:
            pass
        os.close(self.to_browser)
        os.close(self.from_browser)
        self.profile.cleanup()

    def receive(self, until):
        """The next message, or None when none comes until then."""
        while b"\0" not in self.pending:
            left = until - time.monotonic()
            if left <= 0 or not select.select([self.from_browser], [], [], left)[0]:
                return None
            piece = os.read(self.from_browser, 1 << 20)
            if not piece:
                raise RuntimeError("Chromium has ended")
            self.pending += piece
        message, _, self.pending = self.pending.partition(b"\0")
        return json.loads(message)

    def call(self, method, session="", **parameters):
        self.last_id += 1
        message = {"id": self.last_id, "method": method, "params": parameters} | ({"sessionId": session} if session else {})
        os.write(self.to_browser, json.dumps(message).encode() + b"\0")
        until = time.monotonic() + self.PATIENCE_SECONDS
        while True:
            answer = self.receive(until)
            if answer is None:
                raise TimeoutError(method)
            if answer.get("id") == self.last_id:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]
            self.events.append(answer)

    def ask(self, url, scripting, width=1280, height=800, dpr=1, server=None):
        """Loads and paints the page, and waits until a while after its load event no more is asked for."""
        context = self.call("Target.createBrowserContext")["browserContextId"]
        target = self.call("Target.createTarget", url="about:blank", browserContextId=context)["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.call("Page.enable", session)
        self.call("Emulation.setDeviceMetricsOverride", session, width=width, height=height, deviceScaleFactor=dpr, mobile=False)
        self.call("Emulation.setScriptExecutionDisabled", session, value=not scripting)
        self.events = []
        self.call("Page.navigate", session, url=url)
        until = time.monotonic() + self.PATIENCE_SECONDS
        while not any(event.get("method") == "Page.loadEventFired" for event in self.events):
            event = self.receive(until)
            if event is None:
                break
            self.events.append(event)
        asked_before = -1
        while server is not None and len(server.asked) != asked_before:
            asked_before = len(server.asked)
            self.call("Page.captureScreenshot", session)
            time.sleep(0.25)
        self.call("Target.closeTarget", targetId=target)
        self.call("Target.disposeBrowserContext", browserContextId=context)


def ask_pagehaul(program, url, scripting, width=1280, height=800, dpr=1):
    command = [program, "load", "--no-store", "--quiet", "--retry", "0", "--scripting", "on" if scripting else "off", "--viewport", f"{width}x{height}", "--dpr", str(dpr),
               "--exclude", "manifest", url]
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=60, encoding="utf-8")
    if done.returncode not in (0, 9):  # 9: of what the page needs something could not be had
        print(f"{url}: exit code {done.returncode}: {done.stderr}", file=sys.stderr)
