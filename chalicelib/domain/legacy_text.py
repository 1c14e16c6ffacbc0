"""Mend Vietnamese that a keyboard or an old font has broken; leave every other word alone.

Four kinds arrive: Telex keystrokes that nothing turned into marks (`ddeens dduwowngf`), VNI keystrokes (`d9e6n2`), and
text pasted from documents in the TCVN3 (`§Ìn ®­êng`) or VNI-Windows (`Ñeøn ñöôøng`) fonts. Each is undone word by
word, and only when the result is a Vietnamese syllable and what stood there is not one: "test", "box", "aids" and a
number plate stay what they are.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from chalicelib.domain.syllable import is_syllable, is_unmarked_syllable, split_tone

_TCVN3_LOWER = dict(
    zip(
        "µ¶·¸¹¨»¼½¾Æ©ÇÈÉÊËÌÎÏÐÑªÒÓÔÕÖ×ØÜÝÞßáâãä«åæçèé¬êëìíîïñòóô\xadõö÷øùúûüýþ®",
        "àảãáạăằẳẵắặâầẩẫấậèẻẽéẹêềểễếệìỉĩíịòỏõóọôồổỗốộơờởỡớợùủũúụưừửữứựỳỷỹýỵđ",
        strict=True,
    )
)
_TCVN3 = {**_TCVN3_LOWER, **dict(zip("§¡¢£¤¥¦Đ", "ĐĂÂÊÔƠƯé", strict=True))}

_ACUTE, _GRAVE, _HOOK, _TILDE, _DOT = "\u0301", "\u0300", "\u0309", "\u0303", "\u0323"
_CIRCUMFLEX, _BREVE = "\u0302", "\u0306"
_VNI_MARKS = {
    "ù": _ACUTE, "ø": _GRAVE, "û": _HOOK, "õ": _TILDE, "ï": _DOT,
    "â": _CIRCUMFLEX, "á": _CIRCUMFLEX + _ACUTE, "à": _CIRCUMFLEX + _GRAVE, "å": _CIRCUMFLEX + _HOOK,
    "ã": _CIRCUMFLEX + _TILDE, "ä": _CIRCUMFLEX + _DOT,
    "ê": _BREVE, "é": _BREVE + _ACUTE, "è": _BREVE + _GRAVE, "ú": _BREVE + _HOOK, "ü": _BREVE + _TILDE,
    "ë": _BREVE + _DOT,
}  # fmt: skip
_VNI_LETTERS = {
    "ñ": "đ",
    "ö": "ư",
    "ô": "ơ",
    "æ": "ỉ",
    "ó": "ĩ",
    "ò": "ị",
    "î": "ỵ",
    "í": "í",
    "ì": "ì",
    "đ": "đ",
}

# A soft hyphen or a closing quote alone proves nothing: clean text has them too.
_OLD_FONT_WORD = re.compile("[A-Za-z](?:[§®¬©ª«¸¹µ¶·¨¾½¼÷×]|»[A-Za-z])|[§®¬©ª¨][A-Za-z\xad\xc0-\xff]")
_WORD = re.compile(r"[^\s.,;:!?()\"/\-–]+")
_LONGEST_KEYS = 12
"""Characters: "nghieengs" is nine; a longer run is no syllable, and need not be tried."""
_LETTERS = re.compile(r"[A-Za-z]+")
_LETTERS_DIGITS = re.compile(r"(?<![A-Za-zĐđ0-9])[A-Za-zĐđ]{1,8}[0-9][A-Za-z0-9]{0,10}")

_NUMBERED = re.compile(
    "(?:to|ap|kp|khom|p|q|x|xa|so|ho|lo|ngo|hem|duong|km|khu|doan|cau|tuyen|thua|quan|thu|gio)[0-9]+"
)
# "to4" is group 4 far more often than "tõ".

# Words of other languages whose letters happen to spell a Vietnamese syllable in Telex.
_NOT_TELEX = frozenset(
    """
    test box aids as is us bus gas max fix mix tax fax taxi pass boss less mess miss off too see bee fee been
    seen soon noon moon room rooms door doors poor beer deer keep keeps seem seems need needs feed week meet
    book look cook food good wood foot root tool tools pool cool school now how low tow two who now new law saw
    raw row few view add odd for or far bar car her war has was his ads its bars cars this gas plus pos sos sex
    six dex laser user post cost lost best west rest list just must last fast ass sms max os ios chrs ms mrs dr
    js css as err bos toes does goes dies lies ties tas los las des mes les pas nas ras vs sans ness tiktoker
    maps apps wow aww ooh hoo woo ha hee app admin offer user over buffer car tour four hour our your door floor
    are were here there where more store sure pure cure core bore tore
    """.split()
)
_ENGLISH = frozenset(
    """
    the is are was in at on of to and my our your please when where what how has have been there not for with
    near from can will would this that we you street water road house
    """.split()
)


def looks_pasted_from_old_font(text: str) -> bool:
    """Tell whether *text* holds letters side by side with signs that only TCVN3 text has, e.g. `kh«ng s¸ng`."""
    return _OLD_FONT_WORD.search(text) is not None


def repair(text: str) -> str:
    """
    Return *text* with Telex, VNI, TCVN3 and VNI-Windows leftovers turned into Vietnamese, all else untouched.

    Args:
        text: Already `normalise`d.
    """
    if not text.isascii():
        if looks_pasted_from_old_font(text):
            text = _from_font(text, _from_tcvn3)
        text = _from_font(text, _from_vni_font)
    text = _from_keys(text, _LETTERS_DIGITS, from_vni_keys, _is_strong_vni)
    return _from_keys(text, _LETTERS, from_telex, _is_strong_telex)


def _from_font(text: str, convert: Callable[[str], str]) -> str:
    """Convert the words of *text* that are no Vietnamese as they stand but are once converted."""
    odd = wrong = 0
    converted: dict[str, str] = {}
    for word in set(_WORD.findall(text)):
        if word.isascii() or len(word) > _LONGEST_KEYS:
            continue
        odd += 1
        result = convert(word)
        if result == word or not is_syllable(result):
            continue
        converted[word] = result
        wrong += not is_syllable(word)
    if not wrong:
        return text
    # One origin, one font: when all odd words convert, those that are also Vietnamese as they stand convert with them.
    whole = len(converted) >= 0.8 * odd and wrong * 2 >= len(converted)
    return _WORD.sub(
        lambda found: (
            converted[found.group()]
            if found.group() in converted and (whole or not is_syllable(found.group()))
            else found.group()
        ),
        text,
    )


def _from_tcvn3(word: str) -> str:
    result = "".join(_TCVN3.get(character, character) for character in word)
    return result.upper() if _is_capitals(word, result) else result


def _is_capitals(word: str, result: str) -> bool:
    """Old capitals fonts keep small letters' codes: plain letters all capital means the word is."""
    plain = [character for character in word if character.isascii() and character.isalpha()]
    return len(plain) > 1 and all(character.isupper() for character in plain) and result != word


