"""Rows, continued: choosing, validating, updating, invalidating, parts of content, stale answers."""

from rows import DAY, FRESH, ROWS, Step, cc, pair, row

# --- Vary ----------------------------------------------------------------------------------------------------------------------------
G = "Vary"
AGED = [cc("max-age=5000"), ("Last-Modified", -3000), ("Date", 0)]
F1, F2, BAR, BAZ = ("Foo", "1"), ("Foo", "2"), ("Bar", "abc"), ("Baz", "789")


def vary(kind, name, value, first, second, served, extra=()):
    row(G, "9111 4.1", kind, name, Step(*AGED, ("Vary", value), *extra, send=first), Step(served=served, send=second))


vary("optimal", "the field matches", "Foo", [F1], [F1], "stored")
vary("required", "it does not", "Foo", [F1], [F2], "asked")
vary("required", "the stored request had none", "Foo", [], [F1], "asked")
vary("required", "this request has none", "Foo", [F1], [], "asked")
row(G, "9111 4.1", "optimal", "two variants are kept",
    Step(*AGED, ("Vary", "Foo"), send=[F1], body="one"),
    Step(*AGED, ("Vary", "Foo"), send=[F2], body="two", served="asked"),
    Step(send=[F1], served="stored", expect_body="one"), Step(send=[F2], served="stored", expect_body="two"))
vary("optimal", "other fields do not count", "Foo", [F1, ("Other", "2")], [F1, ("Other", "3")], "stored")
vary("optimal", "two fields match", "Foo, Bar", [F1, BAR], [F1, BAR], "stored")
vary("required", "one of two does not", "Foo, Bar", [F1, BAR], [F2, BAR], "asked")
vary("required", "two, this request has none", "Foo, Bar", [F1, BAR], [], "asked")
vary("optimal", "three fields match", "Foo, Bar, Baz", [F1, BAR, BAZ], [F1, BAR, BAZ], "stored")
vary("required", "one of three does not", "Foo, Bar, Baz", [F1, BAR, BAZ], [F2, BAR, BAZ], "asked")
vary("required", "one of three does not, another order", "Foo, Bar, Baz", [F1, BAR, BAZ], [F1, BAZ, ("Bar", "abcde")], "asked")
vary("optimal", "three, one absent both times", "Foo, Bar, Baz", [F1, BAZ], [F1, BAZ], "stored")
vary("optimal", "fields of one name are joined", "Foo", [("Foo", "1, 2")], [("Foo", "1"), ("Foo", "2")], "stored")
vary("optimal", "white space in a list", "Foo", [("Foo", "1,2")], [("Foo", " 1, 2 ")], "stored")
LANGUAGES = [("Accept-Language", "en, de")]
vary("check", "the order of languages of one weight counts: many servers rank by it", "Accept-Language", LANGUAGES, [("Accept-Language", "de, en")], "asked")
vary("optimal", "the case of languages", "Accept-Language", LANGUAGES, [("Accept-Language", "eN, De")], "stored")
vary("optimal", "white space between languages", "Accept-Language", LANGUAGES, [("Accept-Language", " en ,   de")], "stored")
vary("optimal", "the stored response is in the language most wanted", "Accept-Language", LANGUAGES, [("Accept-Language", "fr;q=0.5, de;q=1.0")],
     "stored", [("Content-Language", "de")])
vary("required", "it is not in the language most wanted", "Accept-Language", LANGUAGES, [("Accept-Language", "de;q=0.5, fr;q=1.0")],
     "asked", [("Content-Language", "de")])
vary("required", "*", "*", [F1, BAZ], [F1, BAZ], "asked")
for name, values in (("*, *", ["*, *"]), ("* twice", ["*", "*"]), (", *", [", *"]), ("an empty field and *", ["", "*"]), ("*, Foo", ["*, Foo"]),
                     ("Foo, *", ["Foo, *"])):
    row(G, "9111 4.1", "required", name, Step(*AGED, *[("Vary", v) for v in values], send=[F1, BAZ]), Step(served="asked", send=[F1, BAZ]))

# --- Validation ----------------------------------------------------------------------------------------------------------------------
G = "validation"
STALE = cc("max-age=500")  # after AGED; before that fresh, however slow the machine is
AGED = 600


