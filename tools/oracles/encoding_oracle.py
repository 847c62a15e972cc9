#!/usr/bin/env python3
"""Decodes and encodes with pagehaul, with Chromium and with Node, and reports where they differ, as a table for docs/references.md.

    encoding_oracle.py [--program build/release/tests/text_codec] [--module FILE] [--random 20000] [--seed 1] [--only KIND] [--show 3]

Labels: every label of fixtures/encoding/labels.txt in several spellings, and several hundred names that are none. Decoding: every byte of the
single-byte encodings; every two-byte sequence of the multi-byte ones, alone and followed by "<a"; every three-byte sequence of EUC-JP; every
four-byte pointer of gb18030's BMP part and its edges; the escapes of ISO-2022-JP; and random mixtures of the bytes that matter, cut short or
not. Queries of URLs: every code point below U+30000 in a document of each encoding (Chromium only; Node has no documents).

--module names a JavaScript module that exports a TextDecoder after the standard, as encoding.js of the npm package @exodus/bytes. Node's ICU reads
most multi-byte encodings by older tables than the standard's. Where Chromium is known to leave the standard, its answers are counted apart: in
Big5 the four sequences that stand for two code points; in EUC-JP the three-byte flag that outlives an invalid third byte; in ISO-2022-JP
the invalid byte after an escape that was none.

Exits 1 when Chromium differs elsewhere, or the module does; 77 (skipped) without Chromium.
"""
import argparse
import encodings.aliases
import http.server
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile
import threading

ROOT = pathlib.Path(__file__).resolve().parents[2]
MULTI_BYTE = ["utf-8", "utf-16le", "utf-16be", "gbk", "gb18030", "big5", "euc-jp", "iso-2022-jp", "shift_jis", "euc-kr"]
# What the random mixtures are made of, besides any byte.
BYTES = {
    "utf-8": [0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC, 0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF4, 0xF5],
    "utf-16le": [0x00, 0xD7, 0xD8, 0xDB, 0xDC, 0xDF, 0xE0, 0xFE, 0xFF],
    "gb18030": [0x30, 0x31, 0x39, 0x3A, 0x40, 0x7E, 0x7F, 0x80, 0x81, 0x84, 0x85, 0x90, 0xA0, 0xA1, 0xA6, 0xA8, 0xE3, 0xFE, 0xFF],
    "big5": [0x3F, 0x40, 0x7E, 0x7F, 0x80, 0x81, 0x87, 0x88, 0x62, 0x64, 0xA0, 0xA1, 0xA3, 0xA5, 0xC6, 0xF9, 0xFE, 0xFF],
    "euc-jp": [0x8E, 0x8F, 0x80, 0xA0, 0xA1, 0xA2, 0xB0, 0xDF, 0xE0, 0xF4, 0xFD, 0xFE, 0xFF],
    "iso-2022-jp": [0x1B, 0x1B, 0x1B, 0x24, 0x24, 0x28, 0x28, 0x40, 0x42, 0x42, 0x49, 0x4A, 0x0E, 0x0F, 0x0A, 0x5C, 0x7E, 0x21, 0x5F, 0x60, 0x80],
    "shift_jis": [0x3F, 0x40, 0x7E, 0x7F, 0x80, 0x81, 0x9F, 0xA0, 0xA1, 0xDF, 0xE0, 0xEF, 0xF0, 0xF9, 0xFC, 0xFD, 0xFF],
    "euc-kr": [0x40, 0x41, 0x5A, 0x5B, 0x60, 0x61, 0x7A, 0x7B, 0x80, 0x81, 0xA0, 0xA1, 0xC6, 0xC7, 0xC8, 0xC9, 0xFD, 0xFE, 0xFF],
}
BYTES["utf-16be"] = BYTES["utf-16le"]
BYTES["gbk"] = BYTES["gb18030"]

KNOWN = {"decode big5": "88(62|64|a3|a5)", "decode euc-jp": "8f[a-f].", "decode iso-2022-jp": "1b(24|28)"}

