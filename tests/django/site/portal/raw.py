"""Set-Cookie lines as some servers write them and Django does not; latin-1, as WSGI has it."""

RAW = {
    # Attributes as real servers write them.
    "attributes": [
        "django_language=a;path=/;samesite=lax",
        "django_language=b; PATH=/; HTTPONLY",
        "django_language=c; expires=Sun, 06-Nov-2094 08:49:37 GMT; Path=/",
        "django_language=d; Path=/; Priority=High; Partitioned; Secure; SameSite=None",
        "django_language=e; Domain=wrong.test; Domain=opendata.test; Path=/; Path=/deep",
        'django_language="f;g"; Path=/',
        "django_language=h ;  Path = / ;; Max-Age=5 ; Max-Age=60;",
        "django_language = i; Path=/",
        "django_language=j=k==; Path=/; Unknown=a, b",
    ],
    # Bytes that are no ASCII.
    "bytes": [
        "django_language=caf\xe9; Path=/",
        "django_language=" + "\u2713".encode().decode("latin-1") + "; Path=/",
        'django_language={"a":1,"b":[2,3]}; Path=/',
    ],
    # Without a name.
    "nameless": ["justvalue", "=novalue", "=sessionid=smuggled", "sessionid; Path=/", "django_language=kept; Path=/"],
    # Names that are not the declared one.
    "lookalikes": [
        "Sessionid=1; Path=/",
        "sessionid2=1; Path=/",
        "sessionid[]=1; Path=/",
        "sessionid%20=1; Path=/",
        "sessionid=real; Path=/; HttpOnly",
    ],
    # A tracker that deletes and rewrites its cookie many times.
    "rewrites": [
        line
        for turn in range(20)
        for line in (
            f"mp_mixpanel={turn}; Max-Age=31536000; Path=/",
            "mp_mixpanel=; expires=Thu, 01-Jan-1970 00:00:00 GMT; Path=/",
        )
    ],
    # Same name, different scope: all are kept, in order.
    "twins": [
        "sessionid=one; Path=/",
        "sessionid=two; Path=/deep",
        "_ga=GA1.1.31.32; Path=/",
        "sessionid=three; Path=/; Domain=opendata.test",
    ],
}