def asked_if(kind, name, tag, condition, matches=True):
    row(G, "9111 4.3.2", kind, name, Step(*FRESH, ("ETag", tag)),
        Step(send=[("If-None-Match", condition)], served="stored", expect_status=304 if matches else 200, expect=[("ETag", tag)]))


asked_if("optimal", "If-None-Match, strong", '"abcdef"', '"abcdef"')
asked_if("optimal", "If-None-Match, weak", 'W/"abcdef"', 'W/"abcdef"')
asked_if("optimal", "If-None-Match, the first of three", '"abcdef"', '"abcdef", "1234", "5678"')
asked_if("optimal", "If-None-Match, the second of three", '"abcdef"', '"1234", "abcdef", "5678"')
asked_if("optimal", "If-None-Match, the last of three", '"abcdef"', '"1234", "5678", "abcdef"')
asked_if("optimal", "If-None-Match, another", '"abcdef"', '"other"', False)
asked_if("check", "If-None-Match with obs-text", '"abcdef\u00fc"', '"abcdef\u00fc"')
asked_if("check", "If-None-Match, a quoted tag asked for without quotes", '"abcdef"', "abcdef", False)
asked_if("check", "If-None-Match, an unquoted tag and condition", "abcdef", "abcdef")
asked_if("check", "If-None-Match, an unquoted tag asked for with quotes", "abcdef", '"abcdef"', False)
asked_if("check", "If-None-Match, w/ in lower case", 'w/"abcdef"', 'w/"abcdef"')
row(G, "9110 13.2.2", "required", "If-None-Match goes before If-Modified-Since", Step(*FRESH, ("ETag", '"abcdef"')),
    Step(send=[("If-None-Match", '"abcdef"'), ("If-Modified-Since", -5000)], served="stored", expect_status=304))
LM = ("Last-Modified", -3000)
for name, since, condition in (("the same date", -3000, 304), ("a later date", -2000, 304), ("an earlier date", -4000, 200)):
    row(G, "9111 4.3.2", "optimal", f"If-Modified-Since, {name}", Step(cc("max-age=100000"), LM, ("Date", 0), wait=3),
        Step(send=[("If-Modified-Since", since - 3)], served="stored", expect_status=condition))
row(G, "9111 4.3.2", "optimal", "If-Modified-Since of a stale response, after validation", Step(STALE, LM, ("Date", 0), wait=AGED),
    Step(LM, send=[("If-Modified-Since", -3003)], served="date", expect_status=304))
row(G, "9111 4.3.1", "required", "the fields of Vary go with the condition", Step(("Expires", 1), ("ETag", '"abcdef"'), ("Date", 0), ("Vary", "Abc"),
    send=[("Abc", "123")], wait=3), Step(send=[("Abc", "123")], served="etag", expect_sent=[("Abc", "123")]))
row(G, "9111 4.3.1", "check", "another variant's tag is not sent",
    Step(("Expires", 10000), ("ETag", '"abcdef"'), ("Date", 0), ("Vary", "Abc"), send=[("Abc", "123")]),
    Step(send=[("Abc", "456")], expect_unsent=["If-None-Match"]))
pair(G, "9111 4.3.1", "optimal", "a stale response with a strong tag", [STALE, ("ETag", '"abcdef"')], "etag", expect_sent=[("If-None-Match", '"abcdef"')], wait=AGED)
pair(G, "9111 4.3.1", "optimal", "a stale response with a weak tag", [STALE, ("ETag", 'W/"abcdef"')], "etag", expect_sent=[("If-None-Match", 'W/"abcdef"')], wait=AGED)
pair(G, "9111 4.3.1", "optimal", "a stale response with a date", [STALE, LM], "date", wait=AGED)
row(G, "9111 4.3.1", "check", "a client's condition goes on", Step(send=[("If-None-Match", '"abcdef"')], expect_sent=[("If-None-Match", '"abcdef"')]))
row(G, "9111 4.3.1", "check", "also without quotes, as it is", Step(send=[("If-None-Match", "abcdef")], expect_sent=[("If-None-Match", "abcdef")]))

