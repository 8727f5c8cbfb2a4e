"""Text in a legacy encoding is decoded correctly: by its language, and in spite of a bad byte."""

from __future__ import annotations

import pytest

from rag.load.decode import decode, decode_labelled
from rag.load.labels import codec_of


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1252", "El señor tiene ochenta años y vive en la montaña con su pequeño perro."),
        ("cp1252", "L’élève a reçu ses résultats à la rentrée ; où faut-il s’inscrire ?"),
        ("cp1252", "Die Größe der Tür beträgt zwei Meter."),
        ("cp1252", "Não há informação até amanhã."),
        ("mac_roman", "Die Größe der Tür beträgt zwei Meter, sagt der Glaser."),
        ("cp850", "Die Größe der Tür beträgt zwei Meter, sagt der Glaser."),
        ("cp1250", "Proszę zabrać ze sobą zaświadczenie i dwie kopie umowy."),
        ("iso8859_2", "Schůze se koná ve středu v deset hodin, přineste občanský průkaz."),
        ("cp852", "Kérjük, hogy mindenki hozza magával a szerződés két példányát."),
        ("cp1254", "Lütfen sözleşmenin iki kopyasını yanınızda getirin, ışık açık kalsın."),
        ("cp1257", "Prašome atsinešti dvi sutarties kopijas, durys užrakintos šeštadieniais."),
        ("koi8_r", "Собрание состоится в среду."),
        ("mac_cyrillic", "Ключ от подъезда лежит у дворника."),
        ("cp1253", "Η συνέλευση θα γίνει την Τετάρτη στις δέκα."),
        ("cp1255", "האסיפה תתקיים ביום רביעי בשעה עשר."),
        ("cp1256", "يعقد الاجتماع يوم الأربعاء في الساعة العاشرة."),
        ("cp874", "กรุณานำสำเนาสัญญามาด้วยสองฉบับ"),
        ("euc_jp", "会議は水曜日の十時に始まります。"),
        ("iso2022_jp", "会議は水曜日の十時に始まります。"),
        ("big5", "請帶兩份合約的影本。"),
        ("cp949", "회의는 수요일 열 시에 시작합니다."),
        ("utf-16-le", "Собрание состоится в среду в десять часов."),
        ("utf-16-be", "会議は水曜日の十時に始まります。"),
    ],
)
def test_the_language_decides_between_similar_encodings(encoding: str, text: str) -> None:
    assert decode(text.encode(encoding), "a.txt") == text


@pytest.mark.parametrize("word", ["Zürich", "Málaga", "Besançon", "São"])
def test_one_accent_in_a_table_is_enough(word: str) -> None:
    text = f"Name;Town\nAnn;Leeds\nBo;{word}\nCy;Hull\n"
    assert decode(text.encode("cp1252"), "a.csv") == text


def test_an_accent_after_a_long_stretch_of_ascii_is_decoded() -> None:
    text = "The quick brown fox jumps over the lazy dog.\n" * 3_000 + "Der Bürgermeister heißt Müller."
    assert decode(text.encode("cp1252"), "a.txt").endswith("Der Bürgermeister heißt Müller.")


def test_utf8_with_a_few_broken_bytes_is_utf8() -> None:
    whole = "Die Größe der Änderung beträgt zwölf Meter. Für Gäste: "
    assert decode(whole.encode() + "Käse".encode("cp1252"), "a.md") == whole + "Käse"
    assert decode(whole.encode() + b"\xe2\x82", "a.md").startswith(whole)


@pytest.mark.parametrize(
    ("label", "codec"),
    [
        ("ISO-8859-1", "cp1252"), ("us-ascii", "cp1252"), ("latin5", "cp1254"), ("GB2312", "gb18030"), ("ks_c_5601-1987", "cp949"), ("Shift_JIS", "cp932"),
        ("x-mac-roman", "mac_roman"), ("windows-1251", "cp1251"), ("unicode", "utf-16-le"), ("utf-7", ""), ("base64", ""), ("nonsense", ""), ("", ""),
    ],
)  # fmt: skip
def test_a_label_is_interpreted_as_in_browsers(label: str, codec: str) -> None:
    assert codec_of(label) == codec


def test_a_label_that_does_not_match_is_ignored() -> None:
    assert decode_labelled("Größe für Jörg".encode(), "iso-8859-1", "a") == "Größe für Jörg"
    assert decode_labelled("Größe für Jörg".encode("cp1252"), "utf-8", "a") == "Größe für Jörg"
    assert decode_labelled("a’b – €".encode("cp1252"), "iso-8859-1", "a") == "a’b – €"
    assert decode_labelled("Größe".encode("utf-8-sig"), "windows-1251", "a") == "Größe"
