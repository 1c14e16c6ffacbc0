"""HTTP routes and job handlers: parse, call one use case, reply. Chalice lives only here (and in app.py)."""

import json
import logging

from chalicelib.errors import NAMES_ONLY_THINGS

_PLAIN = frozenset(vars(logging.makeLogRecord({})))


class _JsonLines(logging.Formatter):
    """One JSON object a line, as log services read it; extras become fields."""

    def format(self, record: logging.LogRecord) -> str:
        line = {"level": record.levelname, "logger": record.name, "message": record.getMessage()}
        line.update(
            {key: value for key, value in vars(record).items() if key not in _PLAIN and key != "message"}
        )
        if record.exc_info:
            # Type and place of an error, not its message: that may quote what a person wrote.
            kind, error, trace = record.exc_info
            line["error"] = kind.__name__ if kind else ""
            if isinstance(error, NAMES_ONLY_THINGS):
                line["detail"] = str(error)
            while trace is not None and trace.tb_next is not None:
                trace = trace.tb_next
            line["at"] = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else ""
        return json.dumps(line, ensure_ascii=False, default=str)


def set_up_logging() -> None:
    """Log the hotline's own loggers as JSON lines, once a process."""
    logger = logging.getLogger("hotline")
    if logger.handlers:
        return
    handler = logging.StreamHandler()
    handler.setFormatter(_JsonLines())
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False
