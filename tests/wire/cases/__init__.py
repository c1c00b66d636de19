"""The cases, one idea a file."""

from dataclasses import replace

from cases import answers, chunks, fields, http2, lengths, lines, methods, targets, transfer_coding, upgrade

CASES = [
    replace(case, group=module.__doc__.split("\n")[0].rstrip("."))
    for module in (lengths, transfer_coding, chunks, lines, fields, targets, methods, upgrade, http2, answers)
    for case in module.CASES
]
