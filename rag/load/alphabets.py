"""Lists the non-ASCII letters of languages, for detecting the encoding of a text."""

from __future__ import annotations

LATIN = {  # language: its non-ASCII letters, most common first, and its most common ASCII-only words
    "de": ("üäößé", "der die das und ist nicht ein eine mit von zu den auf dem im wird auch als sie er es sich bei werden sind am nach"),
    "fr": ("éèàêçîôùûâëïœÿæ", "le la les et est des une un dans pour que qui sur pas au avec ce il du sont par ne se de en vous nous"),
    "es": ("óíáéñúü¿¡ªº", "el la los las y es una un en que por para con del se no su al lo como sus de son entre"),
    "pt": ("ãáéçíóêõâúàôüªº", "o a os as e um uma de que para com do da em no na por mais dos das ao se foi pelo"),
    "it": ("èàùòéìóîª", "il la le e di che per con non del della nel sono gli anche come si una un da dei alla lo questo"),
    "nl": ("ëéïóèüöáê", "de het een en is van niet dat op te in voor met zijn die aan er ook als bij om wordt naar"),
    "sv": ("äöåé", "och i att det som en av den med till inte om ett har de var vid kan ska efter eller"),
    "da": ("æøåé", "og i at det som en af den med til ikke om et har de var ved kan skal efter eller er for"),
    "no": ("øåæéòô", "og i at det som en av den med til ikke om et har de var ved kan skal etter eller er for"),
    "fi": ("äöå", "ja on ei se ett oli joka mutta kun niin sen ovat tai kuin mit"),
    "is": ("íáðéóúýþæö", "og er sem um til vi fyrir en ekki hann var me af eru hefur"),
    "en": ("éèïçöàêñâ£€§°", "the of and to in is was that for it with as on by at from are this be an not or you have we"),
    "pl": ("łóąęśżćźń", "i w na z nie do jest to o jak za po co ale od dla przez oraz tym czy ich jego"),
    "cs": ("íáéěřýčžšůúňťďóň", "a v na se je z do o s to k pro po od za ve by jako jsou nebo tak kter"),
    "sk": ("áíéýčúľťžšňôďäóĺŕ", "a v na sa je z do o s to k pre po od za vo by ako alebo tak"),
    "hu": ("áéóöőüíúű", "a az egy nem hogy is van meg ez el volt de csak vagy mint ha minden"),
    "ro": ("ăîâșțşţ", "de la cu pe nu ce un o din care mai se al sau este sunt pentru prin"),
    "hr": ("čšžćđ", "i u je na se da za od su s ne o koji kao bi ali iz do po"),
    "tr": ("ıüşğçöİâîû", "bir ve bu da de ile olan olarak daha ama gibi her kadar sonra ne o en"),
    "lt": ("ėšžųįąčūę", "ir yra kad su iki bei kaip bet nuo per tai jis ne jau buvo"),
    "lv": ("āīēšūņļžčģķ", "un ir ar no uz par ka bet pie gada vai tas kas lai"),
    "et": ("äõüöšž", "ja on ei et see oli mis kui ta aga ning ka oma"),
}  # fmt: skip
CYRILLIC = "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъёіїєґўјљњћђџ"  # most common first
GREEK = "αοιετσνηυρπκμλςωδγχθφβξζψάέήίόύώϊϋΐΰ"
HEBREW = "יוהלאתרמבשנדעקחפצגכטסזםןךףץ"
ARABIC = "اليمنوتربةعدسفهكقحجأشصذطخغإزىئءضثظؤآ"
THAI = "านรกเงมย่้วอลทีดสตัะิบปุคหำขจูพื็ชไ์แใถโซึณศธผภญษฐฎฏฬฮฉฝฟฆฒฑฌฌๆฯ"
HAN = (  # the most common characters of both Chinese scripts and of Japanese
    "的一是不了在人有我他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可她里后小么心多天而能好都然没日于起还发成事只作当想看文无开手十用主行方又如前所本见经头面公同三已老从动两长"
    "知民样现分将外但身些与高意进把法此实回二理美点月明其种声全工己话儿者向情部正名定女问力机给等几很业最间新什打便位因重被走电四第门相次东政海口使教西再平真听世气信北少关并内加化由却代军产入先山五太水万市"
    "這來國個說們為時會過學對裡後麼沒於還發當無開從動兩長樣現將與進實點種聲話兒問機給幾業間東聽關並產萬號應該請電車書體數區場據經議務條員處價錢費票館營運公司臺灣"
    "日月年時分円人大本中国会社員学校生先見行出入上下前後今何間東西南北駅車電話番号料金受付開始終了予約場所使用方法確認必要場合注意以上以下午営業休館保証期間修理"
)
