#!/usr/bin/env python3
"""Checks every include line of a source tree against the rooms of docs/architecture.md: who may enter which.

    rooms.py TREE     prints each violation as FILE:LINE: why, and exits 1 when there is one
"""
import dataclasses
import pathlib
import re
import sys


@dataclasses.dataclass(frozen=True)
class Room:
    folders: tuple  # of the tree; its public headers stand in the include root beside them
    sees: tuple = ()  # rooms whose public headers it may include, beside its own
    libraries: tuple = ()  # prefixes of the library headers its .cc files may include
    headers: tuple = ()  # its public headers
    system: bool = False  # may use the operating system: sockets, files, processes
    shared: tuple = ()  # folders, or single internal headers, that it may include from beside its own


ROOMS = {
    "url": Room(("parser/url",), libraries=("iconv.h", "idn2.h"), headers=("url.h", "encoding.h")),
    "html": Room(("parser/html",), ("url", "parser"), ("gumbo.h", "dlfcn.h", "pthread.h", "setjmp.h"), shared=("parser/css", "parser/url/ascii.h", "parser/url/utf8.h")),
    "css": Room(("parser/css",), ("url", "parser")),
    "parser": Room((), ("url",), headers=("references.h", "page_document.h")),
    "http": Room(("cache/http",), (), ("zlib.h", "brotli/", "zstd.h"),
                 ("status.h", "headers.h", "cache_policy.h", "content_coding.h", "cache_status.h")),
    "store": Room(("cache/store",), ("http",), ("sqlite3.h", "openssl/evp.h", "zstd.h"), ("store.h", "body_hasher.h", "store_archive.h", "store_backup.h", "store_merge.h", "store_process.h", "store_query.h", "store_repair.h"), system=True),
    "engine": Room(("loader/engine", "loader/never_called"), ("http", "url"), ("curl/", "openssl/", "libpsl.h"), ("engine.h", "ftp.h"), system=True),
    "page": Room(("loader/page",), ("engine", "parser", "url", "store", "http"), headers=("page_load.h",), system=True,
                 shared=("loader/engine/redirect.h", "loader/engine/site.h")),  # its hops ask the cache, by the engine's rules
    "cli": Room(("cli",), ("page", "engine", "parser", "url", "store", "http"), ("CLI/", "fmt/", "nlohmann/", "openssl/crypto.h", "openssl/evp.h"), system=True),
    "fixtures": Room(("fixtures",), libraries=("zlib.h", "nlohmann/"), system=True),
}
HEADER_ROOT = re.compile(r"^\w+/include/pagehaul/(\w+\.h)$")
INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]*)"|<([^>]*)>|(\S.*))')
STANDARD = re.compile(r"^[a-z_0-9]+$")  # <vector>, <cstdint>
SYSTEM = re.compile(r"^((sys|netinet|arpa|linux|net|bits)/\w+|fcntl|fnmatch|malloc|regex|pthread|unistd|poll|netdb|signal|termios|spawn|dirent|glob|pwd)\.h$")
# What the leaves and the libraries never do, whatever else they may: print; and, in the leaves that are pure, files and threads.
NEVER_IN_A_LIBRARY = {"iostream"}
IMPURE = {"fstream", "filesystem", "thread", "future", "condition_variable", "random"}
PURE_ROOMS = {"url", "html", "css", "parser", "http"}


def room_of(path):
    header = HEADER_ROOT.match(path)
    for name, room in ROOMS.items():
        if (header and header[1] in room.headers) or any(path.startswith(folder + "/") for folder in room.folders):
            return name
    return None


def violation(tree, path, name, quoted, bracketed):
    """Why this include line may not stand in this file; None when it may."""
    room = ROOMS[name]
    public = HEADER_ROOT.match(path)
    if quoted is not None:
        if quoted.startswith("pagehaul/"):
            owner = next((other for other, r in ROOMS.items() if quoted[9:] in r.headers), None)
            if owner is None:
                return f"no room offers {quoted}"
            return None if owner == name or owner in room.sees else f"{name} may not see {owner} ({quoted})"
        if public:
            return f"a public header includes only public headers ({quoted})"
        return None if internal(tree, path, room, quoted) else f"{quoted} is no file that {name} may see"
    if bracketed in NEVER_IN_A_LIBRARY and name not in ("cli", "fixtures"):
        return f"a library never prints (<{bracketed}>)"
    if bracketed in IMPURE and name in PURE_ROOMS and not public:
        return f"{name} is pure: no files, no threads (<{bracketed}>)"
    if STANDARD.match(bracketed) or (SYSTEM.match(bracketed) and room.system and not public):
        return None
    if not public and any(bracketed.startswith(prefix) for prefix in room.libraries):
        return None
    return f"{name}{' headers' if public else ''} may not include <{bracketed}>"


def internal(tree, path, room, quoted):
    """Is the quoted name, from the including file's folder or else from its include root, a file of the room's?"""
    candidates = [pathlib.PurePosixPath(path).parent / quoted, pathlib.PurePosixPath(path.split("/")[0]) / quoted]
    found = next((str(c) for c in candidates if (tree / c).is_file()), "")
    return ".." not in found and (found in room.shared or any(found.startswith(folder + "/") for folder in room.folders + room.shared))


def check(tree):
    tree = pathlib.Path(tree)
    top_folders = sorted({folder.split("/")[0] for room in ROOMS.values() for folder in room.folders})
    files = [f for top in top_folders for f in sorted((tree / top).rglob("*")) if f.suffix in (".h", ".cc")]
    problems = []
    for file in files:
        path = file.relative_to(tree).as_posix()
        name = room_of(path)
        if name is None:
            problems.append(f"{path}:1: stands in no room")
            continue
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            include = INCLUDE.match(line)
            if not include:
                continue
            why = "an include line names its file" if include[3] else violation(tree, path, name, include[1], include[2])
            if why:
                problems.append(f"{path}:{number}: {why}")
    return len(files), problems


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    count, found = check(sys.argv[1])
    print(*found, sep="\n", end="\n" if found else "")
    if count == 0:
        sys.exit(f"{sys.argv[1]}: no source files")
    print(f"{count} files, {len(found)} violations")
    sys.exit(1 if found else 0)
