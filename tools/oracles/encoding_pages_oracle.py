#!/usr/bin/env python3
"""Loads a page in every encoding, with that encoding's bytes in the paths and queries of its URLs, with Chromium and with `pagehaul load`, and
compares the requests that reached the server.

    encoding_pages_oracle.py [--program build/release/pagehaul] [--only NAME] [--record FILE]

The page names images in src, srcset, background, style and filter attributes and a style element, and a sheet without a charset of its own (so it
takes the page's) that names others, all with raw bytes from 0x80 on: those of some text, of every single byte, and broken ones; and characters by reference that the
encoding lacks; and a sheet in UTF-8. The encoding is told by the Content-Type header, by a meta element, or by both, differing. --record writes Chromium's answers as test
data. Exits 1 when they differ, 77 (skipped) without Chromium.
"""
import argparse
import pathlib
import shutil
import sys

import asked

ROOT = pathlib.Path(__file__).resolve().parents[2]
SAMPLES = {"gbk": "中文你好", "gb18030": "中文€㐀", "big5": "中文十", "euc-jp": "日本ｱ", "iso-2022-jp": "日本", "shift_jis": "日本ｱ", "euc-kr": "한글",
           "utf-8": "é日😀", "utf-16le": "é日😀", "utf-16be": "é日😀", "replacement": "x"}
PYTHON_NAMES = {"gbk": "gb18030", "big5": "big5hkscs", "shift_jis": "cp932", "euc-kr": "cp949"}
# Bytes that are no character, or half of one, with what must survive after them.
BROKEN = [b"\x80", b"\xff", b"\x81", b"\xa1", b"\xfe\xff", b"\xe3\x81"]

PAGES_AT_ONCE = 10
UTF8_SHEET = '@charset "utf-8";.u{background:url("u-é日?é日")}'.encode()


def encodings():
    names = []
    for line in (ROOT / "fixtures/encoding/labels.txt").read_text().splitlines():
        name = line.split()[-1]
        if name not in names:
            names.append(name)
    return names


def urls_of(encoding):
    """(path bytes, query bytes), as they stand in the markup."""
    if encoding.startswith("utf-16") or encoding == "replacement":
        return [(SAMPLES[encoding].encode("utf-8"),) * 2]
    pairs = [(b"&#xe9;&#x65e5;", b"&#xe9;&#x65e5;&#x1f600;")]
    if encoding in SAMPLES:
        sample = SAMPLES[encoding].encode(PYTHON_NAMES.get(encoding, encoding))
        pairs.append((sample, sample))
        if encoding != "iso-2022-jp":
            pairs += [(broken + b"z", broken + b".") for broken in BROKEN]
    else:
        for first in range(0x80, 0x100, 16):
            row = bytes(range(first, first + 16))
            pairs.append((row, row))
    return pairs


def page_of(encoding, meta):
    """The page's bytes and the sheet's."""
    utf16 = encoding.startswith("utf-16")
    out = [b"<!doctype html>"]
    if meta:
        out.append(b"<meta charset=" + meta.encode() + b">")
    out.append(b"<link rel=stylesheet href='s.css'><link rel=stylesheet href='u.css'><p class=u>x<style>")
    body = []
    sheet = []
    for number, (path, query) in enumerate(urls_of(encoding)):
        name = f"{number}-".encode()
        out.append(b"#r" + name + b"{background:url('r" + name + path + b"?" + query + b"')}\n")
        sheet.append(b"#c" + name + b"{background:url('c" + name + path.replace(b"&", b"\\26 ") + b"?" + query.replace(b"&", b"\\26 ") + b"')}\n")
        body += [b"<img src='i" + name + path + b"?" + query + b"'>", b"<img srcset='s" + name + path + b"?" + query + b" 1x'>",
                 b"<p style=\"background:url('a" + name + path + b"?" + query + b"')\">x",
                 b"<svg><rect width=9 height=9 filter=\"url('f" + name + path + b"?" + query + b"#x')\" /></svg>",
                 b"<table background='b" + name + path + b"?" + query + b"'><td>x</table>", b"<p id=r" + name + b">x<p id=c" + name + b">x"]
    page = b"".join(out) + b"</style>" + b"\n".join(body)
    css = b"".join(sheet)
    if utf16:
        return page.decode("utf-8").encode(encoding), css.decode("utf-8").encode(encoding)
    return page, css


def recorded_lines(cases, asked_for):
    """A line a URL: encoding, path and query as written (hexadecimal), and the target that Chromium asked for as img src and in a style attribute."""
    for folder, encoding in cases.items():
        if not folder.endswith("/header"):
            continue
        for number, (path, query) in enumerate(urls_of(encoding)):
            targets = []
            for kind in ("i", "a"):
                prefix = f"{folder}/{kind}{number}-"
                targets += [target[len(prefix):] for target in asked_for if target.startswith(prefix)]
            if len(targets) == 2:
                yield "\t".join([encoding, path.hex(), query.hex(), *targets]) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default="build/release/pagehaul")
    parser.add_argument("--only", default="", help="the encodings whose names contain this")
    parser.add_argument("--record", type=pathlib.Path)
    arguments = parser.parse_args()
    if not shutil.which("chromium"):
        print("skipped: chromium is not installed", file=sys.stderr)
        return 77
    cases = {}
    files = {}
    for encoding in encodings():
        if arguments.only not in encoding:
            continue
        ways = {"header": (encoding, ""), "meta": ("", encoding), "both": (encoding, "utf-8" if encoding != "utf-8" else "windows-1252")}
        if encoding.startswith("utf-16") or encoding == "replacement":
            ways = {"header": (encoding, "")}
        for way, (header, meta) in ways.items():
            page, css = page_of(encoding, meta)
            folder = f"/{encoding}/{way}"
            cases[folder] = encoding
            files[folder + "/index.html"] = ("text/html" + (f"; charset={header}" if header else ""), page)
            files[folder + "/s.css"] = ("text/css", css)
        files[folder + "/u.css"] = ("text/css", UTF8_SHEET)
    server = asked.Server(files)
    # Frames of one page, so many at a time.
    theirs = set()
    ours = set()
    folders = list(cases)
    for begin in range(0, len(folders), PAGES_AT_ONCE):
        frames = "".join(f"<iframe width=300 height=50 src={folder}/index.html></iframe>" for folder in folders[begin:begin + PAGES_AT_ONCE])
        server.files[f"/frames{begin}.html"] = ("text/html; charset=utf-8", f"<!doctype html>{frames}".encode())
        url = f"{server.origin}/frames{begin}.html"
        with asked.Chromium() as chromium:
            chromium.ask(url, scripting=True, server=server)
        theirs |= set(server.take())
        asked.ask_pagehaul(arguments.program, url, scripting=True)
        ours |= set(server.take())
    server.close()
    for target in sorted(theirs - ours):
        print(f"missed {target}")
    for target in sorted(ours - theirs):
        print(f"wrong {target}")
    different = len(theirs ^ ours)
    total = len(theirs)
    if arguments.record:
        arguments.record.write_text("".join(recorded_lines(cases, theirs)))
    print(f"{len(set(cases.values()))} encodings, {len(cases)} pages, {total} requests, {different} differences")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