SCRIPT = """
const fromHex = hex => Uint8Array.from(hex.match(/../g) ?? [], pair => parseInt(pair, 16));
const toHex = bytes => Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('');
function answer(task) {
  const [verb, ...words] = task.split(' ');
  if (verb === 'label') {
    try { return new TextDecoder(new TextDecoder().decode(fromHex(words[0]))).encoding.toLowerCase(); } catch { return '-'; }
  }
  const [name, hex] = words;
  if (verb === 'decode') {
    try {
      return toHex(new TextEncoder().encode(new TextDecoder(name, {ignoreBOM: true}).decode(fromHex(hex))));
    } catch { return 'unknown'; }
  }
  const link = document.createElement('a');
  link.href = 'http://h/?' + new TextDecoder().decode(fromHex(hex));
  return link.search.slice(1);
}
const answers = tasks => tasks.split('\\n').filter(Boolean).map(answer).join('\\n');
"""
NODE = SCRIPT + "process.stdout.write(answers(require('fs').readFileSync(0, 'utf8')));"
MODULE = SCRIPT + """import(process.argv[1]).then(module => {
  globalThis.TextDecoder = module.TextDecoder;
  process.stdout.write(answers(require('fs').readFileSync(0, 'utf8')));
});"""
PAGE = f"""<!doctype html><script>{SCRIPT}
fetch('tasks').then(tasks => tasks.text()).then(tasks => fetch('answers', {{method: 'POST', body: answers(tasks)}}))
  .then(() => document.title = 'done');</script>"""


def labels():
    for line in (ROOT / "fixtures/encoding/labels.txt").read_text().splitlines():
        yield from line.split()


def single_byte_encodings():
    return [line.split()[0] for line in (ROOT / "fixtures/encoding/single_byte.txt").read_text().splitlines()] + ["x-user-defined"]


def label_tasks():
    known = sorted(set(labels()))
    spellings = [spelling for label in known for spelling in (label, label.upper(), f" {label}\n", f"\t\f{label}\r", f"\u00a0{label}", f"\v{label}", label + "-",
                                                              label[1:], label.replace("-", "_"), label.replace("_", "-"), label.replace("-", ""))]
    others = sorted({*encodings.aliases.aliases, *encodings.aliases.aliases.values()})
    hexes = [spelling.encode().hex() for spelling in spellings + others + [other.replace("_", "-") for other in others] if spelling]
    return [f"label {digits}" for digits in dict.fromkeys(hexes)]


def two_bytes(name):
    for first in range(256):
        for second in range(256):
            yield bytes([first, second])
            yield bytes([first, second]) + (b"<\0a\0" if name == "utf-16le" else b"\0<\0a" if name == "utf-16be" else b"<a")


