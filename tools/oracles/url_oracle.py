#!/usr/bin/env python3
"""Parses generated URLs with `pagehaul url --batch` and with Node's URL (ada), and reports where they differ.

    url_oracle.py [--program build/release/pagehaul] [--count 100000] [--seed 1]

Where Node 20's ada differs from today's standard is counted apart: "^" in a path, which became part of the path percent-encode set in 2024; a
relative reference with a fragment against a base with an opaque path, which is a failure ("no scheme state"); a last ".." that leaves the
path of a URL that is not special empty instead of "/" ("path state"); a "." or ".." segment that it leaves where the path's first "/." begins
another one ("path state"); a blank at the end of an opaque path before "?" or "#", which is encoded ("opaque path state"); a label that
begins with an Arabic digit, which CheckBidi forbids (UTS 46, RFC 5893 rule 1); and a label "xn--ASCII-", whose Punycode stands for ASCII alone (UTS
46 revision 33, section 4, step 4).

Exits 1 when they differ otherwise, 77 (skipped) without Node.
"""
import argparse
import collections
import json
import random
import re
import shutil
import subprocess
import sys

NODE = """
const lines = require('fs').readFileSync(0, 'utf8').split('\\n').filter(Boolean);
console.log(lines.map(line => {
  const {input, base} = JSON.parse(line);
  try { return JSON.stringify({href: new URL(input, base).href}); } catch { return JSON.stringify({failure: true}); }
}).join('\\n'));
"""
SCHEMES = ["http:", "https:", "HTTP:", "ftp:", "ws:", "wss:", "data:", "mailto:", "javascript:", "blob:", "about:", "x-a:", "ht\ttp:", "1a:", ""]
SLASHES = ["//", "/", "", "///", "\\\\", "/\\", "\\", "////"]
HOSTS = ["example.org", "EXAMPLE.Org", "a.b.c", "127.0.0.1", "0x7f.1", "0177.0.0.01", "256.1.1.1", "1.2.3", "4294967295", "4294967296",
         "[::1]", "[1:2::3:4]", "[::ffff:1.2.3.4]", "[::1", "[1:2:3:4:5:6:7:8:9]", "[::g]", "b\u00fccher.de", "xn--bcher-kva.de", "\uff21.example",
         "fa\u00df.de", "a_b.c", "a b", "a%41b", "%zz", "a%2fb", "", ".", "..", "a..b", "a.", "\u3002a", "ex\u00adample.org", "1.2.3.4.5", "0x.0x.0",
         "a<b", "a^b", "xn--", "xn--a", "\u0660.1", "localhost", "-a-.b"]
CREDENTIALS = ["", "", "", "u@", "u:p@", ":@", "u:@", "@", "a b:c/d@", "\u00e9:%41@", "u@v@"]
PORTS = ["", "", "", ":80", ":443", ":21", ":0", ":00080", ":65535", ":65536", ":x", ":", ":8 0", ":8080"]
SEGMENTS = ["a", "b c", ".", "..", "%2e", "%2E%2e", ".%2e", "", "\u00e9", "%zz", "%41", "a;b", "c:", "C|", "c:x", "<>", "`{}", "^", "|", "\"", "'",
            "~", "\t", "\n", "\u0000", "\u2028", "\U0001f600", "a\\b", "[x]", "!$&()*+,=@"]
TAILS = ["", "", "", "?", "?q", "?a b=\u00e9&c='d\"<>#", "?%zz", "?\u2028`{}|^\\", "#", "#f", "#a b\"<>`{}|^\\#\u00e9", "?q#f", "?\U0001f600"]
EDGES = ["", "", "", "", " ", "\t", "\n", "\u0000", "\u0001 ", "\u00a0"]
BASES = ["http://host/dir/page?q#f", "https://user:pw@host:8443/a/b/../c", "ftp://h/x/", "http://h", "data:text/plain,x", "mailto:a@b", "about:blank",
         "x-a://h/p/q", "x-a:opaque", "blob:http://h/1", "javascript:1", "ws://h:80/", "http://[::1]:8080/a"]


