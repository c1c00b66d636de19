# The Django portal of the tests as an image, for compose.yaml: a site to put tamis in front of. Its context is tests/django.
FROM python:3.11.13-slim-bookworm
WORKDIR /site
COPY requirements.txt ./requirements.txt
RUN pip install --no-cache-dir --requirement requirements.txt
COPY site .
ENV PYTHONPATH=/site PYTHONDONTWRITEBYTECODE=1 DJANGO_SETTINGS_MODULE=portal.settings PORTAL_BIND=0.0.0.0:8000
USER 65533:65533
CMD ["sh", "-c", "python -m django migrate --verbosity 0 && exec gunicorn --config gunicorn.conf.py --bind \"$PORTAL_BIND\" portal.wsgi:application"]
