"""Tokens of real sentences in every script, the filters, and the same bytes whatever the machine does."""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
import unicodedata
from collections.abc import Callable
from pathlib import Path

import fugashi
import joblib
import polars as pl
import pytest
import unidic_lite
from pydantic import ValidationError
from shared_files import shared

from pipeline.common import parallel
from pipeline.common.errors import InputError, MissingResourceError, TryAgainError
from pipeline.common.parallel import map_in_order, processes_allowed, worth_starting
from pipeline.languages.spelling import clean, word_form
from pipeline.tokens.tokenise import TokeniseParams, tokenise, tokenise_texts, tokeniser_advice
from pipeline.tokens.tokenisers import is_number
from pipeline.tokens.tokenisers.chinese import ChineseTokeniser
from pipeline.tokens.tokenisers.icu import IcuTokeniser
from pipeline.tokens.tokenisers.korean import KoreanTokeniser, _loaded_kiwi
from pipeline.tokens.tokenisers.tokenise_params import ChineseParams, KoreanParams
from pipeline.tokens.tokenisers.unicode import UnicodeTokeniser

ROOT = Path(__file__).resolve().parents[2]
RAW = [
    (
        "en",
        "Don't panic: Obama’s state-of-the-art plan!",
        ["don't", "panic", "obama", *["state", "of", "the", "art", "plan"]],
    ),
    ("en", "ABC 3.14, 1,000 covid-19 B2B", ["abc", "3.14", "1,000", "covid", "19", "b2b"]),
    (
        "en",
        "'quoted' rock 'n' roll LEGO™ soft\u00adware snake_case",
        ["quoted", "rock", "n", "roll", "lego", "software", "snake", "case"],
    ),
    ("de", "Die Straße übers Ärgernis", ["die", "straße", "übers", "ärgernis"]),
    ("ko", "한국어 문장을 자릅니다. 예쁜 IMF", ["한국어", "문장", "을", "자르다", "ᆸ니다", "예쁘다", "ᆫ", "imf"]),
    ("th", "น้ำท่วมกรุงเทพฯ ปี2554 BBCไทย", ["น้ำ", "ท่วม", "กรุงเทพฯ", "ปี", "2554", "bbc", "ไทย"]),
    ("lo", "ຂ້ອຍຮຽນພາສາລາວ", ["ຂ້ອຍ", "ຮຽນ", "ພາສາ", "ລາວ"]),
    ("km", "ខ្ញុំរៀនភាសាខ្មែរ", ["ខ្ញុំ", "រៀន", "ភាសាខ្មែរ"]),
    ("my", "မြန်မာစာကိုသင်ယူသည်", ["မြန်မာ", "စာ", "ကို", "သင်ယူ", "သည်"]),
    ("tr", "İnsanlar ve insanlar", ["insanlar", "ve", "insanlar"]),
    ("hi", "हिन्दी में ख़बरें पढ़िए, क्‍या?", ["हिन्दी", "में", "ख़बरें", "पढ़िए", "क्या"]),
    ("ar", "العَرَبِيَّة لغةٌ، جميلة؟", ["العربية", "لغة", "جميلة"]),
    ("fa", "می‌خواهم بروم", ["می‌خواهم", "بروم"]),
    ("uk", "Пʼять Ёлок", ["п'ять", "ёлок"]),
    ("ca", "col·lecció", ["col·lecció"]),
    ("he", "צה״ל", ["צה״ל"]),
    ("zh", "我在北京天安门看到了T恤，3.5亿！", ["我", "在", "北京", "天安门", "看到", "了", "t恤", "3.5", "亿"]),
    ("zh", "约翰·史密斯和café", ["约翰", "史密斯", "和", "caf", "é"]),
    ("zh", "IPHONE 很贵。Über", ["iphone", "很", "贵", "über"]),
    ("ja", "プールで泳いだ。CDを買った。", ["プール", "で", "泳ぐ", "だ", "cd", "を", "買う", "た"]),
]
CUT = ["en", "zh", "yue", "ja", "ko", "th", "lo", "km", "my"]  # every way of cutting texts
LOUD = "Look 😀👍🏽 1️⃣ ❤️ 🇩🇪 → https://t.co/aB1?x=2#y www.Example.com @alice #Brexit!!! $5 50% (´・_・`)"


