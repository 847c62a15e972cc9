"""What a private HTTP cache has to do, one row a behaviour, each under the clause it comes from.

A row is (group, clause, kind, name, steps). Kinds: "required" (the RFC says must), "optimal" (it may, and a good cache does), "check"
(left open: the row says what pagehaul does). A step is one request by a process of its own, and what the origin would answer it.
Integers in date fields are seconds from the origin's clock. http-tests/cache-tests asks the same questions of other caches.
"""

ROWS = []
DAY = 24 * 3600


class Step:
    """One request. `served`: "stored" (answered by an earlier step's response), "asked" (by this step's own), "etag" or "date" (validated
    by that condition, 304), None (not checked)."""

    def __init__(self, *fields, served=None, **more):
        self.fields = list(fields)
        self.served = served
        self.method = more.pop("method", "GET")
        self.send = more.pop("send", [])
        self.data = more.pop("data", None)
        self.path = more.pop("path", "")
        self.status = more.pop("status", 200)
        self.body = more.pop("body", None)  # None: one of the row's own
        self.interim = more.pop("interim", [])
        self.disconnect = more.pop("disconnect", False)
        self.cut = more.pop("cut", None)  # bytes of the body after which the connection ends
        self.wait = more.pop("wait", 0)  # seconds of the clock before the next step
        self.options = more.pop("options", [])
        self.expect_status = more.pop("expect_status", "same")  # None: not checked; "error": no answer
        self.expect = more.pop("expect", [])  # fields of the answer: name, (name, value), (name, ">", number)
        self.expect_missing = more.pop("expect_missing", [])
        self.expect_body = more.pop("expect_body", "same")
        self.expect_sent = more.pop("expect_sent", [])  # fields that the origin sees
        self.expect_unsent = more.pop("expect_unsent", [])
        self.expect_unseen = more.pop("expect_unseen", False)  # the origin sees no request
        self.expect_word = more.pop("expect_word", None)  # "cache" of the JSON object
        assert not more, more


def row(group, clause, kind, name, *steps):
    ROWS.append((group, clause, kind, name, steps))


def pair(group, clause, kind, name, fields, served, wait=3, **second):
    row(group, clause, kind, name, Step(*fields, wait=wait), Step(served=served, **second))


def cc(value):
    return ("Cache-Control", value)


FRESH = [cc("max-age=100000"), ("Last-Modified", -1), ("Date", 0)]

# --- Freshness -----------------------------------------------------------------------------------------------------------------------
G = "freshness"
pair(G, "9111 4.2", "check", "no lifetime and no validator: asked", [], "asked")
pair(G, "9111 5.2.2.1", "optimal", "max-age", [cc("max-age=3600")], "stored")
pair(G, "9111 5.2.2.1", "required", "max-age that is over", [cc("max-age=2")], "asked")
pair(G, "9111 5.2.2.1", "required", "max-age=0", [cc("max-age=0")], "asked")
for number in ("2147483647", "2147483648", "2147483649", "99999999999"):
    pair(G, "9111 1.2.2", "optimal", f"max-age={number}", [cc(f"max-age={number}")], "stored")
pair(G, "9111 4.2.3", "required", "an Age above max-age", [("Date", 0), cc("max-age=3600"), ("Age", "7200")], "asked")
pair(G, "9111 4.2.3", "check", "a Date older than max-age: the apparent age counts", [("Date", -7200), cc("max-age=3600")], "asked")
pair(G, "9111 5.3", "optimal", "max-age wins over an Expires that is past", [cc("max-age=3600"), ("Expires", -7200), ("Date", 0)], "stored")
pair(G, "9111 5.3", "optimal", "max-age wins over an invalid Expires", [cc("max-age=3600"), ("Expires", "0"), ("Date", 0)], "stored")
pair(G, "9111 5.3", "required", "max-age=0 wins over a future Expires", [("Expires", 3600), cc("max-age=0"), ("Date", 0)], "asked")
pair(G, "9111 5.2.3", "optimal", "an unknown directive beside max-age", [cc("foobar, max-age=3600")], "stored")
pair(G, "9111 5.2", "optimal", "directives in any case", [cc("MaX-aGe=3600")], "stored")
pair(G, "9111 1.2.2", "required", "a negative max-age", [cc("max-age=-3600")], "asked")
pair(G, "9111 5.2.2.10", "required", "s-maxage does not lengthen a private cache's max-age", [cc("s-maxage=3600, max-age=1")], "asked")
pair(G, "9111 5.2.2.10", "required", "nor from a field of its own", [cc("s-maxage=3600"), cc("max-age=1")], "asked")
pair(G, "9213 2", "required", "CDN-Cache-Control is not for a private cache", [("CDN-Cache-Control", "max-age=3600"), cc("max-age=1")], "asked")
pair(G, "9213 2", "optimal", "and does not shorten, either", [("CDN-Cache-Control", "no-store"), cc("max-age=3600")], "stored")

