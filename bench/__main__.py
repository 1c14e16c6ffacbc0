"""`make bench`: what the hotline costs and how fast it is, as ratios and counts. The last line is JSON."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

from bench import environment

BUDGETS = {
    "first_sms_round_trips": 2,
    "case_write_units_by_rule": 90,
    "voice_webhook_cpu_ms": 300,
    "answer_search_ms": 20,
    "import_ratio": 1.3,
    "page_ms": 30,
    "page_kb": 100,
    "package_mb": 25,
}
"""Figure → the most it may be. What is over is marked; the exit status tells of failures only."""

MANY_LISTED = int(os.environ.get("LISTED", "10000"))
"""Cases in Open311's list; storing them takes most of the time: `LISTED=100000 make bench` for patient people."""


def main() -> None:
    """Run every measurement and print it as it comes."""
    figures: dict[str, Any] = {}
    with environment.database() as engine:
        print(f"Database: {engine}\n")
        figures["engine"] = engine
        figures.update(_ordinary_case())
        figures.update(_idle_minute())
        figures.update(_wake_ups())
        figures.update(_report_reads())
        figures.update(_open311_reads())
        figures.update(_message_time())
        figures.update(_call_time())
        figures.update(_pages())
    figures.update(_answer_search())
    figures.update(_hour_at_the_centre())
    figures.update(_package())
    print(json.dumps(figures, ensure_ascii=False))


def _ordinary_case() -> dict[str, Any]:
    from bench.ordinary_case import live_through

    steps = live_through()
    print(
        "An ordinary case                 calls  write units: engine  by rule  read units  calls in their order"
    )
    for step in steps:
        _case_line(step.name, len(step.calls), step.write_units, step.units_by_rule, step.read_units)
        print("    " + ", ".join(call.operation for call in step.calls))
    figures = {
        "first_sms_round_trips": len(steps[0].calls),
        "case_calls": sum(len(step.calls) for step in steps),
        "case_write_units": sum(step.write_units for step in steps),
        "case_write_units_by_rule": sum(step.units_by_rule for step in steps),
        "case_read_units": sum(step.read_units for step in steps),
    }
    whole = [
        figures[f"case_{name}"] for name in ("calls", "write_units", "write_units_by_rule", "read_units")
    ]
    _case_line("whole life", *whole)
    print(f"  first text: {_against_budget('first_sms_round_trips', figures)} round trips")
    print(f"  whole life: {_against_budget('case_write_units_by_rule', figures)} write units by rule")
    print(
        "  The engine counts one item per table of a transaction; the rules count them all, and are what is billed.\n"
    )
    return figures


def _case_line(name: str, calls: float, engine: float, rule: float, read: float) -> None:
    print(f"  {name:<30} {calls:>5} {engine:>20.1f} {rule:>8} {read:>11.1f}")


def _idle_minute() -> dict[str, Any]:
    from bench.idle_minute import idle_runs

    runs = idle_runs()
    figures = {
        "idle_minute_calls": sum(run.calls for run in runs),
        "idle_minute_read_units": sum(run.read_units for run in runs),
        "idle_minute_log_bytes": sum(run.log_bytes for run in runs),
    }
    print(
        f"A minute without work: {figures['idle_minute_calls']} calls, "
        f"{figures['idle_minute_read_units']:g} read units, {figures['idle_minute_log_bytes']} bytes of log\n"
    )
    return figures


def _wake_ups() -> dict[str, Any]:
    from bench.wake_ups import reads_with_open

    few, many = reads_with_open(1_000), reads_with_open(4_000)
    print(f"Reads to find 100 due cases: {few} with 1,000 open, {many} with 4,000 open\n")
    return {"wake_reads_1000_open": few, "wake_reads_4000_open": many}


def _report_reads() -> dict[str, Any]:
    from bench.report_reads import reads_with_cases

    few, many = reads_with_cases(10), reads_with_cases(1_000)
    print(
        f"Reads for a half-year report of the province: {few} with 10 cases a day, {many} with 1,000 a day\n"
    )
    return {"report_reads_10_a_day": few, "report_reads_1000_a_day": many}


def _open311_reads() -> dict[str, Any]:
    from bench.open311_reads import reads_among

    few, many = reads_among(1_000), reads_among(MANY_LISTED)
    print(
        f"A page of Open311's list         reads among 1,000 cases  among {MANY_LISTED:,}   read units of both"
    )
    for name, one in few.items():
        other = many[name]
        print(f"  {name:<30} {one.calls:>22} {other.calls:>13} {one.units:>15.1f} {other.units:>8.1f}")
    print()
    return {
        "open311_reads_1000_listed": {name: one.calls for name, one in few.items()},
        f"open311_reads_{MANY_LISTED}_listed": {name: one.calls for name, one in many.items()},
    }