def longer(name):
    if name == "euc-jp":
        for second in range(256):
            for third in range(0x80, 256):
                yield bytes([0x8F, second, third])
    elif name in ("gbk", "gb18030"):
        edges = [0, 1, 39393, 39394, 39417, 39418, 39419, 39420, 39421, 188999, 189000, 189001, 1237574, 1237575, 1237576, 1260000, 1587599]
        for pointer in [*range(39500), *edges, *range(189000, 1237576, 997)]:
            yield bytes([0x81 + pointer // 12600, 0x30 + pointer // 1260 % 10, 0x81 + pointer // 10 % 126, 0x30 + pointer % 10])
    elif name == "utf-8":
        for first in (0xE0, 0xE1, 0xED, 0xEF, 0xF0, 0xF1, 0xF4, 0xF5):
            for second in range(0x7E, 0xC2):
                for third in (0x7F, 0x80, 0xBF, 0xC0):
                    yield from (bytes([first, second, third]), bytes([first, second, third, 0x80]), bytes([first, second, third, 0x3C]))
    elif name.startswith("utf-16"):
        units = [0x0000, 0x003C, 0xD7FF, 0xD800, 0xD83D, 0xDBFF, 0xDC00, 0xDE00, 0xDFFF, 0xE000, 0xFEFF, 0xFFFE, 0xFFFF]
        for first in units:
            for second in units:
                for third in units:
                    yield b"".join(unit.to_bytes(2, "little" if name == "utf-16le" else "big") for unit in (first, second, third))
    elif name == "iso-2022-jp":
        for state in (b"", b"\x1b(B", b"\x1b(J", b"\x1b(I", b"\x1b$@", b"\x1b$B"):
            for first in range(256):
                yield from (state + bytes([first]), state + b"!" + bytes([first]), b"x" + state + b"x" + bytes([0x1B, first]),
                            state + bytes([0x1B, 0x24, first]) + b"!!", state + bytes([0x1B, 0x28, first]) + b"!!")
        for first in range(0x21, 0x7F):
            for second in range(0x21, 0x7F):
                yield b"\x1b$B" + bytes([first, second])


def mixtures(name, rng, count):
    for _ in range(count):
        yield bytes(rng.choice(BYTES[name]) if rng.random() < 0.8 else rng.randrange(256) for _ in range(rng.randrange(1, 12)))


def decode_tasks(rng, count):
    groups = {"single-byte": [f"decode {name} {byte:02x}" for name in single_byte_encodings() for byte in range(256)]}
    for name in MULTI_BYTE:
        cases = [*(bytes([byte]) for byte in range(256)), *two_bytes(name), *longer(name), *mixtures(name, rng, count)]
        groups[name] = [f"decode {name} {digits}" for digits in dict.fromkeys(case.hex() for case in cases)]
    return groups


def query_tasks(name):
    """Eight code points a query, each between letters, so that a state left behind shows; and the ASCII ones by themselves."""
    points = [point for point in range(0x80, 0x30000) if not 0xD800 <= point <= 0xDFFF]
    texts = ["".join(chr(point) + "a" * (point % 3 == 0) for point in points[at:at + 8]) for at in range(0, len(points), 8)]
    texts += [chr(point) + "\u00e9" + chr(point) for point in range(0x21, 0x7F) if chr(point) != "#"]
    return [f"query {name} {text.encode().hex()}" for text in texts]


def run_codec(program, tasks):
    output = subprocess.run([program], input="\n".join(tasks) + "\n", check=True, capture_output=True, encoding="ascii").stdout
    return output.splitlines()


def run_node(tasks, script, *arguments):
    command = ["node", "-e", script, *arguments]
    return subprocess.run(command, input="\n".join(tasks), check=True, capture_output=True, encoding="ascii").stdout.split("\n")


def run_chromium(tasks, charset="utf-8"):
    answers = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def reply(self, body, kind):
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self):
            if self.path == "/tasks":
                self.reply("\n".join(tasks).encode(), "text/plain")
            else:
                self.reply(PAGE.encode("ascii"), f"text/html; charset={charset}")

        def do_POST(self):
            answers.extend(self.rfile.read(int(self.headers["Content-Length"])).decode("ascii").split("\n"))
            self.reply(b"", "text/plain")
            done.set()

        def log_message(self, *_):
            pass

    done = threading.Event()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as profile:
        browser = subprocess.Popen(["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0", f"--user-data-dir={profile}",
                                    f"http://127.0.0.1:{server.server_port}/"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            if not done.wait(300):
                raise TimeoutError(f"Chromium gave no answers in {charset}")
        finally:
            browser.terminate()
            browser.wait()
            server.shutdown()
    return answers


def differences(kind, tasks, ours, theirs, name, show):
    if len(ours) != len(tasks) or len(theirs) != len(tasks):
        raise RuntimeError(f"{kind}: {len(tasks)} tasks, {len(ours)} and {len(theirs)} answers from {name}")
    # TextDecoder refuses the replacement encoding by design.
    different = [place for place in range(len(tasks)) if ours[place] != theirs[place] and not (ours[place] == "replacement" and theirs[place] == "-")]
    for place in different[:show]:
        print(f"{tasks[place]}\n  pagehaul {ours[place]}\n  {name} {theirs[place]}", file=sys.stderr)
    return [tasks[place] for place in different]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default="build/release/tests/text_codec")
    parser.add_argument("--module", help="a JavaScript module with a TextDecoder after the standard")
    parser.add_argument("--random", type=int, default=20000, help="random mixtures of each multi-byte encoding")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="the kinds that contain this")
    parser.add_argument("--show", type=int, default=3, help="differences to show of each kind")
    arguments = parser.parse_args()
    if not shutil.which("chromium"):
        print("skipped: chromium is not installed", file=sys.stderr)
        return 77
    groups = {"labels": (label_tasks(), "utf-8")}
    groups |= {f"decode {name}": (tasks, "utf-8") for name, tasks in decode_tasks(random.Random(arguments.seed), arguments.random).items()}
    writable = single_byte_encodings() + [name for name in MULTI_BYTE if not name.startswith("utf-")]
    groups |= {f"query {name}": (query_tasks(name), name) for name in writable}
    modules = ["Node"] * bool(shutil.which("node")) + [arguments.module] * bool(arguments.module)
    print("| what | cases | Chromium differs | of these known | " + " | ".join("Node differs" if m == "Node" else "the standard's decoders differ" for m in modules) + " |")
    print("|---" * (4 + len(modules)) + "|")
    wrong = 0
    for kind, (tasks, charset) in groups.items():
        if arguments.only not in kind:
            continue
        ours = run_codec(arguments.program, tasks)
        chromium = differences(kind, tasks, ours, run_chromium(tasks, charset), "Chromium", arguments.show)
        known = [task for task in chromium if kind in KNOWN and re.search(KNOWN[kind], task.split()[-1])]
        wrong += len(chromium) - len(known)
        columns = []
        for module in modules:
            if kind.startswith("query"):
                columns.append("")
            elif module == "Node":
                columns.append(str(len(differences(kind, tasks, ours, run_node(tasks, NODE), module, 0))))
            else:
                columns.append(str(len(differences(kind, tasks, ours, run_node(tasks, MODULE, module), module, arguments.show))))
                wrong += int(columns[-1])
        print(f"| {kind} | {len(tasks)} | {len(chromium)} | {len(known)} | " + " | ".join(columns) + " |", flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