@pytest.mark.parametrize(("lang", "text", "tokens"), RAW)
def test_sentences(lang: str, text: str, tokens: list[str]) -> None:
    assert tokenise_texts(lang, [text], TokeniseParams(lemmas="none"), filtered=False) == [tokens]


@pytest.mark.parametrize("lang", CUT)
def test_no_symbol_address_or_blank_is_a_token(lang: str) -> None:
    (tokens,) = tokenise_texts(lang, [LOUD], TokeniseParams(), filtered=False)
    assert [token for token in tokens if token != "1"] == ["look", "alice", "brexit", "5", "50"]


@pytest.mark.parametrize("lang", CUT)
@pytest.mark.parametrize("text", ["", " \n\t\u3000", "…!?。", "😀"])
def test_texts_without_words_have_no_tokens(lang: str, text: str) -> None:
    assert tokenise_texts(lang, [text], TokeniseParams(), filtered=False) == [[]]


@pytest.mark.parametrize("lang", CUT)
def test_nothing_after_nul_or_line_ends_is_lost(lang: str) -> None:
    (tokens,) = tokenise_texts(lang, ["one\0 two\nthree\r\nfour\u2028five\rsix"], TokeniseParams(), filtered=False)
    assert tokens == ["one", "two", "three", "four", "five", "six"]


def test_an_address_ends_where_chinese_begins() -> None:
    assert tokenise_texts("zh", ["https://t.cn/abc北京"], TokeniseParams()) == [["北京"]]


def test_kana_keep_their_voicing() -> None:
    text = "プール ﾌﾟｰﾙ フ\u309aール ブログ ヴァイオリン"
    (tokens,) = tokenise_texts("ja", [text], TokeniseParams())
    assert tokens == ["プール", "プール", "プール", "ブログ", "ヴァイオリン"]


def test_japanese_form_and_parts_of_speech() -> None:
    text = ["彼はとても静かな部屋で美味しいラーメンを食べました"]

    def cut(**ja: object) -> list[str]:
        return tokenise_texts("ja", text, TokeniseParams.model_validate({"ja": ja, "min_characters": 1}))[0]

    assert cut() == ["静か", "部屋", "美味しい", "ラーメン", "食べる"]
    assert cut(form="surface") == ["静か", "部屋", "美味しい", "ラーメン", "食べ"]
    assert cut(pos=["名詞"]) == ["部屋", "ラーメン"]
    assert cut(pos=["副詞", "代名詞"]) == []  # both are stop words
    assert set(cut(pos=[])) >= {"静か", "部屋", "食べる"}


def test_korean_parts_of_speech() -> None:
    text = ["그는 아주 예쁜 사과를 빨리 먹었습니다"]

    def cut(**ko: object) -> list[str]:
        return tokenise_texts("ko", text, TokeniseParams.model_validate({"ko": ko, "min_characters": 1}))[0]

    assert cut() == ["예쁘다", "사과", "먹다"]
    assert cut(pos=["NNG"]) == ["사과"]
    assert cut(pos=["MAG"]) == ["빨리"]  # the other adverb is a stop word
    assert set(cut(pos=[])) >= {"예쁘다", "사과", "를", "먹다"}


@pytest.mark.parametrize("lang", ["ko", "th"])
def test_news_is_cut_into_words(lang: str) -> None:
    rows = [json.loads(line) for line in shared("parallel/ntrex.jsonl").read_text(encoding="utf-8").splitlines()[:60]]
    tokens = tokenise_texts(lang, [row[lang] for row in rows], TokeniseParams(), filtered=False)
    words = [word for text_tokens in tokens for word in text_tokens]
    assert not [word for word in words if not word or " " in word]
    assert 15 < len(words) / len(rows) < 60
    assert 1.5 < sum(map(len, words)) / len(words) < 4.5


def test_an_unknown_part_of_speech_is_refused() -> None:
    with pytest.raises(ValidationError, match="noun"):
        TokeniseParams.model_validate({"ja": {"pos": ["noun"]}})


