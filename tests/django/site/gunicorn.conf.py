"""How the portal is served: one process, many threads, nothing about proxies decided below Django."""

worker_class = "gthread"
workers = 1  # one: the event stream waits for a second request in the same process
threads = 16
timeout = 120
graceful_timeout = 2
keepalive = 15
# Django's own SECURE_PROXY_SSL_HEADER is under test, so gunicorn must not come to the same answer by itself.
secure_scheme_headers = {}
forwarded_allow_ips = ""
# X_Forwarded_For and X-Forwarded-For are one WSGI variable. Gunicorn's default hides that; here the gateway has to.
header_map = "dangerous"