G = "Cache-Control's syntax"
for name, values, served in (
    ("two max-age in one field, fresh first: the shortest counts", ["max-age=1800, max-age=1"], "asked"),
    ("two fields of max-age, fresh first", ["max-age=1800", "max-age=1"], "asked"),
    ("two max-age in one field, stale first", ["max-age=1, max-age=1800"], "asked"),
    ("two fields of max-age, stale first", ["max-age=1", "max-age=1800"], "asked"),
    ("a quoted max-age", ['max-age="3600"'], "stored"),
    ("a blank before the =", ["max-age =3600"], "asked"),
    ("a blank after the =", ["max-age= 3600"], "asked"),
    ("a decimal point", ["max-age=3600.0"], "asked"),
    ("a fraction", ["max-age=3600.5"], "asked"),
    ("a letter before", ["max-age=a3600"], "asked"),
    ("a letter behind", ["max-age=3600a"], "asked"),
):
    pair(G, "9111 4.2.1", "check", name, [cc(v) for v in values], served)
pair(G, "9111 5.2", "required", "max-age in another's quoted string, before", [cc('extension="max-age=3600", max-age=1')], "asked")
pair(G, "9111 5.2", "required", "max-age in another's quoted string, behind", [cc('max-age=1, extension="max-age=3600"')], "asked")
pair(G, "9111 1.2.2", "optimal", "leading zeros", [cc("max-age=003600")], "stored")
pair(G, "9111 5.2", "required", "single quotes quote nothing", [cc("max-age='3600'")], "asked")

G = "Age's syntax"
for name, ages, served in (
    ("not a number: ignored", ["abc"], "stored"),
    ("negative: ignored", ["-7200"], "stored"),
    ("a decimal point: ignored", ["7200.0"], "stored"),
    ("a list, old first: the first counts", ["7200,0"], "asked"),
    ("two fields, old first", ["7200", "0"], "asked"),
    ("a list, young first", ["0,7200"], "stored"),
    ("two fields, young first", ["0", "7200"], "stored"),
    ("zero twice", ["0, 0"], "stored"),
    ("zero in two fields", ["0", "0"], "stored"),
    ("old twice", ["7200, 7200"], "asked"),
    ("old in two fields", ["7200", "7200"], "asked"),
):
    pair(G, "9111 5.1", "check", name, [("Date", 0), cc("max-age=3600")] + [("Age", age) for age in ages], served)

G = "Expires"
pair(G, "9111 5.3", "optimal", "in the future", [("Expires", 30 * DAY), ("Date", 0)], "stored")
pair(G, "9111 5.3", "required", "past", [("Expires", -30 * DAY), ("Date", 0)], "asked")
pair(G, "9111 5.3", "required", "now", [("Expires", 0), ("Date", 0)], "asked", wait=0)
pair(G, "9111 4.2.1", "required", "before Date, both ahead of the clock", [("Expires", 300), ("Date", 400)], "asked")
pair(G, "9111 5.3", "required", "0", [("Expires", "0"), ("Date", 0)], "asked")
pair(G, "9111 5.3", "optimal", "with a Date that is none", [("Date", "foo"), ("Expires", 1000)], "stored", wait=0)
pair(G, "9111 4.2.3", "required", "Age above it, Date behind the clock", [("Date", -10), ("Expires", 10), ("Age", "25")], "asked", wait=0)
pair(G, "9111 4.2.3", "required", "Age above it, Date ahead of the clock", [("Date", 10), ("Expires", 20), ("Age", "15")], "asked", wait=0)
for name, value in (
    ("the rfc850 form", "Thursday, 18-Aug-50 02:01:18 GMT"),
    ("the asctime form", "Mon Aug  8 02:01:18 2050"),
    ("after 2^31 seconds", "Tue, 19 Jan 2038 14:14:08 GMT"),
    ("after 2^33 seconds", "Sun, 21 Nov 2286 04:46:39 GMT"),
    ("weekday in capitals", "THU, 18 Aug 2050 02:01:18 GMT"),
    ("month in capitals", "Thu, 18 AUG 2050 02:01:18 GMT"),
    ("zone in mixed case", "Thu, 18 Aug 2050 02:01:18 gMT"),
):
    pair("Expires' syntax", "9110 5.6.7", "optimal", name, [("Expires", value), ("Date", 0)], "stored", wait=0)