def _message_time() -> dict[str, Any]:
    from bench.message_time import milliseconds_of_cpu

    handled, understood = milliseconds_of_cpu()
    print(
        f"One text message: {handled:.1f} ms of CPU in our process, {understood:.2f} ms of it to understand it\n"
    )
    return {"message_cpu_ms": round(handled, 2), "understand_ms": round(understood, 3)}


def _call_time() -> dict[str, Any]:
    from bench.call_time import milliseconds_of_cpu

    spent = milliseconds_of_cpu()
    figures = {"voice_webhook_cpu_ms": round(max(spent.values()), 1)}
    told = ", ".join(f"{branch} {time:.0f}" for branch, time in spent.items())
    print(f"The dearest webhook of a call, ms of CPU by branch: {told}")
    print(f"  at most {_against_budget('voice_webhook_cpu_ms', figures)} ms\n")
    return figures


def _pages() -> dict[str, Any]:
    from bench.page_time import pages

    print("A public page                  status    ms  calls  kB over the wire")
    found = pages()
    for page in found:
        kilobytes = page.bytes_sent / 1000
        print(
            f"  {page.path:<28} {page.status:>6} {page.milliseconds:>5.1f} {page.calls:>6} {kilobytes:>17.1f}"
        )
    figures = {
        "page_ms": round(max(page.milliseconds for page in found), 1),
        "page_kb": round(max(page.bytes_sent for page in found) / 1000, 1),
    }
    print(
        f"  slowest {_against_budget('page_ms', figures)} ms; largest {_against_budget('page_kb', figures)} kB\n"
    )
    return figures


def _answer_search() -> dict[str, Any]:
    from bench.answer_search import ANSWERS, milliseconds_of_cpu

    mean, dearest, first = milliseconds_of_cpu()
    figures = {"answer_search_ms": round(dearest, 1), "answer_first_search_ms": round(first)}
    print(f"A search of {ANSWERS:,} published answers: {mean:.1f} ms of CPU on average")
    print(f"  the dearest {_against_budget('answer_search_ms', figures)} ms")
    print(f"  the first one, which makes the index, {first:.0f} ms\n")
    return figures


def _hour_at_the_centre() -> dict[str, Any]:
    from bench.queue import show, simulate

    hour = simulate()
    show(hour)
    print()
    ends = hour.ends
    return {"hour_callers": len(hour.callers), "hour_answered": ends["answered"], "hour_lost": ends[""]}


def _package() -> dict[str, Any]:
    from bench.cold_start import RUNS, measure
    from infra.zips import PackagingFailed

    print(
        f"The package as deployed: import {RUNS} times in turn, then each function with the same event twice …"
    )
    try:
        found = measure()
    except PackagingFailed as problem:
        print(f"  not measured: {problem}\n")
        return {}
    figures: dict[str, Any] = {
        "package_mb": round(found.sizes["total"] / 1e6, 1),
        "import_ratio": round(found.compiled.ratio, 3),
        "import_ratio_from_source": round(found.from_source.ratio, 3),
        "peak_mb": {name: round(called.peak_mb) for name, called in sorted(found.functions.items())},
    }
    for what, start in (("compiled", found.compiled), ("from source", found.from_source)):
        print(
            f"  {what:<12} app.py {start.app:.0f} ms, chalice and a DynamoDB client {start.baseline:.0f} ms"
        )
    print(f"  ratio {_against_budget('import_ratio', figures)}; from source {found.from_source.ratio:.2f}")
    print(
        f"  zips {_against_budget('package_mb', figures)} MB: {found.sizes['layer'] / 1e6:.1f} libraries, the rest code"
    )
    print("  Function             memory at most  CPU of start and first call  of the second")
    for name, called in sorted(found.functions.items()):
        first, second = called.cpu_ms
        print(f"  {name:<20} {called.peak_mb:>11.0f} MB {first:>25.0f} ms {second:>11.0f} ms")
    print()
    return figures


def _against_budget(name: str, figures: Mapping[str, float]) -> str:
    """Return a figure beside its budget, marked when it is over."""
    value, most = figures[name], BUDGETS[name]
    return f"{value:g}, budget {most:g}{'  OVER BUDGET' if value > most else ''}"


if __name__ == "__main__":
    main()
