"""Cases that tamis does not pass, each with the reason; a run fails where one of them passes, or another one doesn't."""

_DROPPED = "h2 passes trailers on without their pseudo-header fields and says nothing of them: nothing of it goes upstream"

KNOWN = {
    "h2-trailers-pseudo": _DROPPED,
    "h2-trailers-pseudo-status": _DROPPED,
}