@pytest.mark.parametrize(
    ("script", "text"),
    [("keep", "臺灣软件"), ("simplified", "台湾软件"), ("traditional", "臺灣軟件")],
)
def test_chinese_script(script: str, text: str) -> None:
    params = TokeniseParams.model_validate({"zh": {"script": script}, "min_characters": 1})
    assert "".join(tokenise_texts("zh", ["臺灣，软件"], params)[0]) == text


def test_jieba_leaves_the_shared_temporary_folder_alone(tmp_path: Path) -> None:
    script = "from pipeline.tokens.tokenise import *; print(tokenise_texts('zh', ['北京大学很好'], TokeniseParams()))"
    (tmp_path / "jieba.cache").write_bytes(b"not a cache")
    done = _python(script, TMPDIR=str(tmp_path))
    assert done.stdout == "[['北京大学']]\n"
    assert done.stderr == ""
    assert (tmp_path / "jieba.cache").read_bytes() == b"not a cache"
    assert tempfile.gettempdir() != str(tmp_path)


def test_filters() -> None:
    text = ["The 2 cats of 1984 ate 3.14 x pies; it's 3d, 鱼"]
    assert tokenise_texts("en", text, TokeniseParams()) == [["cats", "ate", "pies", "3d"]]
    kept = tokenise_texts("en", text, TokeniseParams(numbers=True, min_characters=1))[0]
    assert {"2", "1984", "3.14", "x", "鱼"} <= set(kept)
    assert "the" not in kept
    assert tokenise_texts("zh", ["鱼 北京 的"], TokeniseParams()) == [["北京"]]


@pytest.mark.parametrize(
    ("token", "number"), [("7", True), ("1,000.5", True), ("٣", True), ("3d", False), ("三", False)]
)
def test_is_number(token: str, number: bool) -> None:
    assert is_number(token) == number


def test_pretokenised_texts_pass_unchanged() -> None:
    text = "The  don’t 1 x\tＡ プ http://x.y ! \n"
    params = TokeniseParams(pretokenised=True, stopwords=Path("nowhere"))
    tokens = ["The", "don’t", "1", "x", "Ａ", "プ", "http://x.y", "!"]
    documents = _documents([("en", text), ("zh", ""), ("ja", text)])
    assert tokenise(documents, params)["tokens"].to_list() == [tokens, [], tokens]


def test_the_reference_is_cut_by_the_same_rules_unless_told() -> None:
    params = TokeniseParams(pretokenised=True)
    assert not params.for_reference().pretokenised
    assert TokeniseParams(reference_pretokenised=True).for_reference().pretokenised
    tokens = tokenise(_documents([("ja", "彼は食べました")]), params.for_reference(), filtered=False)
    assert tokens["tokens"].to_list() == [["彼", "は", "食べる", "ます", "た"]]


def test_both_engines_cut_chinese_alike_but_for_numbers_with_a_point() -> None:
    rows = map(json.loads, (ROOT / "data/sample/documents.jsonl").read_text(encoding="utf-8").splitlines())
    texts = [row["text"] for row in rows if row["lang"] == "zh"] + ["T恤和iPhone很贵" * 300, "结果为28.4mg"]
    engines = [TokeniseParams.model_validate({"zh": {"engine": engine}}) for engine in ("jieba", "rjieba")]
    plain, fast = (tokenise_texts("zh", texts, params, filtered=False) for params in engines)
    assert fast[:-1] == plain[:-1]
    assert (plain[-1], fast[-1]) == (["结果", "为", "28.4", "mg"], ["结果", "为", "28.4mg"])


