"""Single promises, each with a name that says what it shows and the fact behind it."""

from . import consent, cookies, exchange

CHECKS = consent.CHECKS + cookies.CHECKS + exchange.CHECKS
