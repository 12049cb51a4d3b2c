"""Fonts that have every character to be drawn: no squares."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pipeline.common.errors import MissingResourceError
from pipeline.languages.codes import language_name
from pipeline.languages.scripts import SCRIPTS

if TYPE_CHECKING:
    from matplotlib.font_manager import FontEntry

BASE: Final = "DejaVu Sans"  # comes with matplotlib

# Chinese, Japanese and Korean write some characters differently, so that the first font that has them will not do.
PREFERRED: Final[Mapping[str, tuple[str, ...]]] = {
    "zh": ("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "WenQuanYi Zen Hei", "PingFang SC", "SimHei"),
    "ja": ("Noto Sans CJK JP", "Noto Sans JP", "Source Han Sans JP", "IPAexGothic", "Hiragino Sans", "Yu Gothic"),
    "ko": ("Noto Sans CJK KR", "Noto Sans KR", "Source Han Sans KR", "NanumGothic", "Malgun Gothic"),
}
SHOWN = 20  # characters in a message


def families(texts: Mapping[str, Iterable[str]]) -> dict[str, list[str]]:
    """For each language the fonts that together have all its characters, matplotlib's own first.

    Args:
        texts: language -> all that will be drawn of it.

    Raises:
        MissingResourceError: characters are left that no installed font has.
    """
    return {
        lang: _covering(lang, {character for text in listed for character in text}) for lang, listed in texts.items()
    }


def _covering(lang: str, characters: set[str]) -> list[str]:
    chosen: list[str] = []
    left = {character for character in characters if character.isprintable() and not character.isspace()}
    for name in (BASE, *PREFERRED.get(lang, ()), *sorted(_installed())):
        if left and name in _installed() and (found := left & _characters(name)):
            chosen.append(name)
            left -= found
    if left:
        raise MissingResourceError(_missing(lang, left))
    return chosen or [BASE]


def _missing(lang: str, left: set[str]) -> str:
    package = "fonts-noto-cjk" if {"Han", "Hangul"} & set(SCRIPTS.get(lang, ())) else "fonts-noto-core"
    shown = "".join(sorted(left)[:SHOWN]) + ("…" if len(left) > SHOWN else "")
    return (
        f"no installed font has {len(left)} of the characters of {language_name(lang)}: {shown} "
        f"Install one, on Debian and Ubuntu `apt-get install {package}`, and run again."
    )


@cache
def _installed() -> dict[str, FontEntry]:
    """Upright fonts of normal weight by family; those that came after matplotlib made its list are added to it."""
    from matplotlib import font_manager as fonts

    known = {Path(font.fname) for font in fonts.fontManager.ttflist}
    for path in sorted(fonts.findSystemFonts()):
        if Path(path) not in known:
            try:
                fonts.fontManager.addfont(path)
            except (OSError, RuntimeError):  # a file that FreeType cannot read
                continue
    upright = [
        font for font in fonts.fontManager.ttflist if font.style == "normal" and str(font.weight) in ("400", "normal")
    ]
    return {font.name: font for font in sorted(upright, key=lambda font: (font.name, font.fname), reverse=True)}


@cache
def _characters(name: str) -> frozenset[str]:
    from matplotlib.ft2font import FT2Font

    font = _installed()[name]
    charmap = FT2Font(font.fname, face_index=getattr(font, "index", 0)).get_charmap()
    return frozenset(map(chr, charmap))
