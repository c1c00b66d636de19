"""Transfer-Encoding."""

from case import INNER, Case, Refused, Resolved, post

BOTH = "RFC 9112 6.1, 6.3 rule 3"
CODING = "RFC 9112 6.1"
CHUNKS = b"3\r\nabc\r\n0\r\n\r\n"
# 400 where the end can't be found, 501 where the coding isn't known; 422 says the same.
BAD = Refused((400, 422, 501), bare=False)
# An intermediary that forwards takes the length away, and closes the connection after the answer.
CLOSED = Resolved(b"abc", closes=True)


def _both(name, *fields, content=CHUNKS, allowed=(BAD, CLOSED), why="chunks count, and the connection ends"):
    return Case(f"both-{name}", BOTH, post(content, *fields), allowed, why)


TE, CL = b"Transfer-Encoding: chunked", b"Content-Length: 13"

BOTH_FRAMINGS = [
    _both("length-first", CL, TE),
    _both("coding-first", TE, CL),
    _both("length-around", CL, TE, CL),
    _both("coding-around", TE, CL, TE, allowed=(BAD,), why="chunked twice besides"),
    _both("length-of-half", b"Content-Length: 4", TE),
    _both("length-of-half-last", TE, b"Content-Length: 4"),
    _both("length-zero", b"Content-Length: 0", TE),
    _both("length-zero-last", TE, b"Content-Length: 0"),
    _both("length-of-more", b"Content-Length: 200", TE),
    _both("length-invalid", b"Content-Length: x", TE, allowed=(BAD, CLOSED)),
    _both("length-invalid-last", TE, b"Content-Length: x", allowed=(BAD, CLOSED)),
    _both("lengths-differ", b"Content-Length: 13", TE, b"Content-Length: 4", allowed=(BAD, CLOSED)),
    _both("case", b"CONTENT-LENGTH: 13", b"transfer-encoding: CHUNKED"),
    _both("apart", CL, b"X-A: b", b"X-C: d", TE),
    _both("hides-a-request", b"Content-Length: 4", TE, content=b"%x\r\n%s\r\n0\r\n\r\n" % (len(INNER), INNER), allowed=(BAD, Resolved(INNER, closes=True))),
    _both("request-behind-chunks", b"Content-Length: %d" % (5 + len(INNER)), TE, content=b"0\r\n\r\n" + INNER,
          allowed=(BAD, Resolved(b"", closes=True)), why="what follows the last chunk is no request"),
    _both("obscured-tab", CL, b"Transfer-Encoding:\tchunked"),
    _both("obscured-space-behind", CL, b"Transfer-Encoding: chunked \t"),
    _both("obscured-name-space", CL, b"Transfer-Encoding : chunked", allowed=(BAD,), why="space before the colon must be answered 400"),
    _both("obscured-vertical-tab", CL, b"Transfer-Encoding: \x0bchunked", allowed=(Refused(),), why="a control character in the coding"),
    _both("obscured-nul", CL, b"Transfer-Encoding: chunked\x00", allowed=(Refused(),), why="NUL in the coding"),
    _both("obscured-x", CL, b"Transfer-Encoding: xchunked", allowed=(BAD,), why="an unknown coding; its end is unknown"),
    _both("obscured-quoted", CL, b'Transfer-Encoding: "chunked"', allowed=(BAD,), why="an unknown coding; its end is unknown"),
    _both("obscured-fold", CL, b"Transfer-Encoding:\r\n chunked", allowed=(BAD, CLOSED), why="RFC 9112 5.2: refused, or unfolded"),
    _both("obscured-fold-tab", CL, b"Transfer-Encoding:\r\n\tchunked", allowed=(BAD, CLOSED), why="RFC 9112 5.2: refused, or unfolded"),
    _both("obscured-underscore", CL, b"Transfer_Encoding: chunked",
          allowed=(Refused(), Resolved(CHUNKS, absent=(b"transfer_encoding",))), why="CGI reads it as the coding"),
    _both("obscured-bare-lf", b"X-A: b\nTransfer-Encoding: chunked", CL, allowed=(BAD, CLOSED), why="RFC 9112 2.2: a bare LF ends a line, or is refused"),
    _both("obscured-bare-cr", b"X-A: b\rTransfer-Encoding: chunked", CL, allowed=(Refused(), Resolved(CHUNKS)), why="RFC 9112 2.2: a bare CR ends nothing"),
    _both("obscured-first-line", b" Transfer-Encoding: chunked", CL, allowed=(Refused(), Resolved(CHUNKS, absent=(b"transfer-encoding",))), why="RFC 9112 5.2: a folded line of Host, or refused"),
]


