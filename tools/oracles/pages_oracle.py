#!/usr/bin/env python3
"""Loads the made-up pages of fixtures/browser_pages with Chromium and with `pagehaul load`, scripts off and on, and compares the requests that
reached the server.

    pages_oracle.py [--program build/release/pagehaul] [--only NAME] [--record] [--file FILE]

--record writes Chromium's requests into the files as lines ">> off|on|both TARGET", which tests compare with. Where a difference is known and
stays, the page's line "## WHY: TARGET" says so. Exits 1 when they differ otherwise, 77 (skipped) without Chromium.
"""
import argparse
import pathlib
import re
import shutil
import sys

import asked

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "fixtures/browser_pages"


class Page:
    def __init__(self, text):
        head, _, rest = text.partition("\n")
        match = re.fullmatch(r"(\S+)(?: (\d+)x(\d+)@(\S+))?", head)
        self.head = head
        self.name = match[1]
        self.screen = (int(match[2]), int(match[3]), float(match[4])) if match[2] else (1280, 800, 1)
        self.known = set(re.findall(r"^## .*: (\S+)$", rest, re.M))
        self.body = re.sub(r"^>> .*\n?", "", rest, flags=re.M).rstrip("\n") + "\n"
        files = re.split(r"^-- (\S+)\n", re.sub(r"^## .*\n?", "", self.body, flags=re.M), flags=re.M)
        self.files = dict(zip(["index.html"] + files[1::2], files[0::2]))


def read_pages(path):
    return [Page(text) for text in re.split(r"^== ", path.read_text(), flags=re.M)[1:]]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default="build/release/pagehaul")
    parser.add_argument("--only", default="")
    parser.add_argument("--file", default="")
    parser.add_argument("--record", action="store_true")
    arguments = parser.parse_args()
    if not shutil.which("chromium"):
        print("skipped: chromium is not installed", file=sys.stderr)
        return 77
    pages = requests = different = known = 0
    with asked.Chromium() as chromium:
        for path in sorted(FOLDER.glob("*.txt")):
            if arguments.file not in path.name:
                continue
            out = []
            for page in read_pages(path):
                if arguments.only not in page.name:
                    continue
                pages += 1
                folder = f"/{page.name}/"
                files = {}
                for name, text in page.files.items():
                    kind = asked.TYPES.get(name.rsplit(".", 1)[-1], "text/html")
                    files[folder + name] = (kind + ("; charset=utf-8" if kind == "text/html" else ""), text.encode())
                server = asked.Server(files)
                url = server.origin + folder + "index.html"
                theirs = {}
                for scripting in (False, True):
                    run = "on" if scripting else "off"
                    chromium.ask(url, scripting, *page.screen, server=server)
                    theirs[run] = {target.removeprefix(folder) for target in server.take()}
                    asked.ask_pagehaul(arguments.program, url, scripting, *page.screen)
                    ours = {target.removeprefix(folder) for target in server.take()}
                    requests += len(theirs[run])
                    for what, targets in (("missed", theirs[run] - ours), ("wrong", ours - theirs[run])):
                        for target in sorted(targets):
                            known += target in page.known
                            different += target not in page.known
                            if target not in page.known:
                                print(f"{page.name} {run}: {what} {target}", flush=True)
                server.close()
                lines = [f">> {'both' if target in theirs['off'] & theirs['on'] else 'off' if target in theirs['off'] else 'on'} {target}\n"
                         for target in sorted(theirs["off"] | theirs["on"]) if target != "index.html"]
                out.append(f"== {page.head}\n{page.body}{''.join(lines)}\n")
            if arguments.record and not arguments.only:
                path.write_text("".join(out))
    print(f"{pages} pages, {requests} requests, {different} differences, {known} known ones")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
