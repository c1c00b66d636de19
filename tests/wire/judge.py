"""What became of a case, held against what may become of it."""

from dataclasses import dataclass, replace

import frames
from agent import Answers
from case import Answer, Bad, Cut, Frames, Good, Refused, Resolved
from grammar import Malformed

SECOND, CONTROL = b"/second", b"/control"


@dataclass
class Outcome:
    """What the user agent got, and the octets of it: on the connection of the case, and on the next one."""

    case: object
    came: bytes
    control: bytes
    heard: list
    broken: str = ""  # what kept the case from being played to its end


@dataclass
class Verdict:
    """`said` is the answer in a word; `fault` why it isn't allowed, or empty."""

    said: str
    fault: str


def of(outcome):
    """The verdict on a case."""
    if isinstance(outcome.case, Frames) and not outcome.broken:
        return framed(outcome)
    answers = Answers(outcome.came, [getattr(outcome.case, "method", b"GET"), b"GET"])
    return verdict(outcome, answers.final, answers)


def framed(outcome):
    """The verdict on a case of HTTP/2."""
    answers = Answers(b"", [])
    answers.final = frames.messages(outcome.came)
    return replace(verdict(outcome, answers.final, answers), said=frames.describe(outcome.came))


def verdict(outcome, final, answers):
    """Whether one of the allowed outcomes holds, or why none does."""
    said = describe(final, answers)
    if outcome.broken:
        return Verdict(said, outcome.broken)
    faults = [str(fault) for _, fault in outcome.heard if isinstance(fault, Malformed)]
    if faults:
        return Verdict(said, f"the origin server got {faults[0]}")
    if answers.fault:
        return Verdict(said, f"the user agent got {answers.fault}")
    if fault := control_fault(outcome):
        return Verdict(said, fault)
    if isinstance(outcome.case, Answer):
        faults = [answered(outcome, final, one) for one in outcome.case.allowed]
    else:
        faults = [held(outcome, final, one) for one in outcome.case.allowed]
    if "" in faults:
        return Verdict(said, "")
    return Verdict(said, "; ".join(dict.fromkeys(faults)))


def describe(final, answers):
    """`400, closed`, `200, then 200`."""
    statuses = [f"{answer.status}{'' if answer.whole else ' cut'}" for answer in final]
    if answers.fault:
        statuses.append("garbage")
    return ", then ".join(statuses) or "closed"


def control_fault(outcome):
    """Whether a request on another connection got its own answer, and reached the origin server once."""
    answers = Answers(outcome.control, [b"GET"])
    if answers.fault or len(answers.final) != 1:
        return f"the next visitor got {answers.fault or len(answers.final)} answers"
    own = b"seen GET " + control_of(outcome.case) + b"\n"
    if answers.final[0].content != own:
        return f"the next visitor got {answers.final[0].start.decode()} {answers.final[0].content[:60]!r}"
    reached = [request for _, request in outcome.heard if request.target == control_of(outcome.case)]
    return "" if len(reached) == 1 else f"the next visitor's request came {len(reached)} times"


def control_of(case):
    """The target of the request on another connection."""
    return CONTROL + b"/" + case.id.encode()


def second_of(case):
    """The target of the request behind it."""
    return SECOND + b"/" + case.id.encode()


def held(outcome, final, allowed):
    """Why an outcome isn't this one, or empty."""
    case = outcome.case
    requests = [request for _, request in outcome.heard]
    if isinstance(case, Frames) and case.floods:
        requests = [request for request in requests if request.target != b"/reset"]
    second = [request for request in requests if request.target == second_of(case)]
    interim_only = [answer.status for answer in final if answer.status == 101]
    if interim_only and not isinstance(allowed, Resolved):
        return "101"
    first = [request for request in requests if request.target not in (second_of(case), control_of(case))]
    # What speaks of the second request's own answer, so that nobody gets another's.
    seconds = [answer for answer in final[1:] if answer.content == b"seen GET " + second_of(case) + b"\n"]
    errors = [answer for answer in final[1:] if answer.status >= 400]  # the proxy's own word about what followed
    if len(final) > 2 or len(seconds + errors) != len(final[1:]) or len(second) != len(seconds):
        return f"{len(final)} answers, the second one another's"
    if isinstance(allowed, Refused):
        return refused(final, first, second, allowed)
    return resolved(final, first, second, allowed)


def refused(final, first, second, allowed):
    """Why it wasn't refused like this."""
    if first:
        return f"{first[0].start.decode('latin-1')} reached the origin server"
    if allowed.closes and second:
        return "the connection went on"
    if not final:
        return "" if allowed.bare else "closed without a status"
    status = final[0].status
    right = status in allowed.statuses if allowed.statuses else 400 <= status < 600
    return "" if right else f"{status}"


def resolved(final, first, second, allowed):
    """Why it wasn't passed on like this."""
    if len(first) != 1:
        return f"{len(first)} requests reached the origin server"
    request = first[0]
    if not final or final[0].status not in allowed.statuses:
        return f"passed on, and answered {final[0].status if final else 'nothing'}"
    wanted = {"content": allowed.content, "method": allowed.method, "target": allowed.target}
    for what, value in wanted.items():
        if value is not None and getattr(request, what) != value:
            return f"{what} {getattr(request, what)[:60]!r} reached the origin server"
    if allowed.host is not None and request.all(b"host") != [allowed.host]:
        return f"Host {request.all(b'host')!r} reached the origin server"
    for name, value in allowed.fields:
        if request.all(name) != [value]:
            return f"{name.decode()} {request.all(name)!r} reached the origin server"
    for name in allowed.absent:
        if request.all(name):
            return f"{name.decode()} reached the origin server"
    for name in allowed.no_trailers:
        if any(name in (None, other) for other, _ in request.trailers):
            return f"the trailer {(name or request.trailers[0][0]).decode()} reached the origin server"
    if allowed.closes and second:
        return "the connection went on"
    if allowed.goes_on and not second:
        return "the connection did not go on"
    return ""


def answered(outcome, final, allowed):
    """Why the user agent didn't get this for what the origin server said, or empty."""
    case = outcome.case
    asked = [(number, request) for number, request in outcome.heard if request.target == b"/answer/" + case.id.encode()]
    if not asked or (len(asked) > 1 and not case.again) or not final:
        return "" if not final and isinstance(allowed, Cut) else f"{len(asked)} requests, {len(final)} answers"
    if not case.reuse and any(number == asked[0][0] for number, request in outcome.heard if request is not asked[0][1]):
        return "the connection to the origin server was used again"
    own = b"seen GET " + second_of(case) + b"\n"
    if len(final) > 2 or any(answer.content != own for answer in final[1:]):
        return f"{len(final)} answers, the second one another's"
    answer = final[0]
    if isinstance(allowed, Bad):
        return "" if answer.status in allowed.statuses and answer.whole else str(answer.status)
    if isinstance(allowed, Cut):
        broken = not answer.whole or (answer.framing == "close" and len(final) == 1)
        return "" if broken and allowed.content.startswith(answer.content) else "not visibly cut"
    if answer.status != allowed.status or not answer.whole:
        return f"{answer.status}{'' if answer.whole else ' cut'}"
    if allowed.content is not None and answer.content != allowed.content:
        return f"content {answer.content[:60]!r}"
    for name, value in allowed.fields:
        if answer.all(name) != [value]:
            return f"{name.decode()} {answer.all(name)!r}"
    for name in allowed.absent:
        if answer.all(name) or any(name == other for other, _ in answer.trailers):
            return f"{name.decode()} reached the user agent"
    return ""