for name, *values in (
    ("UTC instead of GMT", "Thu, 18 Aug 2050 02:01:18 UTC"),
    ("a year of two digits", "Thu, 18 Aug 50 02:01:18 GMT"),
    ("no comma", "Thu 18 Aug 2050 02:01:18 GMT"),
    ("several blanks", "Thu, 18  Aug  2050 02:01:18 GMT"),
    ("dashes", "Thu, 18-Aug-2050 02:01:18 GMT"),
    ("full stops in the time", "Thu, 18 Aug 2050 02.01.18 GMT"),
    ("an hour of one digit", "Thu, 18 Aug 2050 2:01:18 GMT"),
    ("two fields, one of them none", "Thu, 18 Aug 2050 02:01:18 GMT", "Thu, 18 Aug 2050 2:01:18 GMT"),
):
    pair("Expires' syntax", "9111 5.3", "required", name, [("Expires", value) for value in values] + [("Date", 0)], "asked", wait=0)

# --- Response directives -------------------------------------------------------------------------------------------------------------
G = "response directives"
pair(G, "9111 5.2.2.7", "optimal", "private", [cc("private, max-age=3600")], "stored")
pair(G, "9111 5.2.2.5", "required", "no-store", [cc("no-store")], "asked")
pair(G, "9111 5.2.2.5", "required", "No-StOrE", [cc("No-StOrE")], "asked")
pair(G, "9111 5.2.2.5", "required", "no-store with a lifetime", [cc("max-age=10000, no-store"), ("Expires", 10000), ("Date", 0)], "asked")
for extra in ("", ", max-age=0"):
    row(G, "9111 5.2.2.5", "check", f"an older stored response stays when no-store{extra} comes",
        Step(cc("max-age=10000"), ("Date", 0), ("A", "1"), wait=3),
        Step(cc("no-store" + extra), ("Date", 0), ("A", "2"), wait=3),
        Step(served="stored", expect=[("A", "1")]))
pair(G, "9111 5.2.2.4", "required", "no-cache with a lifetime", [cc("max-age=10000, no-cache"), ("Expires", 10000), ("Date", 0)], "asked")
pair(G, "9111 5.2.2.4", "required", "No-CaChE", [cc("max-age=10000, No-CaChE"), ("Date", 0)], "asked")
pair(G, "9111 5.2.2.4", "optimal", "no-cache is stored and validated", [cc("no-cache"), ("ETag", '"abcd"')], "etag")
pair(G, "9111 5.2.2.4", "optimal", "also with a lifetime", [cc("max-age=10000, no-cache"), ("Date", 0), ("ETag", '"abcd"')], "etag")
pair(G, "9111 5.2.2.4", "check", 'no-cache="a" withholds the field', [cc('no-cache="a"'), ("a", "1"), ("b", "2"), cc("max-age=3600")], "stored",
     expect=[("b", "2")], expect_missing=["a"])
pair(G, "9111 5.2.2.4", "check", 'no-cache="a, b" withholds both', [cc('no-cache="a, b"'), ("a", "1"), ("b", "2"), ("c", "3"), cc("max-age=3600")],
     "stored", expect=[("c", "3")], expect_missing=["a", "b"])
pair(G, "9111 5.2.2.2", "optimal", "must-revalidate, fresh", [cc("max-age=10000, must-revalidate"), ("ETag", '"abcd"')], "stored")
row(G, "9111 5.2.2.2", "required", "must-revalidate, stale",
    Step(cc("max-age=500, must-revalidate"), ("ETag", '"abcd"')),
    Step(cc("max-age=500, must-revalidate"), ("ETag", '"abcd"'), served="stored", wait=600), Step(cc("max-age=500, must-revalidate"), ("ETag", '"abcd"'), served="etag"))
pair(G, "8246 2", "optimal", "immutable, fresh: not revalidated", [cc("max-age=10000, immutable"), ("ETag", '"abcd"')], "stored", options=["--revalidate"])
pair(G, "8246 2", "required", "immutable, stale: revalidated", [cc("max-age=2, immutable"), ("ETag", '"abcd"')], "etag", options=["--revalidate"],
     expect_sent=[("cache-control", "max-age=0")])
pair(G, "9111 5.2.2.3", "required", "must-understand, the status is not", [cc("max-age=3600, no-store, must-understand")], "asked", wait=0)
ROWS[-1][4][0].status = 599
pair(G, "9111 5.2.2.3", "optimal", "must-understand, the status is", [cc("max-age=3600, no-store, must-understand")], "stored", wait=0)

