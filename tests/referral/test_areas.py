"""Places as residents write them. Never a wrong wijk; what can be several places is asked."""

from time import process_time

import pytest

from referral.areas import locate


def u(*wijken: str | None) -> tuple[tuple[str, str | None], ...]:
    """Candidates in Utrecht; None is the city without a wijk."""
    return tuple(("utrecht", f"utrecht-{wijk}" if wijk else None) for wijk in wijken)


AMERSFOORT = (("amersfoort", None),)
ELSEWHERE = (("elsewhere", None),)
NOTHING = ()

ANSWERS = [
    # postcodes
    ("3561ab", u("overvecht")),
    ("3561 AB", u("overvecht")),
    ("3526", u("zuidwest")),
    ("mijn postcode is 3533 hx", u("west")),
    ("3584 CS Utrecht", u("oost")),
    ("3451", u("vleuten-de-meern")),
    ("3543", u("leidsche-rijn")),
    ("3572", u("noordoost")),
    ("3525 lunetten", u("zuid")),
    ("3512", u("binnenstad", "oost")),
    ("3513 AB", u("noordwest", "binnenstad", "noordoost")),
    ("3521", u("binnenstad", "zuidwest")),
    ("3521 dichterswijk", u("zuidwest")),
    ("3545", u("leidsche-rijn", "vleuten-de-meern")),
    ("3552", u("noordwest", "overvecht")),
    ("3500 CE", u(None)),
    ("3811", AMERSFOORT),
    ("3829 AB", AMERSFOORT),
    ("3836", AMERSFOORT),
    ("3800", AMERSFOORT),
    ("3835", (*AMERSFOORT, *ELSEWHERE)),
    ("1011 AB", ELSEWHERE),
    ("3703 CD", ELSEWHERE),
    ("9712", ELSEWHERE),
    ("3547", NOTHING),
    ("14 030", NOTHING),
    ("0612345678", NOTHING),
    ("ik woon er sinds 2015", NOTHING),
    # wijken, buurten and the names people use
    ("Overvecht", u("overvecht")),
    ("kanaleneiland", u("zuidwest")),
    ("kanaleneiland noord", u("zuidwest")),
    ("ik woon in de meern", u("vleuten-de-meern")),
    ("vlakbij hoog catharijne", u("binnenstad")),
    ("zuilen bij de julianapark", u("noordwest")),
    ("Lunetten", u("zuid")),
    ("Oud-Hoograven", u("zuid")),
    ("leidsche rijn centrum", u("leidsche-rijn")),
    ("het zand", u("leidsche-rijn")),
    ("Langerak", u("leidsche-rijn")),
    ("wijk c", u("binnenstad")),
    ("oog in al", u("west")),
    ("Lombok", u("west")),
    ("tuindorp-oost", u("noordoost")),
    ("Buiten Wittevrouwen", u("oost")),
    ("Wittevrouwen", u("noordoost")),
    ("máximapark", u("vleuten-de-meern")),
    ("maximapark", u("vleuten-de-meern")),
    ("Ondiep, bij mijn moeder", u("noordwest")),
    ("I live in Overvecht", u("overvecht")),
    ("op de Zamenhofdreef", u("overvecht")),
    ("Overvecht-Noord", u("overvecht")),
    ("Vleuten", u("vleuten-de-meern")),
    ("papendorp", u("leidsche-rijn")),
    ("Vathorst", AMERSFOORT),
    ("schothorst", AMERSFOORT),
    ("Kruiskamp-Zuid", AMERSFOORT),
    ("hooglanderveen", AMERSFOORT),
    ("het soesterkwartier", AMERSFOORT),
    ("de koppel amersfoort", AMERSFOORT),
    # misspelled
    ("kanaleiland", u("zuidwest")),
    ("kanalen eiland", u("zuidwest")),
    ("overvegt", u("overvecht")),
    ("leidserijn", u("leidsche-rijn")),
    ("leidse rein", u("leidsche-rijn")),
    ("lombock", u("west")),
    ("witevrouwen", u("noordoost")),
    ("vleuterwijde", u("vleuten-de-meern")),
    ("hograven", u("zuid")),
    ("terweide", u("leidsche-rijn")),
    ("pijlsweert", u("noordwest")),
    ("hoogkatarijne", u("binnenstad")),
    ("kanaleiland in utrecht", u("zuidwest")),
    ("uttrecht", u(None)),
    ("amersfort", AMERSFOORT),
    ("vathors", AMERSFOORT),
    ("nieuwegijn", ELSEWHERE),
    # a city, and everyday words
    ("Utrecht", u(None)),
    ("gewoon utrecht", u(None)),
    ("Amersfoort", AMERSFOORT),
    ("utrecht west", u("west")),
    ("Zuid, in Utrecht", u("zuid")),
    ("utrecht centrum", u("binnenstad")),
    ("Utrecht noord", u("noordwest", "noordoost")),
    ("centrum van Amersfoort", AMERSFOORT),
    ("Zuid", (*AMERSFOORT, *u("zuid"), *ELSEWHERE)),
    ("Centrum", (*AMERSFOORT, *u("binnenstad"), *ELSEWHERE)),
    ("binnenstad", (*AMERSFOORT, *u("binnenstad"), *ELSEWHERE)),
    # in both cities, or from memory only
    ("Staatsliedenbuurt", (*AMERSFOORT, *u("noordoost"))),
    ("watervogelbuurt", (*AMERSFOORT, *u("oost"))),
    ("Staatsliedenbuurt in Utrecht", u("noordoost")),
    ("staatsliedenbuurt amersfoort", AMERSFOORT),
    ("de uithof", u("oost", None)),
    ("Majella", u("west", None)),
    # elsewhere
    ("Rotterdam", ELSEWHERE),
    ("houten", ELSEWHERE),
    ("Nieuwegein", ELSEWHERE),
    ("de bilt", ELSEWHERE),
    ("Soest", ELSEWHERE),
    ("Bilthoven", ELSEWHERE),
    ("'s-Hertogenbosch", ELSEWHERE),
    ("wijk bij duurstede", ELSEWHERE),
    ("Stichtse Vecht", ELSEWHERE),
    ("Zeist, Utrecht", (*u(None), *ELSEWHERE)),
    # two places, so it is asked
    ("Lombok of Zuilen", u("west", "noordwest")),
    ("Overvecht 3526", u("overvecht", "zuidwest")),
    # no place
    ("weet ik niet", NOTHING),
    ("dat zeg ik liever niet", NOTHING),
    ("nergens", NOTHING),
    ("geen idee", NOTHING),
    ("provincie Utrecht", NOTHING),
    ("ik ben dakloos", NOTHING),
    ("rather not say", NOTHING),
    ("🙂", NOTHING),
    ("", NOTHING),
]


