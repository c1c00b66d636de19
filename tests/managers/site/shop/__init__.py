"""A site with django-cookie-consent as its consent manager."""
