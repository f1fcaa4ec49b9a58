"""What the words around a number say it is: of a person, a case, a shop; in all languages that residents write."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

Sense = Literal["bsn", "iban", "phone", "document", "case", "birth", "shop", "house", "office"]

_WORDS: dict[Sense, str] = {  # patterns of folded words; _ is a space
    "bsn": r"""
        bsn\w* burgerservice\w* sofi sofinummer sofinr sociaalfiscaal\w* service_?n(?:umme)?r citizen_service
        social_security_n\w+ vatandaşlık kimlik_numara\w+ الخدمة_المدنية خدمة_المواطن رقم_المواطن شماره_ملی
        شماره_شهروند\w* бсн numer_obywatel\w*
    """,
    "iban": r"""
        iban\w* rekeningnummer\w* rekeningnr\w* bankrekening\w* rekening account_number bank_account hesap\w* konto
        cuenta compte сметка\w* рахун\w+ счет\w* счёт\w* cont حساب\w* kontonummer
    """,
    "phone": r"""
        tel tel\w*nummer telnr telefoon\w* telefon\w* telephone phone mobiel\w* mobile mobil gsm whatsapp wapp\w* app
        bel bellen belt call bereikbaar bereiken reach arayın ara dzwoni\w+ zadzwoni\w+ tele\w*fon\w* téléphone\w*
        teléfono\w* телефон\w* тел номер_телефон\w* هاتف\w* هاتفي تلفون\w* تلفن\w* جوال\w* موبايل\w* اتصل ቴለፎን\w*
        ቴሌፎን\w* lambarka\w*_telefoon\w* nummer_is_van_mij cep
    """,
    "document": r"""
        paspoort\w* passport\w* pasaport\w* passeport\w* reisepass\w* paszport\w* паспорт\w* pașaport\w* баспорт
        جواز\w* پاسپورت گذرنامه baasaboor\w* id-?kaart\w* id-?bewijs\w* identiteitskaart\w* identiteitsbewijs\w*
        identity_card personalausweis\w* ausweis\w* legitimatie\w* documentn\w+ document_n\w+ kimlik_kart\w* dowod\w*
        dowód\w* dowodu buletin\w* carte_d'identité dni nie rijbewijs\w* driving_licen\w+ driver\w*_licen\w+
        ehliyet\w* führerschein\w* prawo_jazdy permis\w* carnet\w* права verblijfs\w+ residence_permit v-nummer
        vnummer v-nr vnr vreemdelingennummer pasnummer
    """,
    "case": r"""
        zaak zaaknummer\w* zaaknr zaak-\w+ kenmerk\w* dossier\w* cjib\w* cli[eë]nt-?n\w+ klant-?n\w+ beschikking\w*
        besluit\w* aanvraag-?n\w+ parketnummer\w* referentie\w* reference case case_n\w+ vordering\w*
        registratie-?n\w+ polis\w* pati[eë]nt\w*-?n\w+ relatie-?n\w+ werknemers-?n\w+ lidmaatschaps\w+
        studentnummer\w* correspondentienummer\w* betalingskenmerk\w* aanslagn\w+ meldings?-?n\w+ dosya\w*
        numer_sprawy sprawa sprawy справ\w+ дел[оа] преписк\w+ expediente\w* caso aktenzeichen fallnummer\w* dosar\w*
        kiiska القضية الملف ملف پرونده ጉዳይ kaso
    """,
    "birth": r"""
        geboren geb gebdat geboortedat\w+ geboortedag\w* jarig verjaar\w* born birth dob birthday birthdate doğum\w*
        doğdu\w* ميلاد\w* الميلاد مواليد ولدت ولدتُ urodz\w+ ur народ\w+ рожден\w+ родил\w+ роден\w* рођен\w*
        nac[ií]\w* nacimiento né née naissance geburts\w+ تولد متولد dhashay dhasha dhalasho\w* nase nasé nasí
        născut\w* naștere\w* nascut\w* ልደት\w* ዕለት_ልደተ\w* ተወሊደ\w*
    """,
    "shop": r"""
        kvk\w* kamer_van_koophandel bestel\w* bestelling\w* order\w* factuur\w* facturen invoice\w* pakket\w* track\w*
        zending\w* sipariş\w* zamówien\w* заказ\w* замовлен\w* pedido\w* commande\w* bestellung\w* rechnung\w*
        fatura\w* artikelnummer\w* serienummer\w* rsin btw\w* vestigingsnummer\w* barcode\w* lotnummer\w* postbus\w*
    """,
    "house": r"""
        woon wonen woont woonde gewoond woonachtig adres adress\w* address verhuisd verhuizen huis thuis ingeschreven
        briefadres\w* postadres\w* logeer\w* live living lives reside home mieszkam\w* zameldowan\w* adresim
        oturuyor\w* vivo dirección direccion habite\w* adresse wohn\w* anschrift adresa адрес\w* живу мешкаю عنوان\w*
        اسكن أسكن ساكن آدرس\w* degan deggan ku_nool adrès ነበር\w*
    """,
    "office": r"""
        buurtteam\w* wijkteam\w* stadskantoor\w* gemeente\w* gemeentehuis loket\w* kantoor voedselbank\w* politie\w*
        bureau ziekenhuis\w* huisarts\w* school basisschool praktijk\w* winkel\w* uwv ggd ggz rechtbank\w* moskee\w*
        kerk\w* bibliotheek\w* inloop\w* spreekuur\w* apotheek\w* kliniek\w* buurthuis\w* buurtcentrum\w* dock
        stadhuis\w* opvang\w* notaris\w* advocaat\w* advocaten\w* tandarts\w* afspraak station halte hotel museum
        sporthal office clinic hospital library belediye городс\w+ urząd ratusz ayuntamiento mairie rathaus
    """,
}


class Word(NamedTuple):
    """A word that says what a number near it is."""

    start: int
    end: int
    sense: Sense


def _patterns() -> Mapping[str, re.Pattern[str]]:
    """Return the patterns by their first two letters, so that few are tried on a word."""
    each = [(word.replace("_", " "), sense) for sense, words in _WORDS.items() for word in words.split()]
    starts: dict[str, list[tuple[str, Sense]]] = {}
    for word, sense in sorted(each, key=lambda one: -len(one[0])):
        starts.setdefault(word[:2], []).append((word, sense))
    return {
        start: re.compile("|".join(f"(?P<{sense}{number}>{word}(?!\\w))" for number, (word, sense) in enumerate(words)))
        for start, words in starts.items()
    }


_PATTERNS = _patterns()
_START = re.compile(r"(?<![^\W\d_])[^\W\d_][\w-]")
_LONGEST = 40  # letters of such a word
_NOT = re.compile(r"\b(?:geen|niet|not|no)\b")
_ENDS = re.compile(r"[.!?;](?= |$)|\n")


def words_around(text: str) -> tuple[Word, ...]:
    """Return the words in a folded text that say what a number is."""
    return tuple(_words(text))


def _words(text: str) -> Iterator[Word]:
    for start in _START.finditer(text):
        pattern = _PATTERNS.get(start[0])
        if pattern and (found := pattern.match(text, start.start())):
            yield Word(found.start(), found.end(), found.lastgroup.rstrip("0123456789"))  # type: ignore[union-attr,arg-type]


def _begin(word: Word) -> int:
    return word.start


def sense_of(
    text: str,
    words: tuple[Word, ...],
    start: int,
    end: int,
    among: frozenset[Sense],
    *,
    before: int = 45,
    behind: int = 30,
) -> Sense | None:
    """Return what the nearest of these words says a piece is: first one before it in its sentence, else one behind."""
    first = bisect_left(words, start - before - _LONGEST, key=_begin)
    middle, last = bisect_left(words, start, first, key=_begin), bisect_left(words, end + behind + 1, first, key=_begin)
    for word in reversed(words[first:middle]):
        if word.sense in among and start - before <= word.end <= start and not _ENDS.search(text, word.end + 1, start):
            return word.sense
    for word in words[middle:last]:
        if word.sense in among and word.start >= end and not _ENDS.search(text, end, word.start):
            return None if _NOT.search(text, end, word.start) else word.sense
    return None
