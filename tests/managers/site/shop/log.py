"""A record of every request: what came in Cookie and X-Consent, octet by octet."""

import json
import os


class Log:
    """Middleware that appends one JSON line a request to the file SHOP_LOG, before the answer."""

    def __init__(self, get_response):
        self.get_response = get_response
        self.file = open(os.environ["SHOP_LOG"], "ab", buffering=0)  # one write a line: threads don't mix theirs

    def __call__(self, request):
        line = {
            "path": request.path,
            "method": request.method,
            "cookie": request.META.get("HTTP_COOKIE", ""),
            "consent": request.META.get("HTTP_X_CONSENT", ""),
        }
        self.file.write(json.dumps(line).encode() + b"\n")
        return self.get_response(request)