def some_url(rng):
    path = "".join(rng.choice(["/", "/", "/", "\\"]) + rng.choice(SEGMENTS) for _ in range(rng.randrange(4)))
    kind = rng.random()
    if kind < 0.6:
        body = rng.choice(SCHEMES) + rng.choice(SLASHES) + rng.choice(CREDENTIALS) + rng.choice(HOSTS) + rng.choice(PORTS) + path
    elif kind < 0.8:
        body = path.lstrip("/") if rng.random() < 0.5 else path
    elif kind < 0.9:
        body = rng.choice(SLASHES) + rng.choice(HOSTS) + path
    else:
        body = rng.choice(SCHEMES) + rng.choice(SEGMENTS) + path
    url = body + rng.choice(TAILS)
    if rng.random() < 0.1 and url:
        at = rng.randrange(len(url))
        url = url[:at] + rng.choice(["\t", "\n", "%", ":", "@", "/", "?", "#", " ", "\u007f", "\u00ff"]) + url[at + rng.randrange(2):]
    return rng.choice(EDGES) + url + rng.choice(EDGES)


def answers(command, text):
    output = subprocess.run(command, input=text, check=True, capture_output=True, encoding="utf-8").stdout
    return [json.loads(line) for line in output.splitlines()]


OPAQUE_BASES = {"data:text/plain,x", "mailto:a@b", "about:blank", "x-a:opaque", "blob:http://h/1", "javascript:1"}


def without_dots(url):
    """Its "." and ".." segments taken out ("path state"), where the first "/." begins another segment."""
    scheme, separator, rest = url.partition("://")
    host, *segments = rest.split("/")
    kept = []
    for number, segment in enumerate(segments):
        if segment == "..":
            kept = kept[:-1]
        elif segment != ".":
            kept.append(segment)
        if segment in (".", "..") and number == len(segments) - 1:
            kept.append("")
    first = next((segment for segment in segments if segment.startswith(".")), "")
    return "/".join([scheme + separator + host, *kept]) if first not in (".", "..") else url


def known_deviation(case, ours, theirs):
    if ours == {"failure": True}:
        stripped = re.sub("[\t\n]", "", case["input"].strip("".join(map(chr, range(33)))))
        relative = not re.match("[A-Za-z][A-Za-z0-9+.-]*:", stripped)
        if relative and case["base"] in OPAQUE_BASES:
            return "opaque base"
        if re.match(r"[a-z]+:/*([^/?#]*@)?([^/?#.]*\.)*xn--[a-z0-9-]*-[.:/?#]", theirs.get("href", "")):
            return "xn-- of ASCII"
        return "bidi" if re.search("[\u0660-\u0669]", stripped) else None
    path, *rest = re.split("([?#])", theirs.get("href", ""), maxsplit=1)
    if path.replace("^", "%5E") + "".join(rest) == ours["href"]:
        return "^ in a path"
    if path.endswith(" ") and path[:-1] + "%20" + "".join(rest) == ours["href"]:
        return "last blank"
    if without_dots(path).replace("^", "%5E") + "".join(rest) == ours["href"]:
        return "later ."
    return "last .." if path + "/" + "".join(rest) == ours["href"] and not path.startswith(("http", "ws", "ftp")) else None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default="build/release/pagehaul")
    parser.add_argument("--count", type=int, default=100000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    if not shutil.which("node"):
        print("skipped: node is not installed", file=sys.stderr)
        return 77
    rng = random.Random(arguments.seed)
    cases = [{"input": some_url(rng), "base": rng.choice(BASES)} for _ in range(arguments.count)]
    text = "".join(json.dumps(case) + "\n" for case in cases)
    ours = answers([arguments.program, "url", "--batch"], text)
    theirs = answers(["node", "-e", NODE], text)
    if not len(ours) == len(theirs) == len(cases):
        sys.exit(f"{len(cases)} cases, {len(ours)} answers of pagehaul's, {len(theirs)} of Node's")
    different = []
    known = collections.Counter()
    for case, a, b in zip(cases, ours, theirs):
        deviation = known_deviation(case, a, b) if a != b else None
        if deviation:
            known[deviation] += 1
        elif a != b:
            different.append((case, a, b))
    for case, a, b in different[:50]:
        print(json.dumps(case), "\n  pagehaul", json.dumps(a), "\n  Node    ", json.dumps(b))
    valid = sum("href" in answer for answer in theirs)
    print(f"{len(cases)} URLs ({valid} valid), {len(different)} differences; Node differs from the standard by {dict(known)}")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