def _from_vni_font(word: str) -> str:
    result: list[str] = []
    for character in word:
        small = character.lower()
        if small in _VNI_MARKS and result and result[-1][0].lower() in "aeouyơư":
            result[-1] += _VNI_MARKS[small]
        elif small in _VNI_LETTERS:
            letter = _VNI_LETTERS[small]
            result.append(letter.upper() if character.isupper() else letter)
        else:
            result.append(character)
    return unicodedata.normalize("NFC", "".join(result))


def _from_keys(
    text: str,
    pattern: re.Pattern[str],
    convert: Callable[[str], str | None],
    is_strong: Callable[[str, str], bool],
) -> str:
    """Convert typed keys where at least one word of the text shows beyond doubt that keys were left."""
    candidates: dict[str, str] = {}
    strong = False
    for word in set(pattern.findall(text)):
        small = word.lower()
        if len(small) > _LONGEST_KEYS or small in _NOT_TELEX or _NUMBERED.fullmatch(small):
            continue
        result = convert(small)
        if result is None or result == small or not is_syllable(result):
            continue
        certain = is_strong(small, result)
        strong = strong or certain
        if certain or not is_unmarked_syllable(small):
            candidates[word] = _with_case(word, result)
    if not strong or _is_english(text):
        return text
    return re.sub(
        rf"(?<![^\W_])(?:{pattern.pattern})(?![^\W_])",
        lambda found: candidates.get(found.group(), found.group()),
        text,
    )


def _is_english(text: str) -> bool:
    return len(_ENGLISH.intersection(_LETTERS.findall(text.lower()))) >= 3


def _with_case(word: str, result: str) -> str:
    if word.isupper() and len(result) > 1:
        return result.upper()
    return result[0].upper() + result[1:] if word[0].isupper() else result


