#!/usr/bin/env python3
"""Checks docs/wininet.md against the tests: every row names at least one, and each test that is named exists.

    wininet.py TREE
"""
import pathlib
import re
import sys

tree = pathlib.Path(sys.argv[1])
sources = "\n".join(file.read_text(encoding="utf-8") for file in sorted((tree / "tests").rglob("*.cc")))
existing = {f"{suite}.{name}" for suite, name in re.findall(r"^TEST(?:_[FP])?\(\s*(\w+),\s*(\w+)\)", sources, re.MULTILINE)}

problems, rows = [], 0
for number, line in enumerate((tree / "docs/wininet.md").read_text(encoding="utf-8").splitlines(), 1):
    if not line.startswith("|") or set(line) <= set("|-") or line.endswith("| proved by |"):
        continue
    rows += 1
    named = re.findall(r"`(\w+\.\w+)`", line.rstrip("| ").rsplit("|", 1)[1])
    if not named:
        problems.append(f"docs/wininet.md:{number}: no test")
    problems += [f"docs/wininet.md:{number}: no test {name}" for name in named if name not in existing]
if rows < 20:
    problems.append(f"docs/wininet.md: only {rows} rows found")
sys.exit("\n".join(problems) or 0)
