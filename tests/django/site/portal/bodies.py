"""Bodies: uploads, long downloads, event streams, validators, ranges, content codings."""

import asyncio
import hashlib
import re
import threading
from datetime import datetime, timezone

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpResponse, JsonResponse, StreamingHttpResponse
from django.middleware.gzip import GZipMiddleware
from django.utils.decorators import decorator_from_middleware
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import conditional_page, last_modified, require_POST

MIB = 1 << 20
TEXT = b"".join(b"line %04d of a text that has ranges and validators\n" % number for number in range(500))


@require_POST
def upload(request):
    """A multipart upload (CSRF-protected): what arrived."""
    file = request.FILES["file"]
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    return JsonResponse({"name": file.name, "size": file.size, "sha256": digest.hexdigest(), "note": request.POST["note"]})


@csrf_exempt
def body(request):
    """A body of any kind: how long it was said to be and what was read; `?content` tells the latter alone."""
    digest, size = hashlib.sha256(), 0
    while chunk := request.read(1 << 16):
        digest.update(chunk)
        size += len(chunk)
    read = {"size": size, "sha256": digest.hexdigest()}
    if "content" in request.GET:
        return JsonResponse(read)
    framing = {
        "method": request.method,
        "content_length": request.META.get("CONTENT_LENGTH"),
        "transfer_encoding": request.META.get("HTTP_TRANSFER_ENCODING"),
    }
    return JsonResponse(framing | read)


def blocks(mib):
    """`mib` MiB, a different block for each."""
    for number in range(mib):
        yield hashlib.sha256(b"block %d" % number).digest() * (MIB // 32)


def download(request):
    """A long deterministic body, streamed; `?mib=64`, with `&chunked` no length is known beforehand."""
    mib = int(request.GET.get("mib", 64))
    chunks = in_threads(blocks(mib)) if isinstance(request, ASGIRequest) else blocks(mib)
    response = StreamingHttpResponse(chunks, content_type="application/octet-stream")
    if "chunked" not in request.GET:
        response["Content-Length"] = str(mib * MIB)
    return response


SEEN = {}  # (stream, number) -> set when the user agent says that it has received that event


def events(request):
    """Server-sent events. Each next one is sent when the user agent, by another request, says that it has the last."""
    chunks = conversation(request.GET["stream"])
    chunks = in_threads(chunks) if isinstance(request, ASGIRequest) else chunks
    response = StreamingHttpResponse(chunks, content_type="text/event-stream")
    response["Cache-Control"] = "no-cache"
    response.set_cookie("_ga", "GA1.1.sse", max_age=60)
    return response


def conversation(stream):
    """The events of a stream."""
    for number in range(1, 4):
        arrived = SEEN.setdefault((stream, number), threading.Event())
        yield f"id: {number}\ndata: event {number}\n\n"
        if not arrived.wait(timeout=20):
            yield "data: the last event was held back\n\n"
            return


async def in_threads(chunks):
    """The chunks of a generator that blocks; under ASGI Django would read the generator to its end before it answers."""
    while (chunk := await asyncio.to_thread(next, chunks, None)) is not None:
        yield chunk


def seen(request):
    """The user agent has received an event."""
    SEEN.setdefault((request.GET["stream"], int(request.GET["number"])), threading.Event()).set()
    return HttpResponse(status=204)


@conditional_page
def fresh(request):
    """A page with an ETag, whose 304 carries its cookies as Django's does."""
    response = HttpResponse(TEXT, content_type="text/plain")
    response.set_cookie("django_language", "en")
    response.set_cookie("_ga", "GA1.1.304", max_age=60)
    return response


@last_modified(lambda request: datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc))
def dated(request):
    """A page with Last-Modified."""
    return HttpResponse(TEXT, content_type="text/plain")


def part(request):
    """One byte range (RFC 9110 14.2), or the whole."""
    asked = re.fullmatch(r"bytes=(\d+)-(\d+)", request.headers.get("Range", ""))
    if not asked:
        response = HttpResponse(TEXT, content_type="text/plain")
    elif int(asked[1]) >= len(TEXT):
        response = HttpResponse(status=416)
        response["Content-Range"] = f"bytes */{len(TEXT)}"
    else:
        first, last = int(asked[1]), min(int(asked[2]), len(TEXT) - 1)
        response = HttpResponse(TEXT[first : last + 1], content_type="text/plain", status=206)
        response["Content-Range"] = f"bytes {first}-{last}/{len(TEXT)}"
    response["Accept-Ranges"] = "bytes"
    response.set_cookie("django_language", "en")
    response.set_cookie("_ga", "GA1.1.206", max_age=60)
    return response


class PlainGZip(GZipMiddleware):
    """Django's, without the random length that it adds against BREACH: two answers must be comparable."""

    max_random_bytes = 0


@decorator_from_middleware(PlainGZip)
def gzipped(request):
    """A compressed page."""
    return HttpResponse(TEXT, content_type="text/plain")
