#!/usr/bin/env python3
"""kill_rounds.py PAGEHAUL ROUNDS [--seed N] [--rounds-a-file N]: in each round four processes load pages into one cache
file, and some of them are killed (SIGKILL) at random points. Then nothing may be wrong with the file: SQLite's integrity
check and `cache verify` are clean, each entry of a page that a process had reported as loaded, in this round or an
earlier one, is there, and each entry that can be seen has the whole body that the server sent."""

import argparse
import json
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time

import made_site

PROCESSES = 4
PAGES = 3


class Rounds:
    def __init__(self, pagehaul, site, chance):
        self.pagehaul, self.site, self.chance = pagehaul, site, chance
        self.killed = self.reported = self.checked = 0
        self.hashes = {}  # of the paths of this file
        self.longest = 0.2  # of a round that nobody was killed in, so that kills are spread over it

    def run(self, number, cache, kept):
        """Problems, empty when there are none. `kept`: the URLs that must be there, which it adds to."""
        begin = time.monotonic()
        loads = []
        for process in range(PROCESSES):
            # Each has a page of its own, and pages that others load, too.
            names = [f"{number}-{process}"] + [f"{number}-all-{page}" for page in range(PAGES - 1)]
            urls = [f"{self.site.url}/own/{name}" for name in names]
            loads.append(subprocess.Popen([self.pagehaul, "load", "--json", "--allow-private", "--cache", cache, *urls],
                                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True))
        doomed = []
        if number % 10 != 0:  # the others say how long a round takes
            chosen = self.chance.sample(loads, self.chance.randint(1, PROCESSES))
            doomed = sorted(((self.chance.uniform(0, self.longest), load) for load in chosen), key=lambda pair: pair[0])
        for when, load in doomed:
            time.sleep(max(0.0, begin + when - time.monotonic()))
            load.kill()
        problems = []
        for load in loads:
            out, errors = load.communicate(timeout=120)
            self.killed += load.returncode == -9
            if load.returncode not in (0, -9):
                problems.append(f"a load exits {load.returncode}: {errors}")
            if "locked" in errors:
                problems.append(errors)
            kept.update(self.loaded(out))
        if not doomed:
            self.longest = max(0.05, time.monotonic() - begin)
        return problems + self.check(cache, kept)

    def loaded(self, out):
        """The URLs of the pages that were reported, each after its resources, as loaded."""
        pending = []
        urls = set()
        for line in out.splitlines(keepends=True):
            if not line.endswith("\n"):
                break
            report = json.loads(line)
            if report["schema"].startswith("pagehaul.resource/"):
                pending.append(report["url"])
            elif report["schema"].startswith("pagehaul.page/"):
                if report["state"] == "loaded":
                    self.reported += 1
                    urls.update(pending)
                pending = []
        return urls

    def check(self, cache, kept):
        if not os.path.exists(cache):
            return [f"{len(kept)} entries are kept, and there is no file"] if kept else []
        problems = []
        verified = subprocess.run([self.pagehaul, "cache", "verify", "--cache", cache], capture_output=True, text=True)
        if verified.returncode != 0:
            problems.append(f"cache verify: {verified.stdout}{verified.stderr}")
        with sqlite3.connect(f"file:{cache}?mode=ro", uri=True) as connection:
            integrity = connection.execute("PRAGMA integrity_check").fetchall()
            stored = dict(connection.execute("SELECT url, sha256 FROM entries").fetchall())
        connection.close()
        if integrity != [("ok",)]:
            problems.append(f"integrity: {integrity}")
        lost = sorted(kept - stored.keys())
        if lost:
            problems.append(f"lost: {lost[:5]} ... {len(lost)} in all")
        for url, sha256 in stored.items():
            path = url.removeprefix(self.site.url)
            if path not in self.hashes:
                self.hashes[path] = made_site.sha256_of(path)
            if (sha256 or "").lower() != self.hashes[path]:
                problems.append(f"not what was sent: {url}")
        self.checked += len(stored)
        return problems


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("pagehaul")
    parser.add_argument("rounds", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds-a-file", type=int, default=10)
    arguments = parser.parse_args()
    site = made_site.MadeSite(0.001)
    rounds = Rounds(arguments.pagehaul, site, random.Random(arguments.seed))
    begin = time.monotonic()
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for number in range(arguments.rounds):
            if number % arguments.rounds_a_file == 0:
                for name in os.listdir(folder):
                    os.unlink(os.path.join(folder, name))
                kept = set()
                rounds.hashes.clear()
            problems = rounds.run(number, os.path.join(folder, "cache.db"), kept)
            failed += bool(problems)
            for problem in problems:
                print(f"round {number}: {problem}", flush=True)
    site.stop()
    print(f"{arguments.rounds} rounds (seed {arguments.seed}) in {time.monotonic() - begin:.0f} s: {rounds.killed} processes killed, "
          f"{rounds.reported} page loads reported, {rounds.checked} entries checked; {failed} rounds failed")
    if rounds.killed == 0 or rounds.reported == 0:
        print("nothing was tried: nobody was killed, or nobody got done")
        return 1
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
