"""Which letter sequences are Vietnamese syllables; tells mended text from a guess."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_ONSETS = (
    "ngh ng nh gh gi kh ph qu th tr ch b c d đ g h k l m n p r s t v x".split()
)  # longest first, so that "ngh" is not read as "ng" + "h…"

_RIMES = frozenset(
    """
    a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây
    e ec em en eng eo ep et ê êch êm ên ênh êp êt êu
    i ia ich iêc iêm iên iêng iêp iêt iêu im in inh ip it iu
    o oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oe oen oeo oet oc oi om on ong op ot
    ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt
    u ua uân uâng uât uây uc uê uêch uênh ui uy um un ung uôc uôi uôm uôn uông uôt uơ up ut
    uya uych uyên uyêt uyn uynh uyp uyt uyu
    ư ưa ưc ưi ưn ưng ươc ươi ươm ươn ương ươp ươt ươu ưt ưu
    y yêm yên yêng yêt yêu
    """.split()
)
_AFTER_GI = frozenset(
    "ac ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăt âc âm âp ât âu ây a e o ô ơ u ư oi ôi ơi eo "
    "em en et eng ong ông ôt ơt un ung uôc uôt ưa ương ươc up ut ui ê ên êng êt êm êu ưt".split()
)
_AFTER_QU = frozenset(
    "a ac ach ai an ang anh ao ap at ay ăc ăm ăn ăng ăp ăt ân ât âng ây e en eo et ê êch ên ênh êt êu "
    "i it in inh iu y ych yên yêt ynh yt yu ơ ơi ôc".split()
)
_STOPS = ("c", "ch", "p", "t")
_TONES = {"\u0300": "f", "\u0301": "s", "\u0309": "r", "\u0303": "x", "\u0323": "j"}


def split_tone(syllable: str) -> tuple[str, str]:
    """Return the syllable without its tone and the tone as its Telex letter ("" = level, "?" = two tones)."""
    tone, kept = "", []
    for character in unicodedata.normalize("NFD", syllable):
        if character in _TONES:
            tone = _TONES[character] if not tone else "?"
        else:
            kept.append(character)
    return unicodedata.normalize("NFC", "".join(kept)), tone


@lru_cache(maxsize=8192)
def is_syllable(word: str) -> bool:
    """Tell whether *word* (composed, any case) is a possible Vietnamese syllable with its marks."""
    plain, tone = split_tone(word.lower())
    if tone == "?":
        return False
    onset = next((onset for onset in _ONSETS if plain.startswith(onset)), "")
    rime = plain[len(onset) :]
    if onset == "gi" and rime not in _AFTER_GI:
        onset, rime = "g", plain[1:]  # gì, gìn, giêng
        if rime not in {"i", "in", "iên", "iêng", "iêt", "iêc", "iêm"}:
            return False
    elif onset == "qu":
        if rime not in _AFTER_QU:
            return False
    elif onset != "gi" and rime not in _RIMES:
        return rime in {"oong", "ooc"} and onset in {"b", "g", "l", "m", "r", "s", "t", "x", "c"}
    elif (onset in {"k", "gh", "ngh"} and rime[0] not in "eêiy") or (
        onset in {"c", "g", "ng"} and rime[0] in "eêiy"
    ):
        return False
    return not rime.endswith(_STOPS) or tone in {"s", "j"}


@lru_cache(maxsize=8192)
def is_unmarked_syllable(word: str) -> bool:
    """Tell whether *word* (lower-case ASCII) is a Vietnamese syllable somebody typed without marks."""
    onset = next((onset for onset in _PLAIN_ONSETS if word.startswith(onset)), "")
    rime = word[len(onset) :]
    return rime in _PLAIN_RIMES or (onset in {"gi", "qu"} and word[1:] in _PLAIN_RIMES)


def _plain(text: str) -> str:
    return "".join(
        character
        for character in unicodedata.normalize("NFD", text.replace("đ", "d"))
        if not unicodedata.combining(character)
    )


_PLAIN_ONSETS = tuple(dict.fromkeys(_plain(onset) for onset in _ONSETS))
_PLAIN_RIMES = frozenset(_plain(rime) for rime in _RIMES)
