"""What a browser and `pagehaul load` ask a loopback server for, for oracles to compare."""
import http.server
import pathlib
import subprocess
import sys
import tempfile
import threading

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
                self.wfile.write(body)

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


def ask_chromium(url, scripting, width=1280, height=800, dpr=1):
    """Loads and paints the page."""
    with tempfile.TemporaryDirectory() as profile:
        command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={profile}", f"--window-size={width},{height}", "--hide-scrollbars",
                   f"--force-device-scale-factor={dpr}", "--virtual-time-budget=4000", f"--screenshot={profile}/shot.png"]
        if not scripting:
            command.append("--blink-settings=scriptEnabled=false")
        subprocess.run([*command, url], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60)


def ask_pagehaul(program, url, scripting, width=1280, height=800, dpr=1):
    command = [program, "load", "--no-store", "--quiet", "--retry", "0", "--scripting", "on" if scripting else "off", "--viewport", f"{width}x{height}", "--dpr", str(dpr),
               "--exclude", "manifest", url]
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=60, encoding="utf-8")
    if done.returncode not in (0, 1, 2, 3, 4):
        print(f"{url}: exit code {done.returncode}: {done.stderr}", file=sys.stderr)
