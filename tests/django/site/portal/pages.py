"""Pages that set, sign and delete cookies, and the state that every run starts from."""

from django.contrib import messages
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.contrib.sessions.models import Session
from django.core.signing import BadSignature
from django.db import connection
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST


def home(request):
    """A page with a form: sets csrftoken, follows the language, tells who is logged in."""
    return render(request, "page.html")


def messages_page(request):
    """GET shows the messages and so deletes their cookie; POST leaves one and redirects."""
    if request.method == "POST":
        messages.success(request, request.POST["text"])
        return redirect("/messages/")
    return render(request, "page.html")


def trackers(request):
    """Trackers as a server sets them, next to a cookie that the portal needs."""
    response = HttpResponse("trackers\n", content_type="text/plain")
    response.set_cookie("_ga", "GA1.1.31.32", max_age=63072000, domain=request.get_host())
    response.set_cookie("_ga_ABC123", "GS2.1.s17$o1$g0$t17$j60$l0$h0", max_age=63072000, samesite="Lax")
    response.set_cookie("_pk_id.1.abcd", "0f3c6ac1a9d1a2b3.1700000000.", max_age=34128000, samesite="lax")
    response.set_cookie("_fbp", "fb.1.1700000000.123", max_age=7776000, samesite="None", secure=True)
    response.set_cookie("mystery", "a,b;c", httponly=True, path="/")
    response.set_cookie("django_language", request.COOKIES.get("django_language", "en"))
    return response


def set_signed(request):
    """A signed cookie, whose bytes must survive both ways."""
    response = HttpResponse("signed\n", content_type="text/plain")
    response.set_signed_cookie("sig", "value: of; the, portal", salt="portal", httponly=True)
    return response


def signed(request):
    """What the signed cookie says, where its signature holds."""
    try:
        return JsonResponse({"sig": request.get_signed_cookie("sig", default=None, salt="portal")})
    except BadSignature:
        return JsonResponse({"sig": "forged"}, status=400)


def delete(request, name):
    """Deletes a cookie as Django does."""
    response = HttpResponse(f"deleted {name}\n", content_type="text/plain")
    response.delete_cookie(name)
    return response


@csrf_exempt
def status(request, status):
    """An answer of any status, each with a needed, a tracking and an unknown cookie."""
    if status in (301, 302, 303, 307, 308):
        response = redirect("/")
        response.status_code = status
    else:
        response = HttpResponse("" if status in (204, 304) else f"status {status}\n", content_type="text/plain", status=status)
    if status == 401:
        response["WWW-Authenticate"] = 'Basic realm="portal"'
    response.set_cookie("django_language", "en")
    response.set_cookie("_ga", f"GA1.1.{status}", max_age=60)
    response.set_cookie("mystery", str(status))
    return response


@csrf_exempt
@require_POST
def reset(request):
    """The same empty state before every run, so that two runs can be compared."""
    for model in (LogEntry, Group, Session):
        model.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM sqlite_sequence WHERE name IN ('auth_group', 'django_admin_log')")
    return HttpResponse(status=204)