# --- Header fields: kept, not kept, updated ------------------------------------------------------------------------------------------
EXTENSIONS = ("Test-Header", "X-Test-Header", "Content-Foo", "X-Content-Foo")
FIELDS = {  # name: value, another value
    **{name: (name + "-a", name + "-b") for name in EXTENSIONS + ("Content-Encoding", "Content-Range", "Public-Key-Pins")},
    "Cache-Control": ("max-age=2", "max-age=3600"),
    "Content-Location": ("/foo", "/bar"), "Content-MD5": ("rL0Y20zC+Fzt72VPzMSk2A==", "N7UdGUp1E+RbVvZSTy1R8g=="),
    "Content-Security-Policy": ("default-src 'self'", "default-src 'self' cdn.example.com"),
    "Content-Type": ("text/plain", "text/plain;charset=utf-8"), "Clear-Site-Data": ("cache", "cookies"), "ETag": ('"abcdef"', '"ghijkl"'),
    "Expires": ("Fri, 01 Jan 2038 01:01:01 GMT", "Mon, 11 Jan 2038 11:11:11 GMT"), "Set-Cookie": ("a=b", "a=c"), "Set-Cookie2": ("a=b", "a=c"),
    "X-Frame-Options": ("deny", "sameorigin"), "X-XSS-Protection": ("1", "1; mode=block"),
}
HOP = ("Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authentication-Info", "Proxy-Authorization", "Proxy-Connection", "TE",
       "Transfer-Encoding", "Upgrade")
G = "header fields kept"
pair(G, "9111 3.1", "required", "what Connection lists is not", FRESH + [("Connection", "a, b"), ("a", "1"), ("b", "2"), ("c", "3")], "stored",
     expect=[("c", "3")], expect_missing=["a", "b"])
for field, (_, value) in FIELDS.items():
    lifetime = [] if field == "Cache-Control" else [cc("max-age=3600")]
    pair(G, "9111 3.1", "required", f"{field} is", [("Date", 0), (field, value)] + lifetime, "stored", expect=[(field, value)])
for field in HOP:
    pair(G, "9111 3.1", "required", f"{field} is not", [("Date", 0), (field, field + "-a"), cc("max-age=3600")], "stored", expect_missing=[field])
row(G, "9112 7.4", "required", "a body compressed on the way unasked is an error", Step(("Transfer-Encoding", "gzip"), expect_status="error"))
row(G, "9111 3.1", "required", "Content-Length is", Step(("Date", 0), ("Content-Length", "10"), cc("max-age=3600"), expect_body=None),
    Step(served="stored", expect=[("Content-Length", "10")], expect_body=None))

G = "304 updates"
DATED = ("Last-Modified", "Wed, 01 Jan 2020 00:00:00 GMT")
row(G, "9111 3.2", "required", "what a 304 leaves out stays", Step(STALE, DATED, ("Date", 0), ("Test-Header", "a"), wait=AGED),
    Step(DATED, ("Date", 0), served="date", expect=[("Test-Header", "a")]))
for field, (old, new) in list(FIELDS.items()) + [("Content-Length", ("5", "10"))]:
    tag = [] if field == "ETag" else [("ETag", f'"{field}-tag"')]
    lifetime = [] if field == "Cache-Control" else [STALE]
    kept = field in ("Content-Length", "Content-Encoding", "Content-Range")  # they describe the stored body
    kind = "required" if field in EXTENSIONS + ("Cache-Control", "Content-Length") else "check"
    value, body = (old if kept else new), ("same" if field != "Content-Length" else None)
    if field == "ETag":  # the stored tag is asked for, and the 304 brings another: the origin is asked for the whole response
        row(G, "9111 3.2", kind, "ETag", Step(("Date", 0), STALE, (field, old), wait=AGED), Step(("Date", 0), STALE, (field, new), served="etag",
            expect=[(field, new)], expect_status=None, expect_body=None))
        continue
    row(G, "9111 3.2", kind, field + (" stays" if kept else ""), Step(("Date", 0), (field, old), *lifetime, *tag, wait=AGED, expect_body=body),
        Step(("Date", 0), (field, new), *lifetime, *tag, served="etag", expect=[(field, value)], expect_body=body),
        Step(served="stored", expect=[(field, value)], expect_body=body))