def _coding(name, value, allowed=(BAD,), content=CHUNKS, why="whose last coding isn't chunked has no end", version=b"1.1"):
    return Case(f"coding-{name}", CODING, post(content, *(b"Transfer-Encoding: " + one if one else b"Transfer-Encoding:" for one in value), version=version), allowed, why)


CODINGS = [
    _coding("chunked", [b"chunked"], (Resolved(b"abc", goes_on=True), Refused((411,))), why="what must pass"),
    _coding("chunked-upper", [b"CHUNKED"], (Resolved(b"abc", goes_on=True), Refused((411,))), why="codings have no case"),
    _coding("identity", [b"identity"], why="withdrawn by RFC 7230"),
    _coding("identity-chunked", [b"identity, chunked"], why="a coding that isn't undone here"),
    _coding("chunked-identity", [b"chunked, identity"]),
    _coding("gzip", [b"gzip"]),
    _coding("gzip-chunked", [b"gzip, chunked"], (BAD, Resolved(b"abc", fields=((b"transfer-encoding", b"gzip, chunked"),))), why="501, or passed on as it is"),
    _coding("chunked-gzip", [b"chunked, gzip"]),
    _coding("chunked-chunked", [b"chunked, chunked"], why="chunked must not be applied twice"),
    _coding("chunked-twice", [b"chunked", b"chunked"], why="chunked must not be applied twice"),
    _coding("gzip-then-chunked", [b"gzip", b"chunked"], why="501: a coding that isn't undone here"),
    _coding("chunked-then-gzip", [b"chunked", b"gzip"]),
    _coding("empty", [b""], (BAD, Resolved(b"", closes=True)), why="no coding at all"),
    _coding("empty-then-chunked", [b"", b"chunked"], (BAD, Resolved(b"abc", closes=False)), why="a list with nothing in it"),
    _coding("chunked-then-empty", [b"chunked", b""], (BAD, Resolved(b"abc", closes=False)), why="a list with nothing in it"),
    _coding("comma-chunked", [b", chunked"], (BAD, Resolved(b"abc")), why="RFC 9110 5.6.1.2: empty elements may be ignored"),
    _coding("chunked-comma", [b"chunked,"], (BAD, Resolved(b"abc")), why="RFC 9110 5.6.1.2: empty elements may be ignored"),
    _coding("parameter", [b"chunked;q=1"], why="chunked has no parameters"),
    _coding("parameter-space", [b"chunked ; a=b"], why="chunked has no parameters"),
    _coding("xchunked", [b"xchunked"]),
    _coding("chunkedx", [b"chunkedx"]),
    _coding("chunked-word", [b"chunked x"]),
    _coding("quoted", [b'"chunked"']),
    _coding("apostrophes", [b"'chunked'"]),
    _coding("non-ascii", [b"chunked\xa0"], why="what Unicode calls a space"),
    _coding("zero-width", ["chunked\u200b".encode()], why="a character that nobody sees"),
    _coding("kelvin", ["chun\u212aed".encode()], why="U+212A folds to k for some"),
    _coding("vertical-tab", [b"\x0bchunked"], (Refused(),), why="a control character that some trim"),
    _coding("form-feed", [b"chunked\x0c"], (Refused(),), why="a control character that some trim"),
    _coding("delete", [b"chunked\x7f"], (Refused(),), why="a control character"),
    _coding("fold", [b"chun\r\n ked"], (BAD,), why="unfolded it is two words"),
    _coding("fold-before", [b"\r\n chunked"], (BAD, Resolved(b"abc")), why="RFC 9112 5.2: refused, or unfolded"),
    _coding("old", [b"chunked"], (BAD, Resolved(b"abc", closes=True)), version=b"1.0", why="framing of HTTP/1.0 is faulty, and the connection ends"),
    _coding("old-gzip", [b"gzip"], version=b"1.0"),
    Case("coding-old-both", CODING, post(CHUNKS, TE, CL, version=b"1.0"), (BAD, CLOSED), "framing of HTTP/1.0 is faulty, and the connection ends"),
    Case("coding-old-kept", CODING, post(CHUNKS, TE, b"Connection: keep-alive", version=b"1.0"), (BAD, CLOSED), "framing of HTTP/1.0 is faulty, and the connection ends"),
]

CASES = BOTH_FRAMINGS + CODINGS
