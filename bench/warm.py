#!/usr/bin/env python3
"""warm.py BUILD [--resources N] [--bytes N] [--runs N]: a page of N images, loaded once; then, in turns,

  warm       loaded again from the cache: everything is fresh, no request leaves
  offline    the same with --offline
  cat        a shell loop that runs cat for each image, from files of the same bytes
  sqlite3    the shell reading the same entries and bodies from the same cache file, in two statements
  version    pagehaul --version, what starting costs

Prints medians and their ratios. The server is asked how often it was asked."""

import argparse
import http.server
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time


def serve(images, size):
    asked = []
    bodies = {f"/{number}.png": random.Random(number).randbytes(size) for number in range(images)}
    bodies["/"] = ("<!doctype html>" + "".join(f"<img src='{path}'>" for path in bodies)).encode()

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self):
            asked.append(self.path)
            body = bodies[self.path]
            self.send_response(200)
            self.send_header("Content-Type", "text/html" if self.path == "/" else "image/png")
            self.send_header("Cache-Control", "max-age=86400")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}/", bodies, asked


def seconds(command):
    begin = time.perf_counter()
    result = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    taken = time.perf_counter() - begin
    if result.returncode != 0:
        sys.exit(f"warm.py: {command[0]} ended with {result.returncode}: {result.stderr}")
    return taken


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build")
    parser.add_argument("--resources", type=int, default=1000)
    parser.add_argument("--bytes", type=int, default=10000)
    parser.add_argument("--runs", type=int, default=9)
    arguments = parser.parse_args()
    pagehaul = os.path.abspath(os.path.join(arguments.build, "pagehaul"))
    url, bodies, asked = serve(arguments.resources, arguments.bytes)
    with tempfile.TemporaryDirectory() as folder:
        cache = os.path.join(folder, "cache.db")
        seconds([pagehaul, "load", "--quiet", "--cache", cache, url])
        asked.clear()
        for path, body in bodies.items():
            with open(os.path.join(folder, path.strip("/") or "index.html"), "wb") as file:
                file.write(body)
        commands = {
            "warm": [pagehaul, "load", "--quiet", "--cache", cache, url],
            "offline": [pagehaul, "load", "--quiet", "--offline", "--cache", cache, url],
            "cat": ["sh", "-c", f'for file in "{folder}"/*.png; do cat "$file"; done'],
            "sqlite3": ["sqlite3", "-readonly", cache, "select * from entry; select data from chunk"],
            "version": [pagehaul, "--version"],
        }
        times = {name: [] for name in commands}
        for _ in range(arguments.runs):
            for name, command in commands.items():
                times[name].append(seconds(command))
        if asked:
            sys.exit(f"warm.py: the server was asked for {len(asked)} resources, the first of them {asked[0]}")
        middle = {name: statistics.median(taken) for name, taken in times.items()}
        print(f"{arguments.resources} resources of {arguments.bytes} bytes, median of {arguments.runs}")
        for name, taken in middle.items():
            print(f"{name:8} {taken * 1000:8.1f} ms   {middle['warm'] / taken:6.2f} is what 'warm' takes of it")


if __name__ == "__main__":
    main()
