"""One spelling for phone numbers: E.164, whatever the carrier or the clerk wrote."""

from __future__ import annotations

import re

_PLAIN_VIETNAMESE = re.compile(r"\+84[1-9][0-9]{8}")
"""A Vietnamese mobile number in E.164, as nearly every webhook carries it: no library needed."""
_DIALLED = re.compile(r"\+?\(?[0-9][0-9 ().\-]{1,24}")


def e164(number: str, region: str = "VN") -> str:
    """
    Return *number* in E.164, or stripped but otherwise as it came when it is none.

    `0900 000 123`, `84900000123` and `+84 (0)900000123` become `+84900000123`. Short codes (1022), sender names
    (`VIETTEL`) and addresses of other channels (`whatsapp:+84…`) are no phone numbers and stay as they are.

    Args:
        number: As a provider or a person wrote it.
        region: Country in which a number without country code was dialled, ISO 3166.
    """
    number = number.strip()
    if _PLAIN_VIETNAMESE.fullmatch(number) or not _DIALLED.fullmatch(number):
        return number
    import phonenumbers  # 22 ms; webhooks with a plain number never need it

    # aggregators leave the plus away; read nationally, 84900000123 would be a number in no plan
    for spelling in (number, f"+{number}"):
        try:
            parsed = phonenumbers.parse(spelling, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(parsed) or (
            spelling == number and phonenumbers.is_possible_number(parsed)
        ):
            return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    return number