@pytest.mark.parametrize(
    ("package", "make"),
    [("icu4py.breakers", lambda: IcuTokeniser("th")), ("kiwipiepy", lambda: KoreanTokeniser(KoreanParams()))],
)
def test_a_package_that_is_not_installed_is_named(
    monkeypatch: pytest.MonkeyPatch, package: str, make: Callable[[], object]
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.setattr("pipeline.tokens.tokenisers.korean._loaded_kiwi", _loaded_kiwi.__wrapped__)
    with pytest.raises(MissingResourceError, match=f"pip install {package.partition('.')[0]}") as error:
        make()
    assert error.value.exit_code == 3


def test_an_engine_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rjieba", None)
    with pytest.raises(MissingResourceError, match="pip install rjieba"):
        ChineseTokeniser(ChineseParams(engine="rjieba"))


@pytest.mark.parametrize(
    ("lang", "text", "tokens"),
    [
        ("fr", "L’équipe d'aujourd'hui, qu'il", ["équipe", "aujourd'hui", "il"]),
        ("it", "dell'arte l'", ["arte", "l"]),
        ("en", "l'équipe", ["l'équipe"]),
    ],
)
def test_elided_words_are_left_out(lang: str, text: str, tokens: list[str]) -> None:
    assert tokenise_texts(lang, [text], TokeniseParams(), filtered=False) == [tokens]


def test_a_text_is_the_sum_of_its_pieces() -> None:
    rng = random.Random(0)
    signs = [
        *"aBσΣßİﬁ½´1.,'’\u00ad\0\u0301\u200d\ufe0f\u20e3한क्ไท",
        "Σ ",
        "http://x.y ",
        "WWW.a.b",
        *" \t\n\u3000\u2028" * 3,
    ]
    texts = ["".join(rng.choices(signs, k=rng.randint(0, 60))) for _ in range(3000)] + [
        "ab " * 3 + "x" * 200,
        "www." * 50,
    ]
    whole = UnicodeTokeniser("en")
    expected = [[token for token in whole(clean(text, "en")) if token] for text in texts]
    assert tokenise_texts("en", texts, TokeniseParams(), filtered=False) == expected


@pytest.mark.parametrize("form", ["base", "surface"])
def test_mecab_writes_what_fugashi_reads(form: str) -> None:
    texts = [
        '彼は"カフェ,バー"で,ﾊﾟﾝ\tを食べました。\nＣＤ、ヌヌケ|プップル*です。',
        "",
        "。。",
        "走れ！走った 走る\u3000走ろう",
    ]
    params = TokeniseParams.model_validate({"ja": {"form": form, "pos": []}})
    expected = [_words_by_nodes(clean(text), form) for text in texts]
    assert tokenise_texts("ja", texts, params, filtered=False) == expected


def _words_by_nodes(text: str, form: str) -> list[str]:
    tagger = fugashi.Tagger(f'-d "{unidic_lite.DICDIR}"')
    words = []
    for node in (node for sentence in re.findall(r"[^\n。]+。*", text) for node in tagger(sentence)):
        base = node.feature.orthBase if form == "base" else None
        if node.feature.pos1 not in ("記号", "補助記号", "空白") and re.search(r"\w", node.surface):
            words.append((unicodedata.normalize("NFKC", base) if base and base != "*" else node.surface).lower())
    return words


def test_rows_stay_in_order_when_languages_alternate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.tokens.tokenise.CHUNK_CHARACTERS", 20)
    rows = [(lang, f"word{number} {lang}xx") for number in range(30) for lang in ("en", "de")]
    tokens = tokenise(_documents(rows), TokeniseParams())
    assert tokens["lang"].to_list() == [lang for lang, _ in rows]
    assert tokens["tokens"].to_list() == [text.split() for _, text in rows]


def test_an_empty_table_keeps_its_columns() -> None:
    tokens = tokenise(_documents([]), TokeniseParams(), filtered=False)
    assert tokens.schema == {"lang": pl.String, "tokens": pl.List(pl.String)}
    assert tokens.is_empty()


def test_a_user_folder_without_any_list_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"expected en\.txt"):
        tokenise(_documents([("en", "a")]), TokeniseParams(stopwords=tmp_path))


def test_languages_without_blanks_are_warned_of(caplog: pytest.LogCaptureFixture) -> None:
    tokenise(_documents([("bo", "བོད་སྐད་")]), TokeniseParams())
    assert "there is no tokeniser: Tibetan (bo)." in caplog.text
    (advice,) = tokeniser_advice(["bo", "th", "en"], TokeniseParams())
    assert str(advice) in caplog.text
    assert not tokeniser_advice(["bo"], TokeniseParams(pretokenised=True))


@pytest.mark.parametrize("lang", ["ko", "zh", "yue", "ja", "th", "en"])
def test_capital_letters_of_other_languages_become_the_small_letters_of_lists(lang: str) -> None:
    assert tokenise_texts(lang, ["İ"], TokeniseParams(), filtered=False) == [[word_form("İ", lang)]]


