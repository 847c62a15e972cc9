#!/usr/bin/env python3
"""Checks the documents against the tree: the README's C++ is the program that the consumer test builds and runs, and every relative
link of a document leads to a file.

    readme.py TREE
"""
import pathlib
import re
import sys

tree = pathlib.Path(sys.argv[1])
problems = []

readme = (tree / "README.md").read_text(encoding="utf-8")
example = (tree / "tests/consumer/load.cc").read_text(encoding="utf-8")
if re.findall(r"```cpp\n(.*?)```", readme, re.DOTALL) != [example]:
    problems.append("README.md: its C++ block differs from tests/consumer/load.cc")

documents = [*tree.glob("*.md"), *tree.glob("docs/**/*.md")]
for document in documents:
    prose = re.sub(r"```.*?```", "", document.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", prose):
        if not re.match(r"[a-z]+:", target) and not (document.parent / target).exists():
            problems.append(f"{document.relative_to(tree)}: no file {target}")

sys.exit("\n".join(problems) or 0)