G = "HEAD"
BECOMES_STALE = Step(STALE, ("Template-A", "1"), wait=AGED)
row(G, "9111 4", "optimal", "a fresh GET answers it", Step(*FRESH), Step(method="HEAD", served="stored", expect_body=""))
row(G, "9111 4.3.5", "check", "goes on when the stored one is stale", BECOMES_STALE, Step(method="HEAD", served="asked", expect_body=""))
row(G, "9111 4.3.5", "check", "freshens the stored response", BECOMES_STALE, Step(cc("max-age=1000"), method="HEAD", expect_body=""), Step(served="stored"))
row(G, "9111 4.3.5", "check", "updates its fields", BECOMES_STALE, Step(cc("max-age=1000"), ("Template-A", "2"), method="HEAD", expect_body=""),
    Step(served="stored", expect=[("Template-A", "2")]))
row(G, "9111 4.3.5", "check", "an answer of 410 does not", BECOMES_STALE, Step(cc("max-age=1000"), ("Template-A", "2"), method="HEAD", status=410, expect_body=""),
    Step(served="asked"))

# --- Invalidation --------------------------------------------------------------------------------------------------------------------
G = "invalidation"
for method in ("POST", "PUT", "DELETE", "M-SEARCH"):
    row(G, "9111 4.4", "required", f"by {method}", Step(*FRESH, wait=3), Step(method=method, data="abc"), Step(served="asked"))
    row(G, "9111 4.4", "optimal", f"not by a {method} that failed", Step(*FRESH, wait=3), Step(method=method, data="abc", status=500), Step(served="stored"))
    row(G, "9111 4.4", "check", f"of {method}'s Location", Step(*FRESH, path="/there"), Step(("Location", "BASE/there"), method=method, data="abc"),
        Step(*FRESH, path="/there", served="asked"))
    row(G, "9111 4.4", "check", f"of {method}'s Content-Location", Step(*FRESH, path="/there"),
        Step(("Content-Location", "BASE/there"), method=method, data="abc"), Step(*FRESH, path="/there", served="asked"))
    row(G, "9111 4.4", "required", f"not of another origin's Location after {method}", Step(*FRESH, path="/there"),
        Step(("Location", "http://localhost:1/there"), method=method, data="abc"), Step(path="/there", served="stored"))
row("methods", "9110 9.3.3", "optimal", "a POST's response with Content-Location answers a GET",
    Step(("Expires", 30 * DAY), ("Content-Location", "BASE"), ("Date", 0), method="POST", data="12345", wait=3), Step(served="stored"))

# --- Partial content -----------------------------------------------------------------------------------------------------------------
G = "partial content"
WHOLE = Step(cc("max-age=3600"), ("A", "1"), body="01234567890", wait=3)


def part(name, body, whole_range, wanted, text, kind="optimal"):
    row(G, "9111 3.3", kind, name, Step(cc("max-age=3600"), ("Content-Range", whole_range), status=206, body=body, send=[("Range", "bytes=-6")],
        expect_sent=[("Range", "bytes=-6")]), Step(send=[("Range", wanted)], served="stored", expect_status=206, expect_body=text))


def of_whole(name, wanted, text, shown):
    row(G, "9110 14.2", "optimal", name, WHOLE, Step(send=[("Range", wanted)], served="stored", expect_status=206, expect_body=text,
        expect=[("A", "1"), ("Content-Range", shown), ("Content-Length", str(len(text)))]))


part("a part answers the same range", "456789", "bytes 4-9/10", "bytes=-6", "456789")
part("a part answers a smaller range", "456789", "bytes 4-9/10", "bytes=6-8", "678")
part("a part answers a range to the end", "456789", "bytes 4-9/10", "bytes=6-", "6789")
part("a part answers a suffix", "456789", "bytes 4-9/10", "bytes=-1", "9")
of_whole("a whole response answers a range", "bytes=0-1", "01", "bytes 0-1/11")
of_whole("a whole response answers an open range", "bytes=1-", "1234567890", "bytes 1-10/11")
of_whole("a whole response answers a suffix", "bytes=-1", "0", "bytes 10-10/11")
of_whole("a whole response answers a range past its end", "bytes=9-99", "90", "bytes 9-10/11")
for name, wanted in (("several ranges are the origin's", "bytes=0-1,3-4"), ("a range behind the end is the origin's", "bytes=20-"),
                     ("another unit is the origin's", "lines=0-1")):
    row(G, "9110 14.2", "check", name, WHOLE, Step(send=[("Range", wanted)], served="asked"))