def test_long_runs_without_punctuation_take_linear_time() -> None:
    started = time.perf_counter()
    assert tokenise_texts("zh", ["哈" * 200_000], TokeniseParams())[0]
    assert tokenise_texts("ja", ["ハ" * 200_000], TokeniseParams())[0]
    assert tokenise_texts("th", ["กา" * 100_000], TokeniseParams())[0]
    assert tokenise_texts("ko", ["한국어" * 1_500], TokeniseParams())[0]
    assert tokenise_texts("en", ["1." * 200_000 + "a'" * 200_000], TokeniseParams())[0]
    assert time.perf_counter() - started < 10


def test_small_work_stays_in_one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(joblib, "cpu_count", lambda: 8)
    monkeypatch.delenv("PIPELINE_THREADS", raising=False)
    assert worth_starting(0.0) == 1
    assert worth_starting(2 * parallel.START_SECONDS) == 2
    assert worth_starting(1000 * parallel.START_SECONDS) == 8


@pytest.mark.parametrize(("cores", "asked", "allowed"), [(8, None, 8), (8, "3", 3), (2, "16", 2), (8, "1", 1)])
def test_no_more_processes_work_than_cores_and_the_user_grant(
    monkeypatch: pytest.MonkeyPatch, cores: int, asked: str | None, allowed: int
) -> None:
    monkeypatch.setattr(joblib, "cpu_count", lambda: cores)
    monkeypatch.delenv("PIPELINE_THREADS", raising=False)
    if asked:
        monkeypatch.setenv("PIPELINE_THREADS", asked)
    assert processes_allowed() == allowed


def _whose(number: int) -> tuple[int, int]:
    time.sleep(0.01)
    return number, os.getpid()


def test_this_process_works_along_and_results_stay_in_order() -> None:
    results = map_in_order(_whose, range(200), "counting", processes=2)
    assert [number for number, _ in results] == list(range(200))
    here = [process == os.getpid() for _, process in results]
    assert any(here[1:])  # the first is always done here
    assert not all(here)


def _die_elsewhere(parent: int) -> int:
    if os.getpid() != parent:
        os._exit(9)
    return parent


def test_a_killed_process_is_told() -> None:
    with pytest.raises(TryAgainError, match=r"cutting: one of 2 processes was killed"):
        map_in_order(_die_elsewhere, [os.getpid()] * 3, "cutting", processes=2)


BYTES = """
import sys
from pathlib import Path
import polars as pl
import pipeline.tokens.tokenise
from pipeline.bow.counts import count_words
from pipeline.bow.vocabulary import BowParams, build_vocabulary
from pipeline.common.parquet_files import write_parquet
from pipeline.tokens.tokenise import TokeniseParams, tokenise

pipeline.tokens.tokenise.CHUNK_CHARACTERS = 100
folder, processes = Path(sys.argv[1]), int(sys.argv[2])
texts = {
    "de": "Bäume im alten Garten {}",
    "zh": "公园里的大树很漂亮{}", "ja": "公園の大きな木は美しい{}",
}
rows = [(lang, text.format(n)) for lang, text in texts.items() for n in range(20)]
tokens = tokenise(pl.DataFrame(rows, schema=["lang", "text"], orient="row"), TokeniseParams(), processes=processes)
vocabulary = build_vocabulary(tokens, pl.Series(["train"] * len(rows)), BowParams(max_document_share=1))
for name, table in {"tokens": tokens, "vocabulary": vocabulary, "bow": count_words(tokens, vocabulary)}.items():
    write_parquet(table, folder / name)
"""


def test_same_bytes_for_every_hash_seed_and_number_of_processes(tmp_path: Path) -> None:
    runs = []
    for seed, processes in (("0", "1"), ("1", "2")):
        _python(BYTES, str(tmp_path / seed), processes, PYTHONHASHSEED=seed)
        runs.append({path.name: path.read_bytes() for path in (tmp_path / seed).iterdir()})
    assert sorted(runs[0]) == ["bow", "tokens", "vocabulary"]
    assert runs[0] == runs[1]


def _python(script: str, *args: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", script, *args]
    env = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    return subprocess.run(command, env=env, check=True, capture_output=True, text=True, encoding="utf-8")


def _documents(rows: list[tuple[str, str]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={"lang": pl.String, "text": pl.String}, orient="row")