def _is_strong_telex(keys: str, result: str) -> bool:
    """Two or more signs of Telex in one word, at least one of them a changed letter."""
    plain, tone = split_tone(result)
    changed = sum(character in "ăâêôơưđ" for character in plain)
    return changed >= 1 and changed + bool(tone) >= 2 and not is_unmarked_syllable(keys)


def _is_strong_vni(keys: str, result: str) -> bool:
    """A digit with letters after it, and two digits in all: "d9e6n2", but never "to4", "kp11" or "60a12345"."""
    return re.search("[0-9][a-z]", keys) is not None and sum(key.isdigit() for key in keys) >= 2


_TELEX_TONES = {"s": _ACUTE, "f": _GRAVE, "r": _HOOK, "x": _TILDE, "j": _DOT}
_VOWELS = "aeiouyăâêôơư"


def from_telex(keys: str) -> str | None:
    """Return what a Telex keyboard makes of *keys* (lower case), or None when they leave a stray sign."""
    letters: list[str] = []
    tone = ""
    for position, key in enumerate(keys):
        if key in "aeo" and key in letters and all(letter not in "âêô" for letter in letters):
            where = max(index for index, letter in enumerate(letters) if letter == key)
            if all(letter in "aeiouyngchmtp" for letter in letters[where + 1 :]):
                letters[where] = {"a": "â", "e": "ê", "o": "ô"}[key]
                continue
        if key == "d" and letters and letters[0] == "d":
            letters[0] = "đ"
            continue
        if key == "w":
            if not _add_horn(letters):
                return None
            continue
        if key in _TELEX_TONES and position and any(letter in _VOWELS for letter in letters):
            if tone:
                return None
            tone = key
            continue
        letters.append(key)
    return _with_tone("".join(letters), _TELEX_TONES.get(tone, ""))


def _add_horn(letters: list[str]) -> bool:
    """Apply Telex "w" or VNI "7"/"8" to the vowel it belongs to; False when there is none."""
    joined = "".join(letters)
    for pair in ("uo", "ưo", "uơ"):
        if (at := joined.rfind(pair)) >= 0 and not (at and letters[at - 1] == "q"):
            letters[at : at + 2] = ["ư", "ơ"]
            return True
    for index in range(len(letters) - 1, -1, -1):
        if letters[index] in "aou" and not (letters[index] == "u" and index and letters[index - 1] == "q"):
            letters[index] = {"a": "ă", "o": "ơ", "u": "ư"}[letters[index]]
            return True
    return False


_VNI_TONES = {"1": _ACUTE, "2": _GRAVE, "3": _HOOK, "4": _TILDE, "5": _DOT}


def from_vni_keys(keys: str) -> str | None:
    """Return what a VNI keyboard makes of *keys* (lower case), or None when they leave a stray digit."""
    letters: list[str] = []
    tone = ""
    for key in keys:
        if not key.isdigit():
            letters.append(key)
        elif key in _VNI_TONES:
            if tone or not any(letter in _VOWELS for letter in letters):
                return None
            tone = key
        elif key == "6":
            where = next(
                (index for index in range(len(letters) - 1, -1, -1) if letters[index] in "aeo"), None
            )
            if where is None:
                return None
            letters[where] = {"a": "â", "e": "ê", "o": "ô"}[letters[where]]
        elif key in "78":
            wanted = "ou" if key == "7" else "a"
            if not any(letter in wanted for letter in letters) and not {"ư", "ơ"} & set(letters):
                return None
            if any(letter in wanted for letter in letters) and not _add_horn(letters):
                return None
        elif key == "9" and letters and letters[0] == "d":
            letters[0] = "đ"
        else:
            return None
    return _with_tone("".join(letters), _VNI_TONES.get(tone, ""))


def _with_tone(word: str, mark: str) -> str | None:
    """Put the tone on the vowel that carries it in writing."""
    if not mark:
        return word
    start = (
        2 if word.startswith("qu") or (word.startswith("gi") and len(word) > 2 and word[2] in _VOWELS) else 0
    )
    vowels = [index for index in range(start, len(word)) if word[index] in _VOWELS]
    if not vowels:
        return None
    marked = [index for index in vowels if word[index] in "ăâêôơư"]
    if marked:
        at = marked[-1]
    elif len(vowels) == 1:
        at = vowels[0]
    elif len(vowels) == 3 or (vowels[-1] < len(word) - 1):
        at = vowels[1]  # a final consonant, or three vowels: the middle one
    else:
        at = vowels[0]
    return unicodedata.normalize("NFC", word[: at + 1] + mark + word[at + 1 :])