# --- Heuristics and statuses ---------------------------------------------------------------------------------------------------------
G = "heuristic freshness"
NO_BODY = {204, 304}
for status in (200, 203, 204, 404, 405, 410, 414, 501):
    row(G, "9111 4.2.2", "optimal", f"{status} with Last-Modified",
        Step(("Last-Modified", -DAY), ("Date", 0), status=status), Step(served="stored", status=status))
for status in (201, 202, 403, 502, 503, 504, 599):
    row(G, "9111 3", "required", f"{status} with Last-Modified is not reused",
        Step(("Last-Modified", -DAY), ("Date", 0), status=status), Step(served="asked", status=status))
row(G, "9111 5.2.2.9", "optimal", "599 with public",
    Step(("Last-Modified", -DAY), ("Date", 0), cc("public"), status=599), Step(served="stored", status=599))
for age in (5, 10, 30, 60, 300, 600, 1200, 1800, 3600, DAY // 2, DAY):
    pair(G, "9111 4.2.2", "check", f"modified {age} s ago: a tenth of it", [("Last-Modified", -age), ("Date", 0)], "stored" if age > 30 else "asked")

G = "statuses"
for status in (200, 203, 204, 299, 400, 404, 410, 499, 500, 502, 503, 504, 599):
    row(G, "9111 3", "optimal", f"a fresh {status}", Step(*FRESH, status=status, wait=3), Step(served="stored", status=status))
    row(G, "9111 4.2", "required", f"a stale {status}",
        Step(("Expires", -5000), ("Last-Modified", -100000), ("Date", 0), status=status), Step(served="asked"))
for status in (301, 302, 303, 307, 308):
    fields = [cc("max-age=100000"), ("Date", 0), ("Location", "/elsewhere")]
    row(G, "9111 3", "optimal", f"a fresh {status}", Step(*fields, status=status, options=["--no-follow"]),
        Step(served="stored", status=status, options=["--no-follow"]))

# --- Request directives and Pragma ---------------------------------------------------------------------------------------------------
G = "request directives"
pair(G, "9111 5.2.1.1", "check", "max-age=0", FRESH, "asked", send=[cc("max-age=0")])
pair(G, "9111 5.2.1.1", "check", "max-age=1", FRESH, "asked", send=[cc("max-age=1")])
pair(G, "9111 5.2.1.1", "check", "max-age below the Age", [cc("max-age=3600"), ("Age", "1800")], "asked", send=[cc("max-age=600")])
pair(G, "9111 5.2.1.2", "check", "max-stale", [cc("max-age=1")], "stored", send=[cc("max-stale=1000")])
pair(G, "9111 5.2.1.2", "check", "max-stale, stale by Age", [cc("max-age=1500"), ("Age", "2000")], "stored", send=[cc("max-stale=1000")])
pair(G, "9111 5.2.1.3", "check", "min-fresh", [cc("max-age=1500")], "asked", send=[cc("min-fresh=2000")])
pair(G, "9111 5.2.1.3", "check", "min-fresh and Age", [cc("max-age=1500"), ("Age", "1000")], "asked", send=[cc("min-fresh=1000")])
pair(G, "9111 5.2.1.4", "check", "no-cache", [cc("max-age=3600")], "asked", send=[cc("no-cache")])
pair(G, "9111 5.2.1.4", "check", "no-cache validates by date", [cc("max-age=3600"), ("Last-Modified", -10000), ("Date", 0)], "date", send=[cc("no-cache")])
pair(G, "9111 5.2.1.4", "check", "no-cache validates by entity tag", [cc("max-age=3600"), ("ETag", '"abc"')], "etag", send=[cc("no-cache")])
pair(G, "9111 5.2.1.5", "check", "no-store does not keep stored responses from answering", [cc("max-age=3600")], "stored", send=[cc("no-store")])
row(G, "9111 5.2.1.7", "check", "only-if-cached, nothing stored: no request", Step(send=[cc("only-if-cached")], expect_status="error",
    expect_unseen=True, expect_word="offline-miss"))
G = "Pragma"
pair(G, "9111 5.4", "check", "no-cache in a request", [cc("max-age=3600")], "asked", send=[("Pragma", "no-cache")])
pair(G, "9111 5.4", "check", "anything else in a request", [cc("max-age=3600")], "stored", send=[("Pragma", "unrecognised-extension")])
pair(G, "9111 5.4", "check", "no-cache in a response with a lifetime", [cc("max-age=3600"), ("Pragma", "no-cache")], "stored")
pair(G, "9111 5.4", "check", "no-cache in a response without one", [("Last-Modified", -10000), ("Pragma", "no-cache")], "asked")
pair(G, "9111 5.4", "check", "anything else in a response", [cc("max-age=3600"), ("Pragma", "unrecognised-extension")], "stored")
