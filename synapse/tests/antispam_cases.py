"""Possible answers of a service to `http_antispam`, and differences from the original module."""

from __future__ import annotations

from antispam_server import Reply

OBJECTS = [
    b"{}",
    b" {} ",
    b'{"error": "why"}',
    b'{"errcode": "M_LIMIT_EXCEEDED", "error": "no", "extra": {"a": [1, 1.5, null]}}',
    b'{"errcode": "ORG_EXAMPLE", "error": "y"}',
    b'{"errcode": "LIMIT_EXCEEDED"}',
    b'{"errcode": "m_forbidden"}',
    b'{"errcode": "M_NOT_FOUND", "errcode": "M_FORBIDDEN"}',
    b'{"errcode": 5}',
    b'{"errcode": null}',
    b'{"errcode": ["M_FORBIDDEN"]}',
    b'{"error": 5}',
    b'{"error": null}',
    b'{"status": 1, "self": 2, "": 3}',
    '{"error": "nö"}'.encode(),
    rb'{"error": "a\u0000b"}',
]
OTHER_JSON = [b"[]", b'[{"errcode": "M_FORBIDDEN"}]', b"5", b'"M_FORBIDDEN"', b"null", b"true"]
NO_JSON = [b"", b"<html>", b"\xff\xfe", b'{"error": "n\xf6"}', b'{"a": 1', b"{}{}", b"hello"]
IN_ANOTHER_ENCODING = [b"\xef\xbb\xbf{}", '{"error": "x"}'.encode("utf-16")]

STATUSES = [200, 201, 300, 400, 403, 429, 500]
REDIRECTS = [301, 302, 303, 307, 308]

BREAKING = {
    "closes": Reply(raw=b""),
    "is no server of HTTP": Reply(raw=b"220 mail.example.com\r\n\r\n"),
    "ends too early": Reply(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{}"),
    "denies and ends too early": Reply(raw=b"HTTP/1.1 403 No\r\nContent-Length: 50\r\n\r\n{}"),
    "has no such chunk": Reply(
        raw=b"HTTP/1.1 403 No\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n"
    ),
    "denies in chunks": Reply(
        raw=b"HTTP/1.1 403 No\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"
    ),
    "says nothing of the type": Reply(403, b'{"error": "o"}', ()),
    "says that it is HTML": Reply(403, b'{"error": "o"}', (("Content-Type", "text/html"),)),
    "is slow": Reply(403, b'{"error": "o"}', seconds=0.3),
    "says much": Reply(403, b'{"error": "' + 60_000 * b"o" + b'"}'),
    "redirects": Reply(307, b"", (("Location", "/elsewhere/x"),)),
    "begins with 100": Reply(
        raw=b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\n{}"
    ),
    "has an unknown status": Reply(raw=b"HTTP/1.1 999 No\r\nContent-Length: 2\r\n\r\n{}"),
    "has no length": Reply(raw=b'HTTP/1.0 403 No\r\n\r\n{"error": "o"}'),
    "compresses": Reply(403, b"{}", (("Content-Encoding", "gzip"),)),
    "says too much": Reply(403, b'{"error": "' + 66_000 * b"o" + b'"}'),
    "nests deeply": Reply(403, b'{"a": ' + 200 * b"[" + 200 * b"]" + b"}"),
    "counts far": Reply(403, b'{"a": 123456789012345678901234567890}'),
}

# The differences, and their reasons. Each must occur.
DIFFERENCES = {
    "redirect": "both follow none; to the original it is a server that fails, here another status",
    "no object": "the original fails, so that the client sees a 500; here it counts as no JSON",
    "encoding": "Python reads JSON in UTF-16 and behind a byte order mark; JSON is UTF-8",
    "has no length": "the original takes no body that only the end of the connection ends",
    "compresses": "nobody asked for it: here the body is taken as it comes",
    "says too much": "`max_response_bytes`, which the original has not",
    "nests deeply": "more than 128 levels count as no JSON",
    "counts far": "a number that no event could hold comes as a fraction",
}

# With the original the client waits for ever: Synapse fails while it serialises the denial.
UNSPEAKABLE = {
    b'{"msg": "m", "error": "e"}': {"errcode": "M_FORBIDDEN", "error": "e"},
    b'{"code": 3, "error": "e"}': {"errcode": "M_FORBIDDEN", "error": "e"},
    b'{"a": NaN}': {
        "errcode": "M_UNKNOWN",
        "error": "Unexpected response from antispam server",
    },
    rb'{"a": "\ud800"}': {
        "errcode": "M_UNKNOWN",
        "error": "Unexpected response from antispam server",
    },
}
