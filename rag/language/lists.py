"""The word lists that the rules use, each defined once: English, and what is needed from other languages."""

from __future__ import annotations

# The closed classes of English: they carry no content of their own.
FUNCTION_WORDS = frozenset(
    """a about above after again against all also although am among an and any are around as at away back be became
    because become been before being below between both but by came can come could did do does doing done down during
    each either else even ever every few for from further get gets given go goes got had has have having he hence her
    here hers herself him himself his how however i if in indeed instead into is it its itself just kind let like made
    make makes making many may me might mine more most much must my myself near of off often on once one ones only onto
    or other others our ours out over own per perhaps please quite rather same say says said shall she should since so
    some such take taken tell than that the their theirs them themselves then there therefore these they this those
    though through thus till to together too toward towards under until up upon us used very via was way we well were
    what whatever when where whereas whether which while who whom whose why will with within would yet you your yours
    yourself according regarding called known""".split()
)
# Words that deny an English statement outright, besides those in n't.
DENIALS = frozenset("no not never none nobody nothing neither nor without cannot nowhere".split())
# Verbs that negate what follows; a cell of a table may say them, too.
FAILURES = frozenset("unable fails failed refused".split())
# Words of what is not allowed, not accepted, or left out.
PROHIBITED = frozenset("forbidden prohibited banned refused excluded illegal impossible unavailable closed".split())
# Words that negate an English statement, besides those in n't.
NEGATIONS = DENIALS | FAILURES | frozenset("hardly barely unless except".split())
# The same in other languages; some are also ordinary English words.
FOREIGN_NEGATIONS = frozenset(
    """non nicht kein keine keinem keinen keiner keines nie ohne ne pas jamais sans aucun aucune sin nunca ningún ninguna
    não nem sem senza mai не нет ни без никогда geen niet zonder""".split()
)
# Words and phrases before what a statement does not hold for.
EXCEPTIONS = frozenset(
    """except excepting excepted excluding außer sauf excepté salvo excepto кроме""".split()
    + ["apart from", "aside from", "other than", "all but"]
)
# Words and phrases that hold a statement back.
CONDITIONS = frozenset(
    "if unless but only until provided provides otherwise however insofar".split()
    + ["as long as", "as far as", "in case", "in the case", "in that case", "subject to", "on condition"]
)
FOREIGN_CONDITIONS = frozenset("wenn falls sofern soweit jedoch nur bis si seulement solo sólo если только".split())
# Words that make a remark a condition: when something holds.
OCCASIONS = frozenset("when whenever before after while once upon".split())
# Words and phrases that make a remark a duty.
DUTIES = frozenset(
    "must need needs needed required shall".split() + ["have to", "has to", "had to", "obliged to", "supposed to"]
)
# Words whose exchange reverses a statement or changes what it compares.
DIRECTIONS = frozenset(
    """more less fewer most least increase increased increases increasing decrease decreased decreases decreasing rise
    rose risen rises rising fall fell fallen falls falling up down higher lower above below over under before after
    first last gain gained loss lost win won accept accepted reject rejected approve approved deny denied allow allowed
    forbid forbidden permit permitted prohibit prohibited include includes included including exclude excludes excluded excluding until since true
    false yes open opened close closed start started end ended begin began stop stopped buy bought sell sold import
    imports export exports left right north south east west all some any only must may can should might always
    sometimes often rarely minimum maximum at-least buyer seller lender borrower plus minus""".split()
)
NUMBERS = {
    word: number
    for number, word in enumerate(
        """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
        eighteen nineteen twenty""".split()
    )
} | {"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "dozen": 12}
ORDINALS = {
    word: number
    for number, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split(), start=1
    )
}
MULTIPLES = {"hundred": 100, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
# "one" is left out: it is a pronoun more often than a number.
NUMBER_WORDS = (NUMBERS.keys() | MULTIPLES.keys()) - {"one"} | frozenset(
    "half third quarter twice thrice first second fourth fifth sixth seventh eighth ninth tenth".split()
)
# The same in other languages.
FOREIGN_NUMBER_WORDS = frozenset(
    """ein zwei drei vier fünf sechs sieben acht neun zehn deux trois quatre cinq dos tres cuatro cinco два три четыре
    пять""".split()
)
# Twelve of the most frequent words of each language that are rare in the others; enough to identify a passage's
# language.
FREQUENT = {
    language: frozenset(words.split())
    for language, words in {
        "english": "the of and to is that for was with are this what",
        "german": "der die und das ist nicht den von mit dem ein eine",
        "french": "le les des est et une dans que pour qui sur pas",
        "spanish": "el los las que y del por con una para es como",
        "italian": "il di che è per della non sono gli con una nel",
        "portuguese": "o os que não uma para com do da em dos são",
        "dutch": "de het een van en is niet dat op te zijn voor",
        "swedish": "och att det är som en på för av med inte till",
        "norwegian": "og det er som på en til av for med ikke har",
        "danish": "og det er at på en til af for med ikke den",
        "finnish": "ja on ei että se oli hän mutta ovat kun myös joka",
        "hungarian": "a az és hogy nem is egy van ez meg csak volt",
        "romanian": "și în de la cu este pe nu din care o să",
        "turkish": "ve bir bu için ile da de olarak çok daha olan gibi",
        "indonesian": "yang dan di dengan untuk dari ini pada adalah tidak itu dalam",
        "russian": "и в не на что с он как это по из для",
    }.items()
}
# Question words, and function words around them, that are not among the frequent ones.
ASKING = {
    language: frozenset(words.split())
    for language, words in {
        "german": """wie was wer wen wem wo wann warum welche welcher welches welchen wieviel viel viele gibt es sind war ich wir man
            zu im am auf für bei aus einen einem einer kann muss darf soll hat haben wird werden sein als auch an oder""",
        "french": """quel quelle quels quelles quoi où quand comment combien pourquoi il elle on je nous vous un du de la au aux en
            a y ce cette sont peut doit faut avec""",
        "spanish": """qué quién quiénes cuál cuáles cuánto cuánta cuántos cuántas cómo cuándo dónde un en de la al se su hay son
            está puede debe me lo""",
        "italian": "cosa chi quale quali quanto quanti quante come quando dove perché un una in da al si ci sono ha può devo posso a",
        "portuguese": "quem qual quais quanto quantos quantas quando onde porque por um no na ao é há pode devo se a o e",
        "dutch": "wie wat waar wanneer waarom hoe hoeveel welke ik we je kan mag moet zijn heeft in aan met bij of er",
        "swedish": "vad vem var när hur varför vilken vilket vilka många mycket finns kan får jag vi ett i till",
        "norwegian": "hva hvem hvor når hvordan hvorfor hvilken hvilke mange mye finnes kan får jeg vi et i",
        "danish": "hvad hvem hvor hvornår hvordan hvorfor hvilken hvilke mange meget findes kan får jeg vi et i",
        "russian": "кто где когда почему какой какая какие какое сколько чей ли я мы у к за до от есть был была",
    }.items()
}
# Words of greetings, thanks and questions about the program that occur in one of these languages only, and not in
# English.
SMALL_TALK = {
    "de": frozenset(
        """hallo guten morgen tag abend servus moin danke dank vielen schön tschüss tschüs wiedersehen wiederhören bis bald feierabend wie
        geht wer bist du sie dir ihnen was kannst können witz bitte hilfe womit wobei auf mir und ist gute nacht grüß grüezi erzähl noch""".split()
    ),
    "fr": frozenset(
        """bonjour bonsoir salut coucou merci revoir bientôt demain nuit ça va comment allez vas qui es tu êtes vous que peux quoi sers blague
        raconte aide moi une je suis beaucoup madame monsieur""".split()
    ),
    "es": frozenset(
        """hola buenos buenas días tardes noches gracias muchas muchísimas adiós luego hasta mañana vemos cómo estás qué tal quién eres puedes
        haces chiste otro cuéntame ayuda sirves te llamas nos por""".split()
    ),
}
# Words with which somebody asks whether something is so, and names nothing: "is that all right?"
ASSENT = frozenset(
    """check look help tell know sure right ok okay idea possible true correct fine alright all allowed thing think case
    legal normal""".split()
)
# Labels of a row or column that adds up the others.
TOTALS = ("total", "subtotal", "grand total", "sum", "summe", "gesamt", "zwischensumme", "somme", "suma", "totale")
# What offers, contracts and rules usually settle → words that name it. English only.
ASPECTS = {
    "Price": "total sum price altogether cost",
    "Guarantee": "guarantee guaranteed warranty",
    "Start": "start begin beginning",
    "Duration": "duration length need needs takes lasts",
    "Payment": "payment pay paid deposit advance",
    "Delivery": "delivery deliver delivered shipping",
    "Term": "term contract minimum",
    "Notice": "notice cancel cancellation cancelling",
    "Valid": "valid validity hold holds",
}
# Words that ask for a comparison and name nothing that is compared.
COMPARING = frozenset(
    """compare compared comparing comparison difference differences different differ differs versus vs side sides two both
    better worse best cheap cheaper dear dearer expensive change changes changed new old newer older former previous current
    now before then earlier later last year""".split()
)
# What papers are called in which somebody says what something would cost.
OFFERS = frozenset("offer offers quote quotes quotation quotations estimate estimates bid bids tender tenders".split())
# What a sentence has that people want to know from a summary, and what it has when it only accompanies: English, with
# the commonest forms of German, French and Spanish.
PROHIBITIONS = frozenset(
    """mustn't compulsory mandatory duty cannot can't forbidden prohibited never nobody only without excluded except
    muss müssen darf dürfen nur verboten niemals ohne mindestens pflicht doit doivent interdit interdite jamais seulement
    sans obligatoire debe deben prohibido nunca solo sólo sin obligatorio""".split()
    + ["is to", "are to", "at least", "may not", "not allowed", "no one", "no longer", "any more"]
)
CHANGES = frozenset(
    """new newly now instead move moves moved change changes changed rise rises rose raised lowered falls replace replaced
    replaces become becomes start starts begin begins end ends since neu neue neuen jetzt statt ab künftig seit nouveau
    nouvelle désormais nuevo nueva ahora""".split()
    + ["goes up", "goes down", "no longer", "any more", "will be", "as of"]
)
# What a statement says that replaces an earlier one, and what says that something has ended.
REVISIONS = frozenset(
    """now nowadays instead replaces replaced supersedes superseded previously formerly postponed rescheduled moved moves
    changed extended prolonged extension delayed raised rises lowered reduced cut acting anew corrected correction amended
    revised jetzt nunmehr statt stattdessen verschoben verlegt verlängert erhöht gesenkt künftig désormais dorénavant reporté
    prolongé ahora aplazado""".split()
) | frozenset(
    """from now on|from today|again from|as of|with effect from|until further notice|rather than|put off|put back|push back|pushed back|bring forward
|brought forward|changes to|goes up|go up|goes from|goes down|has risen|steps down|stepped down|takes over|took over|acts as
|this time|this year|new date|new time|new price|new default|ab sofort|au lieu de|en lugar de""".replace(
        "\n", ""
    ).split("|")
)
ENDINGS = frozenset(
    """abolished discontinued withdrawn scrapped abgeschafft entfällt supprimé suprimido""".split()
    + ["no longer", "any more", "anymore", "any longer", "out of service", "out of use", "nicht mehr", "ya no"]
)
DECISIONS = frozenset(
    """agree agreed decide decided decides resolved approved accepted carried passed elected adopted vote voted confirmed
    concluded result results cancelled postponed rejected unanimously granted ordered promise promised beschlossen gewählt
    genehmigt abgelehnt décidé adopté approuvé rejeté decidido aprobado rechazado""".split()
)
DEADLINES = frozenset(
    "until till before due deadline within bis spätestens frist fällig avant jusqu'au hasta".split()
    + ["at the latest", "no later than", "au plus tard", "antes del", "a más tardar"]
)
STORYTELLING = frozenset("was were had went came said told asked took got did wrote rang stood sat saw".split())
OPENINGS = frozenset(
    "dear hi hello hallo liebe lieber bonjour cher chère hola querida querido estimada estimado".split()
    + ["good morning", "good evening", "good afternoon", "sehr geehrte", "sehr geehrter"]
)
CLOSINGS = frozenset(
    "yours regards sincerely cheers greetings cordialement saludos atentamente".split()
    + ["kind regards", "best regards", "warm regards", "best wishes", "many thanks", "thank you for", "thanks for"]
    + ["thanks to", "see you", "looking forward", "with love", "mit freundlichen", "viele grüße", "herzliche grüße"]
    + ["bien à vous", "un abrazo"]
)
# Labels of lines that say who wrote to whom, and of those that say who was there.
FORM_LABELS = frozenset(
    "from to cc bcc date sent subject re signed von an datum betreff de à objet para asunto fecha".split()
)
ATTENDANCE = frozenset(
    """present there apologies absent attending attendees anwesend entschuldigt abwesend présents excusés absents
    presentes ausentes""".split()
)
