#!/usr/bin/env python3
"""Compares what `pagehaul refs` finds on real pages with what Chromium asked for, and prints the table.

    compare_chromium.py DATA [--program build/release/pagehaul] [--markdown] [--differences]

DATA holds pages/NAME.html and chromium/NAME.json: the requests of one page as `urls` ([type, url]) and `runs` (run -> indexes).
A request's fragment is left off. Icons, prefetches and refreshes happen by chance and count neither way.
"""
import argparse
import collections
import concurrent.futures
import json
import pathlib
import subprocess
import sys

RUNS = {
    "nojs": ["--scripting", "off", "--exclude", "script"],
    "nojs_m": ["--scripting", "off", "--exclude", "script", "--viewport", "400x800", "--dpr", "2"],
    "js_scroll": ["--scripting", "on"],
}
BY_CHANCE = {"icon", "prefetch", "refresh"}
# What Chromium's types are called here.
KINDS = {"stylesheet": "style", "iframe": "frame", "media": "video"}


def found_by(program, page, base, options):
    command = [program, "refs", "--base", base, *options, str(page)]
    lines = subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout.splitlines()
    return [json.loads(line) for line in lines]


class Result:
    """One page in one run."""

    def __init__(self, program, page, chromium, run):
        asked = {}
        chance = set()
        for index in chromium["runs"][run]:
            kind, url = chromium["urls"][index]
            url = url.split("#")[0]
            if kind in BY_CHANCE:
                chance.add(url)
            else:
                asked.setdefault(url, KINDS.get(kind, kind))
        found = {}
        for reference in found_by(program, page, chromium["base"], RUNS[run]):
            if reference["kind"] in BY_CHANCE:
                chance.add(reference["url"])
            else:
                found.setdefault(reference["url"], reference)
        self.page = page.stem
        self.run = run
        self.right = {url: kind for url, kind in asked.items() if url in found}
        self.missed = {url: kind for url, kind in asked.items() if url not in found and url not in chance}
        self.wrong = {url: reference for url, reference in found.items() if url not in asked and url not in chance}

    def equal(self):
        return not self.missed and not self.wrong


def percent(part, rest):
    return 100.0 * part / (part + rest) if part + rest else 100.0


def table(results, markdown):
    kinds = collections.defaultdict(lambda: collections.defaultdict(lambda: [0, 0, 0]))
    equal = collections.Counter()
    pages = collections.Counter()
    for result in results:
        pages[result.run] += 1
        equal[result.run] += result.equal()
        for column, kind in [(0, k) for k in result.right.values()] + [(1, k) for k in result.missed.values()] + [
                (2, r["kind"]) for r in result.wrong.values()]:
            kinds[result.run][kind][column] += 1
            kinds[result.run]["all"][column] += 1
    line = "| {} | {} | {} | {} | {} | {} | {} | {} |" if markdown else "{:<10} {:<10} {:>6} {:>7} {:>6} {:>9} {:>10} {:>12}"
    print(line.format("run", "kind", "right", "missed", "wrong", "recall", "precision", "equal pages"))
    if markdown:
        print("|---|---|---|---|---|---|---|---|")
    for run in RUNS:
        for kind in sorted(kinds[run], key=lambda k: (k == "all", k)):
            right, missed, wrong = kinds[run][kind]
            same = f"{equal[run]} of {pages[run]}" if kind == "all" else ""
            print(line.format(run, kind, right, missed, wrong, f"{percent(right, missed):.2f}%", f"{percent(right, wrong):.2f}%", same))


def differences(results):
    for result in sorted(results, key=lambda r: (r.page, r.run)):
        for url, kind in sorted(result.missed.items()):
            print(f"{result.page} {result.run}: missed {kind} {url}")
        for url, reference in sorted(result.wrong.items()):
            where = f"{reference['element']} {reference['attribute']} at {reference['offset']}"
            print(f"{result.page} {result.run}: not asked for: {reference['kind']} {url} ({where})")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("--program", default="build/release/pagehaul")
    parser.add_argument("--markdown", action="store_true", help="the table as Markdown")
    parser.add_argument("--differences", action="store_true", help="list each difference, too")
    arguments = parser.parse_args()
    work = []
    for page in sorted((arguments.data / "pages").glob("*.html")):
        chromium = json.loads((arguments.data / "chromium" / (page.stem + ".json")).read_text(encoding="utf-8"))
        work += [(arguments.program, page, chromium, run) for run in RUNS]
    if not work:
        sys.exit(f"{arguments.data}: no pages")
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda job: Result(*job), work))
    table(results, arguments.markdown)
    if arguments.differences:
        differences(results)


if __name__ == "__main__":
    main()
