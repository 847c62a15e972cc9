#!/usr/bin/env python3
"""The include rules catch what they are for, and let pass what is right."""
import pathlib
import re
import tempfile
import unittest

import rooms

LEGAL = [
    ("parser/include/pagehaul/references.h", '#include <vector>\n#include "pagehaul/url.h"'),
    ("parser/url/host.cc", '#include <idn2.h>\n#include "pagehaul/url.h"\n#include "url/punycode.h"'),
    ("parser/url/decode.cc", "#include <iconv.h>"),
    ("parser/html/tree.cc", '#include <gumbo.h>\n#include "tree.h"\n#include "html/walk.h"\n#include "css/tokenizer.h"'),
    ("cache/http/policy.cc", '#include "pagehaul/cache_policy.h"\n#include <zlib.h>\n#include <brotli/decode.h>'),
    ("cache/store/chunks.cc", "#include <sqlite3.h>\n#include <openssl/evp.h>\n#include <zstd.h>\n#include <sys/stat.h>"),
    ("loader/engine/transfer.cc", '#include <curl/curl.h>\n#include "pagehaul/url.h"\n  #  include <sys/epoll.h>'),
    ("loader/page/ledger.cc", '#include "pagehaul/store.h"\n#include "page/ledger.h"'),
    ("cli/get.cc", '#include <CLI/CLI.hpp>\n#include <fmt/format.h>\n#include "pagehaul/page_load.h"\n#include <iostream>'),
    ("fixtures/server/reply.cc", '#include <zlib.h>\n#include <sys/socket.h>\n#include "reply.h"'),
    ("parser/css/comment.cc", "// #include <curl/curl.h> would be wrong\nint include;"),
]

ILLEGAL = [
    ("parser/url/host.cc", '#include "pagehaul/headers.h"'),  # a leaf sees no other room
    ("parser/url/host.cc", '#include "pagehaul/references.h"'),  # nor what stands on it
    ("parser/css/tokens.cc", "#include <gumbo.h>"),  # only html sees gumbo
    ("parser/css/tokens.cc", '#include "html/tree.h"'),
    ("parser/html/tree.cc", "#include <iconv.h>"),  # only url sees iconv and idn2
    ("parser/html/tree.cc", "#include <idn2.h>"),
    ("parser/html/tree.cc", '#include "url/table.h"'),  # another room's folder
    ("parser/html/tree.cc", '#include "html/../url/table.h"'),
    ("parser/html/tree.cc", '#include "html/missing/../../url/table.h"'),
    ("parser/html/tree.cc", "#include <thread>"),  # text in, values out
    ("parser/html/tree.cc", "#include <sys/socket.h>"),
    ("parser/include/pagehaul/references.h", "#include <gumbo.h>"),  # a public header shows no library
    ("parser/include/pagehaul/references.h", '#include "html/tree.h"'),
    ("cache/http/policy.cc", "#include <sqlite3.h>"),
    ("cache/http/policy.cc", '#include "pagehaul/store.h"'),  # no way back
    ("cache/store/chunks.cc", "#include <curl/curl.h>"),
    ("cache/store/chunks.cc", "#include <openssl/ssl.h>"),
    ("cache/store/chunks.cc", "#include <zlib.h>"),
    ("cache/store/chunks.cc", '#include "pagehaul/url.h"'),
    ("loader/engine/transfer.cc", "#include <sqlite3.h>"),
    ("loader/engine/transfer.cc", '#include "pagehaul/store.h"'),
    ("loader/engine/transfer.cc", '#include "pagehaul/references.h"'),
    ("loader/engine/transfer.cc", '#include "page/ledger.h"'),
    ("loader/engine/transfer.cc", "#include <iostream>"),  # a library never prints
    ("loader/page/loop.cc", "#include <curl/curl.h>"),
    ("loader/page/loop.cc", '#include "engine/transfer.h"'),
    ("cli/get.cc", "#include <sqlite3.h>"),
    ("cli/get.cc", '#include "../cache/store/schema.h"'),  # the program sees public headers only
    ("cli/get.cc", '#include "pagehaul/nothing.h"'),
    ("fixtures/server/reply.cc", '#include "pagehaul/url.h"'),
    ("loader/engine/transfer.cc", "#include HEADER"),
    ("parser/attic/old.cc", "int x;"),  # a file outside every room
    ("cli/get.cc", "int a;\n\t#  include <sqlite3.h>"),
]


class Rooms(unittest.TestCase):
    def problems(self, path, text):
        with tempfile.TemporaryDirectory() as tree:
            file = pathlib.Path(tree, path)
            included = re.findall(r'include "((?!pagehaul/)[^"]+)"', text)  # all of them exist, right or wrong
            for name in included:
                target = pathlib.Path(tree, path.split("/")[0]) / name if "/" in name else file.parent / name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.touch()
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text + "\n", encoding="utf-8")
            count, problems = rooms.check(tree)
            self.assertGreaterEqual(count, 1)
            return problems

    def test_what_a_room_may_see_passes(self):
        for path, text in LEGAL:
            with self.subTest(path=path, text=text):
                self.assertEqual(self.problems(path, text), [])

    def test_each_violation_is_named_with_its_line(self):
        for path, text in ILLEGAL:
            with self.subTest(path=path, text=text):
                problems = self.problems(path, text)
                self.assertEqual(len(problems), 1, problems)
                self.assertTrue(problems[0].startswith(f"{path}:{text.count(chr(10)) + 1}: "), problems[0])

    def test_every_public_header_belongs_to_one_room(self):
        tree = pathlib.Path(__file__).resolve().parents[2]
        headers = sorted(header.name for header in tree.glob("*/include/pagehaul/*.h"))
        self.assertEqual(headers, sorted(header for room in rooms.ROOMS.values() for header in room.headers))


if __name__ == "__main__":
    unittest.main()
