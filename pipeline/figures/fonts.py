"""Fonts that have every character to be drawn, so that no character becomes a square."""

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

# Chinese, Japanese and Korean write some characters differently, so the first font that has them may be wrong.
PREFERRED: Final[Mapping[str, tuple[str, ...]]] = {
    "zh": ("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "WenQuanYi Zen Hei", "PingFang SC", "SimHei"),
    "ja": ("Noto Sans CJK JP", "Noto Sans JP", "Source Han Sans JP", "IPAexGothic", "Hiragino Sans", "Yu Gothic"),
    "ko": ("Noto Sans CJK KR", "Noto Sans KR", "Source Han Sans KR", "NanumGothic", "Malgun Gothic"),
}
SHOWN = 20  # characters in a message


def families(texts: Mapping[str, Iterable[str]]) -> dict[str, list[str]]:
    """For each language, fonts that together have all its characters; matplotlib's own font comes first.

    Args:
        texts: language -> all texts that will be drawn in it.

    Raises:
        MissingResourceError: some characters are in none of the installed fonts.
    """
    return {
        lang: _covering(lang, {character for text in language_texts for character in text})
        for lang, language_texts in texts.items()
    }


def _covering(lang: str, characters: set[str]) -> list[str]:
    chosen: list[str] = []
    missing = {character for character in characters if character.isprintable() and not character.isspace()}
    for name in (BASE, *PREFERRED.get(lang, ()), *sorted(_installed())):
        if missing and name in _installed() and (covered := missing & _characters(name)):
            chosen.append(name)
            missing -= covered
    if missing:
        raise MissingResourceError(_missing(lang, missing))
    return chosen or [BASE]


def _missing(lang: str, missing: set[str]) -> str:
    scripts = SCRIPTS.get(lang, ("Latin",))
    is_cjk = bool({"Han", "Hangul"} & set(scripts))
    font, package = ("Noto Sans CJK", "fonts-noto-cjk") if is_cjk else (f"Noto Sans {scripts[0]}", "fonts-noto-core")
    first_characters = "".join(sorted(missing)[:SHOWN]) + ("…" if len(missing) > SHOWN else "")
    return (
        f"no installed font has {len(missing)} of the characters of {language_name(lang)}: {first_characters} "
        f"Install a font that has them, such as {font} (on Debian and Ubuntu: `apt-get install {package}`), then run "
        "this again."
    )


@cache
def _installed() -> dict[str, FontEntry]:
    """Upright fonts of normal weight, by family; fonts that are missing from matplotlib's cached list are added.

    Of matplotlib's own fonts only :data:`BASE` counts: the others are for formulas, and one has a square for every
    character.
    """
    import matplotlib
    from matplotlib import font_manager as fonts

    listed_files = {Path(font.fname) for font in fonts.fontManager.ttflist}
    for path in sorted(fonts.findSystemFonts()):
        if Path(path) not in listed_files:
            try:
                fonts.fontManager.addfont(path)
            except (OSError, RuntimeError):  # a file that FreeType cannot read
                continue
    own = Path(matplotlib.get_data_path())
    upright = [
        font
        for font in fonts.fontManager.ttflist
        if font.style == "normal" and str(font.weight) in ("400", "normal")
        if font.name == BASE or own not in Path(font.fname).parents
    ]
    return {font.name: font for font in sorted(upright, key=lambda font: (font.name, font.fname), reverse=True)}


@cache
def _characters(name: str) -> frozenset[str]:
    from matplotlib.ft2font import FT2Font

    font = _installed()[name]
    charmap = FT2Font(font.fname, face_index=getattr(font, "index", 0)).get_charmap()
    return frozenset(map(chr, charmap))
