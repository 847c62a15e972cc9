#!/usr/bin/env python3
"""Asks `pagehaul get` every question of rows.py: one process a request, all of them sharing one cache file, against an origin whose every
byte the row decides. Time passes by PAGEHAUL_CLOCK_OFFSET, so nobody waits.

usage: cache_suite.py PAGEHAUL [--only TEXT] [--table FILE]    exit 1: a row failed, or FILE does not hold the table that is printed
"""

import argparse
import collections
import concurrent.futures
import json
import os
import socketserver
import subprocess
import sys
import tempfile
import threading
import time
from email.utils import formatdate

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import rows_more  # noqa: E402,F401  (it adds to ROWS)
from rows import NO_BODY, ROWS  # noqa: E402

DATES = {"date", "expires", "last-modified", "if-modified-since"}


class Failure(Exception):
    pass


class Play:
    """One row being played: what the origin is to answer, and what it saw."""

    def __init__(self, number, group, steps):
        self.number, self.group, self.steps = number, group, steps
        self.offset = 0  # seconds that have passed for both sides beyond the real clock
        self.seen = []  # (step, method, headers, status)

    def field(self, name, value, base):
        if isinstance(value, int) and name.lower() in DATES:
            value = formatdate(time.time() + self.offset + value, usegmt=True)
        return f"{name}: {value.replace('BASE', base)}\r\n"


class Origin(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answer)
        self.plays = {}
        self.base = f"http://127.0.0.1:{self.server_address[1]}"


class Answer(socketserver.StreamRequestHandler):
    def handle(self):
        line = self.rfile.readline().decode("latin-1").split()
        if len(line) != 3:
            return
        headers = collections.defaultdict(list)
        while (field := self.rfile.readline().decode("latin-1").strip()):
            name, _, value = field.partition(":")
            headers[name.lower()].append(value.strip())
        headers = {name: ", ".join(values) for name, values in headers.items()}
        self.rfile.read(int(headers.get("content-length", 0)))
        play = self.server.plays[int(line[1].split("/")[2].split("?")[0])]
        self.answer(play, int(headers["step"]), line[0], headers)

    def answer(self, play, number, method, headers):
        step = play.steps[number - 1]
        base = f"{self.server.base}/t/{play.number}"
        status = step.status
        if step.served in ("etag", "date"):
            status = 304 if self.is_confirmed(play, number, headers, step.served) else 599
        play.seen.append((number, method, headers, status))
        if step.disconnect:
            return
        out = ""
        for code, fields in step.interim:
            out += f"HTTP/1.1 {code} Interim\r\n" + "".join(play.field(n, v, base) for n, v in fields) + "\r\n"
        out += f"HTTP/1.1 {status} Status\r\nServed-Step: {number}\r\n"
        out += "".join(play.field(name, value, base) for name, value in step.fields)
        names = {name.lower() for name, _ in step.fields}
        if "content-type" not in names:
            out += "Content-Type: text/plain\r\n"
        body = (step.body if step.body is not None else f"body of {play.number}").encode()
        if status in NO_BODY:
            body = b""
        elif not names & {"content-length", "transfer-encoding"}:
            out += f"Content-Length: {len(body)}\r\n"
        self.wfile.write(out.encode() + b"\r\n")
        if method != "HEAD":
            self.wfile.write(body[: step.cut] if step.cut is not None else body)

    @staticmethod
    def is_confirmed(play, number, headers, kind):
        name, condition = ("etag", "if-none-match") if kind == "etag" else ("last-modified", "if-modified-since")
        given = [value for n, value in play.steps[number - 2].fields if n.lower() == name]
        sent = headers.get(condition)
        return sent is not None and bool(given) and (kind == "date" or sent == given[0])


def value_of(headers, name):
    values = [value for n, value in headers if n.lower() == name.lower()]
    return ", ".join(values) if values else None


def run(program, cache, play, number, base):
    step = play.steps[number - 1]
    command = [program, "get", "--json", "--cache", cache, "--retry", "0", "-H", f"Step: {number}", "-X", step.method, *step.options]
    if step.data is not None:
        command += ["-d", step.data]
    for name, value in step.send:
        command += ["-H", play.field(name, value, base).strip() if isinstance(value, int) else f"{name}: {value}"]
    environment = {"PATH": os.environ["PATH"], "PAGEHAUL_CLOCK_OFFSET": f"{play.offset}s", "no_proxy": "*"}
    if "ASAN_OPTIONS" in os.environ:
        environment["ASAN_OPTIONS"] = os.environ["ASAN_OPTIONS"]
    done = subprocess.run(command + [f"{base}{step.path}"], capture_output=True, env=environment, timeout=60)
    try:
        return json.loads(done.stdout)
    except ValueError:
        raise Failure(f"step {number}: exit {done.returncode}: {done.stderr.decode(errors='replace').strip()}") from None


