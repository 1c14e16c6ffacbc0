"""The end of a call: whoever hung up before a case existed is called back, with all that is known. No call is lost."""

from __future__ import annotations

from dataclasses import replace

from chalicelib.domain.call import ENDED, RUNG, Call, Came, Turn
from chalicelib.domain.script import HangUp
from chalicelib.usecases import call_answered, call_out, call_person, call_report
from chalicelib.usecases.call_back import call_back
from chalicelib.usecases.calling import Calling


def end(call: Call, came: Came, calling: Calling) -> Turn:
    """Note the end; a call without a case becomes one for the desk to call back."""
    ended = replace(call, ended_at=calling.now)
    branch = call.step.partition(".")[0]
    if branch == "out":
        return call_out.hung_up(ended, came, calling)
    if branch == "person":
        return call_person.hung_up(ended, calling)
    if (report := call_report.settle(call, calling)) is not None:
        return Turn(
            ended.remembers(held=False), (), report.cases if report.case.new_events else (), report.messages
        )
    if call.case_code:
        return Turn(ended, ())
    return call_answered.ended(ended, came, calling) or call_back(ended, calling)


def after_end(call: Call, came: Came, calling: Calling) -> Turn:
    """What comes after the end: how ringing went may be told late; it joins the history and changes nothing else."""
    if came.kind == RUNG:
        branch = call_out if call.step.startswith("out.") else call_person
        return branch.told_late(call, came, calling)
    return Turn(call, () if came.kind == ENDED else (HangUp(),))
