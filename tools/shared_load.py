#!/usr/bin/env python3
"""shared_load.py PAGEHAUL [--processes N] [--pages N]: processes load pages of their own, at the same time, into one
cache file. Fails unless all of them succeed, and every resource that the pages share was transferred once (or, where it
is stale at once, validated), never twice at the same time, as counted at the server."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time

import made_site


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("pagehaul")
    parser.add_argument("--processes", type=int, default=8)
    parser.add_argument("--pages", type=int, default=50)
    arguments = parser.parse_args()
    site = made_site.MadeSite()
    problems = []
    with tempfile.TemporaryDirectory() as folder:
        cache = os.path.join(folder, "cache.db")
        begin = time.monotonic()
        loads = []
        for process in range(arguments.processes):
            urls = [f"{site.url}/own/{process}-{page}" for page in range(arguments.pages)]
            with open(os.path.join(folder, f"{process}.out"), "w") as out:
                loads.append(subprocess.Popen([arguments.pagehaul, "load", "--json", "--allow-private", "--cache", cache, *urls],
                                              stdout=out, stderr=subprocess.STDOUT))
        for process, load in enumerate(loads):
            code = load.wait()
            with open(os.path.join(folder, f"{process}.out")) as out:
                lines = [json.loads(line) for line in out if line.startswith("{")]
            pages = [line for line in lines if line["schema"].startswith("pagehaul.page/")]
            if code != 0 or len(pages) != arguments.pages or any(page["state"] != "loaded" for page in pages):
                problems.append(f"process {process} exits {code}, {len(pages)} pages")
        took = time.monotonic() - begin
        verified = subprocess.run([arguments.pagehaul, "cache", "verify", "--cache", cache], capture_output=True, text=True)
        if verified.returncode != 0:
            problems.append(f"cache verify: {verified.stdout}{verified.stderr}")
        left = sorted(name for name in os.listdir(folder) if name.startswith("cache.db") and name != "cache.db")
        if left:
            problems.append(f"left beside the cache file: {left}")
    site.stop()
    for path in sorted(site.most):
        if path.startswith("/shared/") and (site.whole.get(path, 0) != 1 or site.most[path] != 1):
            problems.append(f"{path}: transferred {site.whole.get(path, 0)} times, {site.most[path]} at the same time")
    whole = sum(site.whole.values())
    shared = [path for path in site.most if path.startswith("/shared/")]
    print(f"{arguments.processes} processes, {arguments.pages} pages each: {took:.1f} s; {whole} transfers, "
          f"{len(shared)} shared resources transferred {sum(site.whole.get(path, 0) for path in shared)} times and validated "
          f"{sum(site.validated.get(path, 0) for path in shared)} times, at most {max(site.most[path] for path in shared)} at once")
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