def check(play, number, answer):
    step = play.steps[number - 1]

    def fail(text):
        raise Failure(f"step {number}: {text}")

    headers = answer["headers"]
    mine = [seen for seen in play.seen if seen[0] == number]
    if step.expect_unseen and mine:
        fail("the origin was asked")
    if step.expect_word and answer["cache"] != step.expect_word:
        fail(f"cache is {answer['cache']}, not {step.expect_word}")
    if step.expect_status == "error":
        if not answer["error"]:
            fail(f"status {answer['status']} instead of an error")
        return
    if answer["error"] and step.expect_status is not None:
        fail(f"error {answer['error']['message']}")
    origin_step = int(value_of(headers, "Served-Step") or 0)
    if step.served == "stored" and not origin_step < number:
        fail("not answered from the store")
    if step.served == "asked" and origin_step != number:
        fail(f"answered with the response of step {origin_step}")
    if step.served in ("etag", "date") and not any(seen[3] == 304 for seen in mine):
        fail("not validated")
    wanted = step.expect_status
    if wanted == "same":
        if step.served == "stored":  # the answer of an earlier step
            wanted = play.steps[max(origin_step, 1) - 1].status
        else:
            wanted = 200 if step.served in ("etag", "date") else step.status
    if wanted is not None and answer["status"] != wanted:
        fail(f"status {answer['status']}, not {wanted}")
    for code, fields in step.interim:
        if not any(shown[0] == code and all(value_of(shown[1], n) == v for n, v in fields) for shown in answer["interim"]):
            fail(f"interim response {code} is not shown")
    for item in step.expect:
        name = item if isinstance(item, str) else item[0]
        value = value_of(headers, name)
        if value is None:
            fail(f"{name} is missing")
        if not isinstance(item, str) and len(item) == 2 and value != item[1]:
            fail(f"{name} is {value}, not {item[1]}")
        if not isinstance(item, str) and len(item) == 3 and not int(value) > item[2]:
            fail(f"{name} is {value}, not above {item[2]}")
    for name in step.expect_missing:
        if value_of(headers, name) is not None:
            fail(f"{name} is there: {value_of(headers, name)}")
    body = step.expect_body
    if body == "same":
        body = step.body if step.body is not None else f"body of {play.number}"
        if step.served == "stored" and origin_step:
            given = play.steps[origin_step - 1].body
            body = given if given is not None else body
    if body is not None and answer["status"] not in NO_BODY and answer["body"] != body:
        fail(f"body {answer['body']!r}, not {body!r}")
    if step.expect_sent or step.expect_unsent:
        if not mine:
            fail("the origin was not asked")
        for name, value in step.expect_sent:
            if mine[0][2].get(name.lower()) != value:
                fail(f"{name} was sent as {mine[0][2].get(name.lower())}, not {value}")
        for name in step.expect_unsent:
            if name.lower() in mine[0][2]:
                fail(f"{name} was sent: {mine[0][2][name.lower()]}")


def play_row(origin, program, cache, number, group, steps):
    play = origin.plays[number] = Play(number, group, steps)
    base = f"{origin.base}/t/{number}"
    try:
        for index in range(1, len(steps) + 1):
            check(play, index, run(program, cache, play, index, base))
            play.offset += steps[index - 1].wait
    except (Failure, subprocess.TimeoutExpired) as failure:
        return str(failure)
    return None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--only", default="")
    parser.add_argument("--table")
    arguments = parser.parse_args()
    chosen = [(i, row) for i, row in enumerate(ROWS) if arguments.only in f"{row[0]}: {row[3]}"]
    origin = Origin()
    threading.Thread(target=origin.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(4) as pool:
        cache = os.path.join(folder, "cache.db")
        results = list(pool.map(lambda item: play_row(origin, arguments.program, cache, item[0], item[1][0], item[1][4]), chosen))
        verified = subprocess.run([arguments.program, "cache", "verify", "--cache", cache], capture_output=True)
    table = collections.OrderedDict()
    failed = collections.Counter()
    for (_, (group, clause, kind, name, _)), failure in zip(chosen, results):
        counts = table.setdefault(group, collections.Counter())
        counts[kind] += 1
        counts[kind, "passed"] += failure is None
        if failure:
            failed[kind] += 1
            print(f"{kind}: {group}: {name} (RFC {clause}): {failure}")
    kinds = ("required", "optimal", "check")
    lines = ["| group | required | optimal | check |", "|---|---|---|---|"]
    total = sum(table.values(), collections.Counter())
    for group, counts in [*table.items(), ("all", total)]:
        cells = [f"{counts[k, 'passed']} of {counts[k]}" if counts[k] else "" for k in kinds]
        lines.append(f"| {group} | " + " | ".join(cells) + " |")
    printed = "\n".join(lines)
    print(printed)
    if arguments.table:
        with open(arguments.table, encoding="utf-8") as document:
            if printed not in document.read():
                print(f"{arguments.table} has another table")
                return 1
    if verified.returncode != 0:
        print(verified.stdout.decode(errors="replace"), verified.stderr.decode(errors="replace"))
        return 1
    return 1 if failed else 0


sys.exit(main())
