"""Measures how often texts in legacy encodings are decoded correctly: ours and charset-normalizer alone.

    python -m benchmarks.encodings            # a table of misreadings, and the share decoded correctly by length

The texts are our own: everyday sentences in twenty-two languages, whole, cut to one line, and almost pure ASCII with
one or two accented letters.
"""

from __future__ import annotations

from collections import Counter, defaultdict

from charset_normalizer import from_bytes

from rag.errors import LoadError
from rag.load.decode import decode

WESTERN = "cp1252 iso8859_15 mac_roman cp850 utf-16-le"
CENTRAL = "cp1250 iso8859_2 cp852 mac_latin2"
TEXTS: dict[str, tuple[str, str]] = {
    "English": (WESTERN, "The café’s owner — a naïve man, perhaps — paid £20 for the “special” crème brûlée. It wasn’t on the menu: “Ask the chef”, said the waiter. We’ll pay €15 next time… The façade is due for paint."),
    "German": (WESTERN, "Die Bäckerei an der Brücke öffnet um sechs Uhr früh. Größere Bestellungen müssen bis Donnerstag aufgegeben werden, sonst können wir die Brötchen nicht rechtzeitig backen. Für Gäste gibt es Kaffee und Käsekuchen."),
    "French": (WESTERN, "Le bureau est fermé pendant les vacances d’été. Les élèves reçoivent leurs résultats à la rentrée, et ceux qui ont échoué peuvent se présenter à une deuxième session. Où faut-il s’inscrire ? Au secrétariat, bien sûr."),
    "Spanish": (WESTERN, "La reunión será mañana a las once. ¿Cuántos años tiene el edificio? Según el arquitecto, más de ochenta. Los vecinos pidieron un ascensor nuevo, pero la comisión aún no ha decidido quién pagará la instalación."),
    "Portuguese": (WESTERN, "A estação fica a dez minutos daqui. Não há comboios depois da meia-noite, mas os autocarros continuam até às três. As crianças até seis anos não pagam, e os cães pequenos também não. A informação está no cartaz."),
    "Italian": (WESTERN, "La città è più tranquilla la mattina. Perché il mercato chiude alle due, conviene arrivare presto: la frutta è già finita verso mezzogiorno. Lunedì c’è la festa del paese, e il comune offrirà il caffè a tutti."),
    "Swedish": (WESTERN, "Båten går från bryggan varje timme. På söndagar är kiosken stängd, så köp biljetter i förväg. Barn under sju år åker gratis om de är med en vuxen. Hundar får följa med på övre däck."),
    "Danish": (WESTERN, "Færgen sejler hver anden time, også om søndagen. Børn må ikke gå på dækket uden voksne. Cafeen åbner først klokken ni, men der er kølige drikke i automaten ved døren."),
    "Dutch": (WESTERN, "De coöperatie vergadert één keer per maand. België en Italië hebben ieder een eigen afdeling, en de ideeën worden daarna in het bestuur besproken. Het café is dan open voor alle leden."),
    "Finnish": (WESTERN, "Sauna lämpiää tunnissa. Älä jätä ovea auki, sillä lämpö häviää nopeasti. Pyyhkeet ovat käytävän kaapissa, ja järvelle pääsee polkua pitkin. Yöllä ei saa metelöidä."),
    "Polish": (CENTRAL, "Spotkanie odbędzie się w środę o dziesiątej. Proszę zabrać ze sobą zaświadczenie i dwie kopie umowy. Jeśli ktoś nie może przyjść, powinien zadzwonić do sekretariatu najpóźniej we wtorek. Łąka za domem jest już sucha."),
    "Czech": (CENTRAL, "Schůze se koná ve středu v deset hodin. Přineste prosím občanský průkaz a dvě kopie smlouvy. Kdo nemůže přijít, ať zavolá do kanceláře nejpozději v úterý. Žádost lze podat také písemně."),
    "Hungarian": (CENTRAL, "Az értekezlet szerdán tíz órakor kezdődik. Kérjük, hogy mindenki hozza magával a szerződés két példányát. Aki nem tud eljönni, az legkésőbb kedden telefonáljon az irodába. A fűtés működik."),
    "Turkish": ("cp1254 iso8859_9", "Toplantı çarşamba günü saat onda başlayacak. Lütfen sözleşmenin iki kopyasını yanınızda getirin. Gelemeyecek olanlar en geç salı günü büroyu aramalıdır. İlk katın ışığı açık kalsın."),
    "Lithuanian": ("cp1257 iso8859_13", "Susirinkimas įvyks trečiadienį dešimtą valandą. Prašome atsinešti dvi sutarties kopijas. Kas negali ateiti, tegul paskambina į raštinę ne vėliau kaip antradienį. Durys užrakintos šeštadieniais."),
    "Russian": ("cp1251 koi8_r cp866 iso8859_5 mac_cyrillic utf-16-le", "Собрание состоится в среду в десять часов. Просим взять с собой паспорт и две копии договора. Кто не может прийти, пусть позвонит в контору не позднее вторника. Ключ от подъезда у дворника."),
    "Ukrainian": ("cp1251 koi8_u", "Збори відбудуться в середу о десятій годині. Просимо взяти з собою паспорт і дві копії договору. Хто не може прийти, нехай зателефонує до контори не пізніше вівторка. Її ключ у двірника."),
    "Greek": ("cp1253 iso8859_7 utf-16-le", "Η συνέλευση θα γίνει την Τετάρτη στις δέκα. Παρακαλούμε να φέρετε μαζί σας δύο αντίγραφα της σύμβασης. Όποιος δεν μπορεί να έρθει, ας τηλεφωνήσει στο γραφείο το αργότερο την Τρίτη."),
    "Hebrew": ("cp1255 utf-16-le", "האסיפה תתקיים ביום רביעי בשעה עשר. נא להביא שני עותקים של החוזה. מי שלא יכול להגיע מתבקש להתקשר למשרד עד יום שלישי. המפתח נמצא אצל השוער."),
    "Arabic": ("cp1256 iso8859_6", "يعقد الاجتماع يوم الأربعاء في الساعة العاشرة. يرجى إحضار نسختين من العقد. من لا يستطيع الحضور فليتصل بالمكتب قبل يوم الثلاثاء. المفتاح عند الحارس."),
    "Thai": ("cp874", "การประชุมจะมีขึ้นในวันพุธเวลาสิบนาฬิกา กรุณานำสำเนาสัญญามาด้วยสองฉบับ ผู้ที่มาไม่ได้ให้โทรศัพท์ไปที่สำนักงาน"),
    "Japanese": ("shift_jis euc_jp iso2022_jp utf-16-le", "会議は水曜日の十時に始まります。契約書の写しを二部お持ちください。来られない方は火曜日までに事務所へ電話してください。鍵は管理人が持っています。"),
    "Chinese": ("gb18030 big5 utf-16-le", "会在星期三上午十点开始。出席的人要带两份文件。不能来的人在星期二以前打电话到公司。大门的水表在左面,电表在右面。"),
    "Taiwan": ("big5", "會議在星期三上午十點開始。請帶兩份合約的影本。不能來的人請在星期二以前打電話到辦公室。大門的鑰匙在管理員那裡。"),
    "Korean": ("cp949 utf-16-le", "회의는 수요일 열 시에 시작합니다. 계약서 사본 두 부를 가져오십시오. 오지 못하는 분은 화요일까지 사무실로 전화해 주십시오. 열쇠는 관리인에게 있습니다."),
}  # fmt: skip
SHORT = 45  # characters of a text that is cut to one line
ASCII = "Item no. 4711, size 30 x 40, delivered on 3 May 2019 to the store in Lyon; invoice 22-118, total 96.50.\n" * 3


