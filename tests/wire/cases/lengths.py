"""Content-Length."""

from case import INNER, Case, Refused, Resolved, get, post

INVALID = "RFC 9112 6.3 rule 5"
# A recipient without a final answer to it must answer 400 and close.
BAD = Refused((400,), bare=False)
MERGED = Resolved(b"abc", fields=((b"content-length", b"3"),))


def _odd(name, value, why, allowed=(BAD,), content=b"abc"):
    return Case(f"length-{name}", INVALID, post(content, b"Content-Length: " + value), allowed, why)


ODD = [
    _odd("plus", b"+3", "a sign is no digit"),
    _odd("minus", b"-3", "a sign is no digit"),
    _odd("minus-zero", b"-0", "a sign is no digit", content=b""),
    _odd("hex", b"0x3", "a prefix is no digit"),
    _odd("hex-digit", b"a", "hexadecimal is no decimal"),
    _odd("float", b"3.0", "a point is no digit"),
    _odd("exponent", b"3e0", "an e is no digit"),
    _odd("empty", b"", "no digit at all"),
    _odd("space-inside", b"3 0", "two numbers"),
    _odd("tab-inside", b"3\t0", "two numbers"),
    _odd("underscore", b"3_0", "some languages read 30"),
    _odd("quoted", b'"3"', "quotes are no digits"),
    _odd("semicolon", b"3;", "a parameter is none"),
    _odd("comma-alone", b",", "a list of nothing"),
    _odd("trailing-comma", b"3,", "a list with nothing in it"),
    _odd("leading-comma", b",3", "a list with nothing in it"),
    _odd("word", b"three", "no digit at all"),
    _odd("arabic-digits", "٣".encode(), "digits of another script"),
    _odd("fullwidth-digit", "３".encode(), "digits of another script"),
    _odd("latin-superscript", b"\xb3", "an octet that Unicode calls a digit"),
    _odd("vertical-tab", b"\x0b3", "a control character that some trim", (Refused(),)),
    _odd("form-feed", b"3\x0c", "a control character that some trim", (Refused(),)),
    _odd("nul", b"3\x00", "RFC 9110 5.5: NUL in a value", (Refused(),)),
    _odd("u64", b"18446744073709551616", "2^64 is 0 for those who wrap", (Refused((400, 413), bare=False),)),
    _odd("u64-plus", b"18446744073709551619", "2^64+3 is 3 for those who wrap", (Refused((400, 413), bare=False),)),
    _odd("u32-plus", b"4294967299", "2^32+3 is 3 for those who wrap", (Refused(),)),
    _odd("i64", b"9223372036854775808", "2^63 is negative for some", (Refused(),)),
    _odd("huge", b"9" * 400, "more digits than any number has", (Refused((400, 413), bare=False),)),
]

REPEATED = [
    Case("length-twice-differing", INVALID, post(b"abcd", b"Content-Length: 3", b"Content-Length: 4"), (BAD,), "two lengths"),
    Case("length-twice-differing-back", INVALID, post(b"abcd", b"Content-Length: 4", b"Content-Length: 3"), (BAD,), "two lengths"),
    Case("length-apart-differing", INVALID, post(b"abcd", b"Content-Length: 3", b"X-A: b", b"Content-Length: 4"), (BAD,), "two lengths, not side by side"),
    Case("length-twice-empty-first", INVALID, post(b"abc", b"Content-Length:", b"Content-Length: 3"), (BAD,), "one of them is none"),
    Case("length-twice-empty-last", INVALID, post(b"abc", b"Content-Length: 3", b"Content-Length:"), (BAD,), "one of them is none"),
    Case("length-list-differing", INVALID, post(b"abcd", b"Content-Length: 3, 4"), (BAD,), "two lengths in a list"),
    Case("length-zero-and-some", INVALID, post(b"abc", b"Content-Length: 0", b"Content-Length: 3"), (BAD,), "with and without content"),
    Case("length-twice-equal", INVALID, post(b"abc", b"Content-Length: 3", b"Content-Length: 3"), (BAD, MERGED), "equal ones may be merged into one"),
    Case("length-list-equal", INVALID, post(b"abc", b"Content-Length: 3, 3"), (BAD, MERGED), "equal ones may be merged into one"),
    Case("length-thrice-equal", INVALID, post(b"abc", *[b"Content-Length: 3"] * 3), (BAD, MERGED), "equal ones may be merged into one"),
    Case("length-leading-zeros", "RFC 9110 8.6", post(b"abc", b"Content-Length: 0003"), (BAD, Resolved(b"abc")), "digits alone; some read octal"),
    Case("length-octal-looking", "RFC 9110 8.6", post(b"0123456789", b"Content-Length: 010"), (BAD, Resolved(b"0123456789")), "ten, never eight"),
    Case("length-equal-in-value", INVALID, post(b"abc", b"Content-Length: 3", b"Content-Length: 03"), (BAD, Resolved(b"abc")), "not the same octets; the same number"),
]

PLAIN = [
    Case("length-plain", "RFC 9112 6.2", post(b"abc", b"Content-Length: 3"), (Resolved(b"abc", goes_on=True),), "what must pass"),
    Case("length-zero", "RFC 9112 6.2", post(b"", b"Content-Length: 0"), (Resolved(b"", goes_on=True),), "what must pass"),
    Case("length-space-around", "RFC 9112 5", post(b"abc", b"Content-Length: \t 3 \t"), (Resolved(b"abc", goes_on=True),), "space around a value isn't part of it"),
    Case("length-lower-case", "RFC 9110 5.1", post(b"abc", b"content-length: 3"), (Resolved(b"abc", goes_on=True),), "names have no case"),
    Case("length-of-get", "RFC 9110 9.3.1", get(b"Content-Length: 5") + b"GET /", (BAD, Refused(), Resolved(b"GET /")), "content of a GET is content, not a request"),
    Case("length-of-head", "RFC 9110 9.3.2", b"HEAD /page HTTP/1.1\r\nHost: x.test\r\nContent-Length: 5\r\n\r\nGET /", (Refused(), Resolved(b"GET /")), "content of a HEAD is content, not a request", method=b"HEAD"),
    Case("length-of-delete", "RFC 9110 9.3.5", b"DELETE /page HTTP/1.1\r\nHost: x.test\r\nContent-Length: 5\r\n\r\nGET /", (Refused(), Resolved(b"GET /")), "content of a DELETE is content, not a request"),
    Case("length-hides-a-request", "RFC 9112 6.2", post(INNER, b"Content-Length: %d" % len(INNER)), (Resolved(INNER, goes_on=True),), "content that looks like a request"),
    Case("length-none", "RFC 9112 6.3 rule 6", post(b""), (Resolved(b"", goes_on=True), Refused((411,))), "no framing is no content"),
    Case("length-too-short", "RFC 9112 6.3", post(b"abc(", b"Content-Length: 3"), (Resolved(b"abc", closes=True),), "what is left over is no request"),
    Case("length-too-long", "RFC 9112 8", post(b"abc", b"Content-Length: 10"), (Refused(),), "an upload that breaks off is never whole", follows=False, finish=True),
    Case("length-name-underscore", "RFC 3875 4.1.18", post(b"", b"Content_Length: 41") , (Refused(), Resolved(b"", absent=(b"content_length",))), "CGI reads it as the length"),
    Case("length-name-space", "RFC 9112 5.1", post(b"abc", b"Content-Length : 3"), (BAD,), "space before the colon must be answered 400"),
]

CASES = ODD + REPEATED + PLAIN
