#!/usr/bin/env python3
"""pages.py BUILD [--runs N] [--delay MS] [--sites news,gallery]: loads the fixture sites over loopback, each response
delayed, with pagehaul and with the peers that are installed, in turns; prints medians, and ratios to pagehaul's time.

  wget2     wget2 -p: page requisites, as its users ask for them
  curl      curl --parallel with the list of what pagehaul found: no discovery, so what the network alone costs it
  chromium  headless Chromium, which renders, too

Requests are counted at the server. Ratios within one run are what counts: the times are of one machine and one moment."""

import argparse
import json
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time


class Server:
    def __init__(self, build, site, delay, log):
        self.log = log
        self.process = subprocess.Popen([os.path.join(build, "fixture-server"), "--site", site, "--delay", str(delay), "--log", log],
                                        stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        found = re.match(r"listening on (\S+)", line)
        if not found:
            sys.exit(f"pages.py: the fixture server does not start: {line}")
        self.url = found.group(1)

    def taken(self):
        """The requests and connections since the last call."""
        with open(self.log) as log:
            requests = [json.loads(line) for line in log]
        open(self.log, "w").close()
        return len(requests), len({request["connection"] for request in requests})

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


def measure(command, folder):
    begin = time.monotonic()
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return {"time": time.monotonic() - begin, "cpu": usage.ru_utime + usage.ru_stime, "memory": usage.ru_maxrss / 1024,
            "exit": process.returncode}


def urls_of(pagehaul, url):
    lines = subprocess.run([pagehaul, "load", "--no-store", "--json", url], capture_output=True, text=True).stdout.splitlines()
    objects = [json.loads(line) for line in lines]
    return [each["url"] for each in objects if each["schema"].startswith("pagehaul.resource/")]


def commands(pagehaul, url):
    """A name, and what makes the command for a new folder."""
    listed = urls_of(pagehaul, url)

    def curl(folder):
        with open(os.path.join(folder, "list"), "w") as file:
            file.writelines(f'url = "{each}"\noutput = "{number}"\n' for number, each in enumerate(listed))
        return ["curl", "--parallel", "--silent", "--config", "list"]

    everyone = [
        ("pagehaul", lambda folder: [pagehaul, "load", "--quiet", "--cache", "c.db", url]),
        ("wget2", lambda folder: ["wget2", "-q", "-p", "-H", "--no-hsts", url]),
        ("curl", curl),
        ("chromium", lambda folder: ["chromium", "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder}/profile",
                                     "--disable-background-networking", "--no-first-run", "--screenshot=s.png", url]),
    ]
    for name, command in everyone:
        program = pagehaul if name == "pagehaul" else name
        if shutil.which(program):
            yield name, command
        else:
            print(f"{name} is not installed: left out")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--delay", type=int, default=20)
    parser.add_argument("--sites", default="news,gallery")
    arguments = parser.parse_args()
    pagehaul = os.path.abspath(os.path.join(arguments.build, "pagehaul"))
    sites = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fixtures", "sites")
    with tempfile.TemporaryDirectory() as folder:
        for site in arguments.sites.split(","):
            server = Server(arguments.build, os.path.join(sites, site), arguments.delay, os.path.join(folder, "log"))
            peers = list(commands(pagehaul, server.url))
            server.taken()
            results = {name: [] for name, _ in peers}
            for run in range(arguments.runs):
                for name, command in peers:
                    place = os.path.join(folder, f"{site}-{name}-{run}")
                    os.mkdir(place)
                    result = measure(command(place), place)
                    result["requests"], result["connections"] = server.taken()
                    results[name].append(result)
                    shutil.rmtree(place)
            server.stop()
            print(f"\n{site}, {arguments.delay} ms a response, median of {arguments.runs}")
            print(f"{'':10} {'time':>9} {'ratio':>6} {'cpu':>9} {'memory':>9} {'requests':>9} {'connections':>12}")
            ours = statistics.median(each["time"] for each in results["pagehaul"])
            for name, _ in peers:
                middle = {key: statistics.median(each[key] for each in results[name]) for key in results[name][0]}
                note = "" if middle["exit"] == 0 else f"  exit {middle['exit']:.0f}"
                print(f"{name:10} {middle['time'] * 1000:6.0f} ms {middle['time'] / ours:6.2f} {middle['cpu'] * 1000:6.0f} ms "
                      f"{middle['memory']:6.1f} MB {middle['requests']:9.0f} {middle['connections']:12.0f}{note}")


if __name__ == "__main__":
    main()