def cases() -> list[tuple[str, str, str, str]]:
    """Return (language, encoding, length, text) for every case that the encoding can represent."""
    found = []
    for language, (encodings, text) in TEXTS.items():
        accented = next(word for word in text.split() if not word.isascii()) if " " in text else text[:4]
        lengths = {
            "whole": text,
            "line": text[: text.rfind(" ", 0, SHORT)] if " " in text else text[:25],
            "one word": f"{ASCII}Name: {accented}\n{ASCII}",
        }
        for encoding in encodings.split():
            for length, cut in lengths.items():
                written = cut.encode(encoding, "ignore").decode(encoding)
                if written.isascii() or (length == "one word" and encoding.startswith(("utf", "iso2022", "cp437"))):
                    continue
                found.append((language, encoding, length, written))
    return found


def ours(data: bytes) -> str:
    """Return the text as the program decodes it."""
    try:
        return decode(data, "text")
    except LoadError:
        return ""


def theirs(data: bytes) -> str:
    """Return the text as charset-normalizer decodes it."""
    best = from_bytes(data).best()
    return str(best) if best else ""


def main() -> None:
    """Print the tables."""
    right: dict[str, Counter[str]] = {"ours": Counter(), "charset-normalizer": Counter()}
    total: Counter[str] = Counter()
    wrong: dict[str, list[str]] = defaultdict(list)
    for language, encoding, length, text in cases():
        data = text.encode(encoding)
        total[length] += 1
        for name, read in (("ours", ours), ("charset-normalizer", theirs)):
            got = read(data)
            right[name][length] += got == text
            if name == "ours" and got != text:
                at = next((i for i, (a, b) in enumerate(zip(got, text, strict=False)) if a != b), 0)
                wrong[f"{language} {encoding}"].append(
                    f"{length}: {got[max(0, at - 12) : at + 12]!r} for {text[max(0, at - 12) : at + 12]!r}"
                )
    for case, how in sorted(wrong.items()):
        print(case, *how, sep="\n    ")
    for name, counts in right.items():
        print(
            f"{name:20}",
            *(f"{length} {counts[length]}/{total[length]}" for length in total),
            f"all {counts.total()}/{total.total()}",
        )


if __name__ == "__main__":
    main()
