"""What a citizen's message means: kind, field, place, urgency. Rules over word lists; docs/understanding.md."""

from chalicelib.domain.understanding.reader import Reader
from chalicelib.domain.understanding.result import (
    KINDS,
    PRIORITIES,
    AreaGuess,
    Matter,
    ServiceGuess,
    Understanding,
)

__all__ = ["KINDS", "PRIORITIES", "AreaGuess", "Matter", "Reader", "ServiceGuess", "Understanding"]
