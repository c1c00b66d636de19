"""What Django saw of a request."""

from django.core.handlers.asgi import ASGIRequest
from django.http import JsonResponse
from django.views.decorators.csrf import csrf_exempt


def saw(request):
    """What must be the same with and without a gateway: cookies, host, scheme, the user's own fields."""
    return JsonResponse(
        {
            "cookie": request.META.get("HTTP_COOKIE"),  # latin-1, as WSGI has it
            "cookies": request.COOKIES,
            "host": request.get_host(),
            "scheme": request.scheme,
            "secure": request.is_secure(),
            "absolute": request.build_absolute_uri(),
            "agent": request.META.get("HTTP_USER_AGENT"),
            "language": request.META.get("HTTP_ACCEPT_LANGUAGE"),
            "gpc": request.META.get("HTTP_SEC_GPC"),
            "query": request.META.get("QUERY_STRING"),
        }
    )


@csrf_exempt
def meta(request):
    """Every string of the WSGI environment, and under ASGI the HTTP version that the server spoke."""
    told = {name: value for name, value in request.META.items() if isinstance(value, str)}
    if isinstance(request, ASGIRequest):
        told["http_version"] = request.scope["http_version"]
    return JsonResponse(told)
