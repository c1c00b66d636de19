"""Cases that tamis does not pass, each with the reason; a run fails where one of them passes, or another one doesn't."""

KNOWN = {}