row(G, "9111 3.3", "required", "a part does not answer the whole", Step(cc("max-age=3600"), ("Content-Range", "bytes 4-9/10"), status=206, body="456789",
    send=[("Range", "bytes=-6")]), Step(served="asked"))
row(G, "9110 13.1.5", "optimal", "If-Range with the stored tag", Step(cc("max-age=3600"), ("ETag", '"a"'), body="0123456789"),
    Step(send=[("Range", "bytes=2-3"), ("If-Range", '"a"')], served="stored", expect_status=206, expect_body="23"))
row(G, "9110 13.1.5", "required", "If-Range with another tag: the whole response", Step(cc("max-age=3600"), ("ETag", '"a"'), body="0123456789"),
    Step(send=[("Range", "bytes=2-3"), ("If-Range", '"b"')], served="stored", expect_status=200, expect_body="0123456789"))
TAGGED = [cc("max-age=3600"), ("ETag", '"a"')]
row(G, "9111 3.4", "optimal", "the first part is completed", Step(*TAGGED, ("Content-Range", "bytes 0-4/10"), status=206, body="01234", send=[("Range", "bytes=0-4")]),
    Step(*TAGGED, ("Content-Range", "bytes 5-9/10"), status=206, body="56789", expect_sent=[("Range", "bytes=5-"), ("If-Range", '"a"')], expect_status=200,
         expect_body="0123456789", expect_missing=["Content-Range"]), Step(served="stored", expect_status=200, expect_body="0123456789"))
row(G, "9111 3.3", "optimal", "an interrupted download resumes", Step(*TAGGED, ("Content-Length", "10"), body="0123456789", cut=4, expect_status="error"),
    Step(*TAGGED, ("Content-Range", "bytes 4-9/10"), status=206, body="456789", expect_sent=[("Range", "bytes=4-"), ("If-Range", '"a"')], expect_status=200,
         expect_body="0123456789"), Step(served="stored", expect_status=200, expect_body="0123456789"))
row(G, "9111 3.4", "required", "a resumed download that changed is taken whole", Step(*TAGGED, ("Content-Length", "10"), body="0123456789", cut=4, expect_status="error"),
    Step(cc("max-age=3600"), ("ETag", '"b"'), body="abcdef", expect_sent=[("Range", "bytes=4-")], expect_status=200, expect_body="abcdef"),
    Step(served="stored", expect_body="abcdef"))
row(G, "9111 3.4", "required", "without a strong validator nothing resumes", Step(cc("max-age=3600"), ("ETag", 'W/"a"'), ("Content-Length", "10"), body="0123456789",
    cut=4, expect_status="error"), Step(served="asked", expect_unsent=["Range"]))

# --- Stale answers -------------------------------------------------------------------------------------------------------------------
G = "stale answers"
SWR = cc("max-age=1, stale-while-revalidate=3600")
row(G, "5861 3", "optimal", "within stale-while-revalidate", Step(SWR, ("ETag", '"abc"'), wait=3), Step(served="stored"))
row(G, "5861 3", "optimal", "and refreshed in the background", Step(cc("max-age=0, stale-while-revalidate=3600"), ("ETag", '"abc"')),
    Step(cc("max-age=3600"), ("ETag", '"def"'), served="stored", expect=[("ETag", '"abc"')], wait=3),
    Step(served="stored", expect=[cc("max-age=3600"), ("ETag", '"def"')]))
