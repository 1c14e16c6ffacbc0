"""`make run`: one province on this machine, until Ctrl-C."""

from __future__ import annotations

import faulthandler
import logging
import os
import signal
import sys
from queue import SimpleQueue
from types import FrameType

from local.demo_texts import PHONE, sample_text
from local.machine import Ended, Machine
from local.options import Options, WrongOption, read_options
from packs.problem import PackError

BANNER = """
  Tổng đài 1022 {province} — đang chạy trên máy này · running on this machine

    Tổng đài · hotline      {hotline}
    Mô phỏng · simulator    {simulator}   (điện thoại, hộp thư, đồng hồ · phones, mailboxes, clock)
    Đồng hồ · clock         {now}
    Dữ liệu · data          {data}

  Thử ngay · try:
    curl -s {simulator}/api/sms -H 'Content-Type: application/json' \\
         -d '{{"from": "{phone}", "body": "{text}"}}'
    curl -s '{simulator}/api/messages?channel=email'
    curl -s {simulator}/api/clock -H 'Content-Type: application/json' -d '{{"advance_seconds": 86400}}'

  Ctrl-C kết thúc · ends everything.
"""


END_SECONDS = 15
"""Whatever hangs then is named on stderr and cut off; ending in order takes a second or two."""


class Ending:
    """Whether somebody asked us to end. A queue, because two signals at once would lock an Event up for good."""

    def __init__(self) -> None:
        self._asked = False
        self._asks: SimpleQueue[int] = SimpleQueue()

    def ask(self, number: int, frame: FrameType | None) -> None:
        """Take a signal."""
        first, self._asked = not self._asked, True
        if first:
            faulthandler.dump_traceback_later(END_SECONDS, exit=True)
        self._asks.put(number)

    def is_asked(self) -> bool:
        """Whether a signal has come."""
        return self._asked

    def wait(self) -> None:
        """Wait for a signal."""
        self._asks.get()


def main() -> int:
    """Run until a signal; return the exit status."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s: %(message)s", datefmt="%H:%M:%S")
    for noisy in ("werkzeug", "botocore", "boto3", "urllib3", "pynamodb"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    ending = Ending()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, ending.ask)
    try:
        options = read_options(os.environ)
        machine = Machine(options, is_ending=ending.is_asked)
    except WrongOption as error:
        print(error, file=sys.stderr)
        return 2
    try:
        machine.start()
        if options.demo:
            from local.demo import fill

            fill(machine, ending.is_asked)
        print(_banner(options, machine), flush=True)
        ending.wait()
        print("\nKết thúc … · ending …", flush=True)
    except Ended:
        pass
    except (WrongOption, PackError) as error:
        print(error, file=sys.stderr)
        return 2
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)  # once is enough: what is under way ends in order
        machine.stop()
    return 0


def _banner(options: Options, machine: Machine) -> str:
    lasting = f"DynamoDB Local, {machine.folder}" if options.engine == "local" else "trong bộ nhớ · in memory"
    late = f"\n  {machine.late}\n" if machine.late else ""
    return late + BANNER.format(
        phone=PHONE,
        text=sample_text(options.province),
        province=options.province,
        hotline=options.hotline,
        simulator=options.simulator,
        now=machine.clock.now().isoformat(" ", "minutes"),
        data=lasting,
    )


if __name__ == "__main__":
    sys.exit(main())
