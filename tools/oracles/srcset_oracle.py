#!/usr/bin/env python3
"""Generates images with srcset, sizes and picture, and compares the candidate that `pagehaul refs` chooses with the one that Chromium does.

    srcset_oracle.py [--program build/release/pagehaul] [--count 600] [--seed 1]

A loopback server holds one page for each screen; Chromium tells each image's currentSrc. Exits 1 when they differ, 77 (skipped) without
Chromium.
"""
import argparse
import http.server
import json
import random
import re
import shutil
import subprocess
import sys
import tempfile
import threading

SCREENS = [(1280, 800, 1), (400, 800, 2), (360, 640, 3), (768, 1024, 1.5), (1920, 1080, 1), (1024, 768, 2)]
LENGTHS = ["100vw", "50vw", "33.3vw", "300px", "20em", "10rem", "0px", "calc(100vw - 40px)", "calc(50% + 10px)", "min(400px, 90vw)", "max(200px, 30vw)",
           "clamp(100px, 50vw, 600px)", "2in", "5cm", "40vh", "10vmin", "10vmax", "120", "-5px", "auto", "calc(1px * 300)", "12pt", "50pc", "nonsense", "25svw"]
MEDIA = ["(min-width: 600px)", "(max-width: 600px)", "(width >= 700px)", "(400px <= width <= 1200px)", "(orientation: portrait)",
         "(min-resolution: 1.5dppx)", "(min-resolution: 192dpi)", "screen and (min-width: 1000px)", "print", "not all", "not (min-width: 800px)",
         "(min-width: 20em) and (max-width: 70em)", "(prefers-color-scheme: dark)", "(min-aspect-ratio: 1/1)", "(unknown: 1)", "(height < 900px)",
         "(min-width: 500px) or (max-height: 100px)", "screen, print", "(-webkit-min-device-pixel-ratio: 2)", "all"]
SIZES_CONDITIONS = [m for m in MEDIA if "screen" not in m and "print" not in m and "all" not in m]
TYPES = ["image/webp", "image/avif", "image/png", "image/svg+xml", "image/heic", "text/html", "image/jpeg; x=y", "", "IMAGE/GIF", "image/bogus"]
DESCRIPTORS = ["", "1x", "1.5x", "2x", "3x", "0.5x", "2.x", "-1x", "100w", "320w", "400w", "640w", "800w", "1280w", "2560w", "0w", "1.5w", "300w 200h", "200h", "1x 2x",
               "100w 1x", "1e1x", "+2x", "x", "2X", "10q"]
W = [d for d in DESCRIPTORS if d.endswith("w")]
X = [d for d in DESCRIPTORS if d.endswith("x") or d == ""]


class Case:
    def __init__(self, rng, number):
        self.rng = rng
        self.number = number
        self.names = 0
        self.html = self.picture() if rng.random() < 0.4 else self.img()

    def url(self):
        self.names += 1
        return f"c{self.number}-{self.names}"

    def srcset(self):
        kind = self.rng.random()
        pool = W if kind < 0.5 else X if kind < 0.85 else DESCRIPTORS
        pieces = []
        for _ in range(self.rng.randrange(1, 6)):
            pieces.append(self.rng.choice(["", " ", "\n "]) + self.url() + " " + self.rng.choice(pool))
        return self.rng.choice([",", ", ", " , "]).join(pieces)

    def sizes(self):
        parts = [f"{self.rng.choice(SIZES_CONDITIONS)} {self.rng.choice(LENGTHS)}" for _ in range(self.rng.randrange(3))]
        parts.append(self.rng.choice(LENGTHS))
        return ", ".join(parts)

    def img(self):
        attributes = []
        if self.rng.random() < 0.7:
            attributes.append(f'src="{self.url()}"')
        if self.rng.random() < 0.9:
            attributes.append(f'srcset="{self.srcset()}"')
        if self.rng.random() < 0.6:
            attributes.append(f'sizes="{self.sizes()}"')
        return f'<img class=case {" ".join(attributes)}>'

    def source(self):
        attributes = [f'srcset="{self.srcset()}"']
        if self.rng.random() < 0.5:
            attributes.append(f'sizes="{self.sizes()}"')
        if self.rng.random() < 0.6:
            attributes.append(f'media="{self.rng.choice(MEDIA)}"')
        if self.rng.random() < 0.4:
            attributes.append(f'type="{self.rng.choice(TYPES)}"')
        return f'<source {" ".join(attributes)}>'

    def picture(self):
        return f'<picture>{"".join(self.source() for _ in range(self.rng.randrange(1, 4)))}{self.img()}</picture>'


def chromium_answers(pages):
    """Per page: what it measured of its screen, and each image's currentSrc."""
    gif = bytes.fromhex("47494638396101000100800000000000ffffff21f90401000000002c000000000100010000020144003b")

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            page = pages.get(self.path)
            body, kind = (page.encode(), "text/html; charset=utf-8") if page else (gif, "image/gif")
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    answers = {}
    for path, (width, height, dpr) in zip(pages, SCREENS):
        with tempfile.TemporaryDirectory() as profile:
            command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={profile}", f"--window-size={width},{height}",
                       f"--force-device-scale-factor={dpr}", "--dump-dom", f"http://127.0.0.1:{server.server_port}{path}"]
            dom = subprocess.run(command, check=True, capture_output=True, encoding="utf-8", timeout=120).stdout
        answers[path] = json.loads(re.search(r"<title>(.*?)</title>", dom, re.S)[1].replace("&amp;", "&"))
    server.shutdown()
    return answers


SCRIPT = """<script>addEventListener('load', () => { document.title = JSON.stringify({width: innerWidth, height: innerHeight, dpr: devicePixelRatio,
  chosen: [...document.querySelectorAll('img.case')].map(img => img.currentSrc.split('/').pop())}); });</script>"""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default="build/release/pagehaul")
    parser.add_argument("--count", type=int, default=600)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    if not shutil.which("chromium"):
        print("skipped: chromium is not installed", file=sys.stderr)
        return 77
    rng = random.Random(arguments.seed)
    cases = [Case(rng, number) for number in range(arguments.count)]
    groups = {f"/page{i}": cases[i::len(SCREENS)] for i in range(len(SCREENS))}
    pages = {path: "<!doctype html>" + SCRIPT + "\n".join(case.html for case in group) for path, group in groups.items()}
    answers = chromium_answers(pages)
    different = 0
    for path, group in groups.items():
        answer = answers[path]
        screen = [f"--viewport={answer['width']}x{answer['height']}", f"--dpr={answer['dpr']}"]
        output = subprocess.run([arguments.program, "refs", "--base", "http://h/", "--include", "image", *screen, "-"], input=pages[path], check=True,
                                capture_output=True, encoding="utf-8").stdout
        ours = {}
        for line in output.splitlines():
            name = json.loads(line)["url"].rsplit("/", 1)[1]
            ours.setdefault(int(name[1:].split("-")[0]), []).append(name)
        for case, chosen in zip(group, answer["chosen"]):
            expected = [chosen] if chosen else []
            if ours.get(case.number, []) != expected:
                different += 1
                print(f"{answer['width']}x{answer['height']} at {answer['dpr']}: {case.html}\n  pagehaul {ours.get(case.number, [])}\n  Chromium {expected}")
    print(f"{len(cases)} images, {different} differences")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