row(G, "5861 3", "required", "not after the window", Step(cc("max-age=1, stale-while-revalidate=4"), wait=6), Step(served="asked"))
SIE = cc("max-age=2, stale-if-error=60")
row(G, "5861 4", "check", "stale-if-error, the connection ends", Step(SIE, wait=3), Step(disconnect=True, served="stored"))
row(G, "5861 4", "check", "stale-if-error, 503", Step(SIE, wait=3), Step(status=503, expect_status=200, served="stored"))
row(G, "5861 4", "required", "stale-if-error, too late", Step(cc("max-age=0, stale-if-error=1"), wait=3), Step(status=500, expect_status=500))
row(G, "5861 4", "check", "stale-if-error in a request", Step(cc("max-age=0")), Step(send=[cc("stale-if-error=3600")], status=500, expect_status=200))
row(G, "5861 4", "required", "stale-if-error in a request, too late", Step(cc("max-age=0"), wait=3), Step(send=[cc("stale-if-error=1")], status=500, expect_status=500))
row(G, "9111 4.2.4", "check", "nothing allows it, the connection ends: an error", Step(STALE, wait=AGED), Step(disconnect=True, expect_status="error"))
row(G, "9111 4.2.4", "check", "nothing allows it, 503: the 503", Step(STALE, wait=AGED), Step(status=503, served="asked"))
row(G, "9111 4.2.4", "check", "--stale-if-error, the connection ends", Step(STALE, wait=AGED), Step(disconnect=True, served="stored", options=["--stale-if-error"]))
for directive in ("must-revalidate", "no-cache"):
    row(G, "9111 4.2.4", "required", f"never with {directive}", Step(cc(f"max-age=2, {directive}"), wait=3),
        Step(disconnect=True, expect_status="error", options=["--stale-if-error"]))

# --- The rest ------------------------------------------------------------------------------------------------------------------------
G = "other"
pair(G, "9111 4", "required", "Age is made", FRESH, "stored", expect=[("Age", ">", 2)])
pair(G, "9111 5.1", "required", "Age grows, by Expires", [("Expires", 30 * DAY), ("Date", 0), ("Age", "30")], "stored", expect=[("Age", ">", 32)])
pair(G, "9111 5.1", "required", "Age grows, by max-age", [cc("max-age=600"), ("Date", 0), ("Age", "30")], "stored", expect=[("Age", ">", 32)])
DATE = "Wed, 01 Jan 2020 00:00:00 GMT"
pair(G, "9110 6.6.1", "required", "Date stays", [cc("max-age=999999999"), ("Date", DATE)], "stored", expect=[("Date", DATE)])
FAR = "Mon, 11 Jan 2038 11:11:11 GMT"
pair(G, "9110 6.6.1", "required", "Date stays beside Expires", [("Expires", FAR), ("Date", 0)], "stored", expect=[("Expires", FAR), "Date"])
row(G, "9111 2", "required", "another query is another resource", Step(*FRESH, path="?test=1"), Step(path="?test=2", served="asked"))
row(G, "9111 2", "optimal", "a query is no obstacle", Step(*FRESH, path="?test=1"), Step(path="?test=1", served="stored"))
ATTACHMENT = ("Content-Disposition", "attachment; filename=example.txt")
pair(G, "9111 3", "check", "an attachment, by heuristics", [("Last-Modified", -100000), ("Date", 0), ATTACHMENT], "stored")
pair(G, "9111 3", "check", "an attachment, fresh", FRESH + [ATTACHMENT], "stored")
pair(G, "9111 7.3", "optimal", "a response with Set-Cookie", FRESH + [("Set-Cookie", "a=b")], "stored")
pair(G, "9111 3", "optimal", "a request with Cookie", FRESH, "stored", send=[("Cookie", "a=b")])
row(G, "9111 3.5", "optimal", "a request with Authorization, in a private cache", Step(cc("max-age=3600"), send=[("Authorization", "FOO")],
    expect_sent=[("Authorization", "FOO")]), Step(served="stored", send=[("Authorization", "FOO")]))
HINTS = [("link", "</styles.css>; rel=preload; as=style"), ("x-my-header", "test")]
row(G, "9110 15.2", "optimal", "102 is shown and not stored", Step(*FRESH, interim=[(102, [])]), Step(served="stored"))
row(G, "8297 2", "optimal", "103 is shown and not stored", Step(*FRESH, interim=[(103, HINTS)]), Step(served="stored", expect_missing=["x-my-header"]))

assert len({(group, name) for group, _, _, name, _ in ROWS}) == len(ROWS), "two rows of one name"
