"""Single promises, each with a name that says what it shows and the fact behind it."""

from . import consent, cookies, exchange, handshake, http2, newcomer, websocket

CHECKS = (
    consent.CHECKS
    + cookies.CHECKS
    + exchange.CHECKS
    + http2.CHECKS
    + websocket.CHECKS
    + handshake.CHECKS
    + newcomer.CHECKS
)