@pytest.mark.parametrize(("text", "candidates"), ANSWERS)
def test_an_answer_is_read_leniently(text, candidates, guide):
    assert sorted(locate(text, guide.areas, answering=True).candidates, key=str) == sorted(candidates, key=str)


MESSAGES = [
    # a place
    ("Ik woon in Overvecht en kom niet rond", u("overvecht")),
    ("Mijn postcode is 3526 en ik zoek hulp", u("zuidwest")),
    ("ik zit op 3561AB, wie kan mij helpen", u("overvecht")),
    ("Wij wonen aan de Neckardreef", u("overvecht")),
    ("Ik woon in Utrecht West", u("west")),
    ("schildersbuurt in utrecht", u("oost")),
    ("Gemeente Utrecht stuurt mij steeds brieven", u(None)),
    ("ik woon in vathorst met twee kinderen", AMERSFOORT),
    ("Wij wonen in de Staatsliedenbuurt", (*AMERSFOORT, *u("noordoost"))),
    ("ik woon in Rotterdam", ELSEWHERE),
    ("Den Haag", ELSEWHERE),
    # no place
    ("ik woon in het centrum en heb 2000 euro schuld", NOTHING),
    ("mijn man werkt in Zuid", NOTHING),
    ("West", NOTHING),
    ("Binnenstad", NOTHING),
    ("Noord of Oost, het maakt niet uit", NOTHING),
    ("Het Zand", NOTHING),
    ("Langerak", NOTHING),
    ("het gerechts hof stuurde een brief", NOTHING),
    ("bel ik dan 14 030?", NOTHING),
    ("sinds 2019 ben ik ziek", NOTHING),
    ("in 2021 en 2022 had ik werk", NOTHING),
    ("ik heb 3500 in totaal aan schuld", NOTHING),
    ("ze willen € 3561 van mij", NOTHING),
    ("3500 eu per maand", NOTHING),
    ("1500 EUR huur", NOTHING),
    ("mijn moeder in Rotterdam is ziek", NOTHING),
    ("ik heb last van de buren", NOTHING),
    ("wij zoeken huizen om te huren", NOTHING),
    ("het gaat echt niet goed", NOTHING),
    ("dat moet wel ergens toe leiden", NOTHING),
    ("ik studeer aan de Universiteit Utrecht", NOTHING),
    ("kanaleiland", NOTHING),  # a misspelling counts only as an answer
    ("BIN 2019 OP STRAAT GEZET", NOTHING),
    ("mijn nummer is 06-12345678", NOTHING),
]


@pytest.mark.parametrize(("text", "candidates"), MESSAGES)
def test_a_free_message_is_read_strictly(text, candidates, guide):
    assert sorted(locate(text, guide.areas, answering=False).candidates, key=str) == sorted(candidates, key=str)


def test_one_candidate_settles_city_and_wijk(guide):
    found = locate("ergens in Zuilen", guide.areas, answering=True)

    assert (found.city, found.wijk, found.heard) == ("utrecht", "utrecht-noordwest", "zuilen")


def test_a_border_postcode_settles_the_city_but_not_the_wijk(guide):
    found = locate("3521", guide.areas, answering=True)

    assert (found.city, found.wijk) == ("utrecht", None)


def test_a_name_in_both_cities_settles_nothing(guide):
    found = locate("Staatsliedenbuurt", guide.areas, answering=True)

    assert (found.city, found.wijk) == (None, None)


def test_every_wijk_is_found_by_its_own_name_in_its_city(guide):
    for city in guide.areas.cities:
        for wijk in city.wijken:
            found = locate(f"{wijk.name}, {city.name}", guide.areas, answering=True)
            assert found.city == city.id, wijk.name
            assert not city.by_wijk or found.wijk == wijk.id, wijk.name


def test_every_name_people_use_leads_to_its_own_wijk_or_is_asked(guide):
    for city in guide.areas.cities:
        for wijk in city.wijken:
            for name in wijk.names:
                assert city.candidate(wijk.id) in locate(name, guide.areas, answering=True).candidates, name


@pytest.mark.parametrize("answering", [True, False])
@pytest.mark.parametrize("text", ["overlast van de buren " * 200, "1" * 5_000, "3561AB " * 500, "\x00\ud800é" * 900])
def test_a_huge_message_is_read_within_milliseconds(text, answering, guide):
    locate("Utrecht", guide.areas, answering)  # builds the index
    began = process_time()
    locate(text, guide.areas, answering)

    assert process_time() - began < 0.05
