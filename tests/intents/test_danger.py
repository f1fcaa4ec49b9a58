"""Danger is seen however it is typed, and the words in which it was seen can be shown."""

import pytest

from intents.normalise import guard, plain, words
from intents.signals import patterns_in

CRIES = {
    "ik wil niet meer leven": "suicide",
    "mijn man slaat mij elke dag": "violence_at_home",
    "er is brand in mijn huis": "acute_danger",
    "ik heb vannacht geen slaapplek": "roof_tonight",
    "hij ademt niet meer": "medical_emergency",
    "ik ben verkracht": "sexual_violence",
    "papa slaat mij": "child_unsafe",
    "I want to die": "suicide",
    "my husband hits me": "violence_at_home",
    "kocam beni dövüyor": "violence_at_home",
    "nie chcę już żyć": "suicide",
    "زوجي يضربني": "violence_at_home",
    "не хочу більше жити": "suicide",
}

CHANGES = {
    "as it is": lambda text: text,
    "capitals": str.upper,
    "a capital a word": str.title,
    "typographic apostrophes": lambda text: f"\u2018{text}\u2019",
    "emoji": lambda text: f"😢 {text} 😭🙏",
    "spaces": lambda text: f"   {text.replace(' ', '   ')}  ",
    "full stops": lambda text: f"... {text}...",
    "exclamations": lambda text: f"{text}!!!!",
    "zero width": lambda text: text.replace(" ", "\u200b "),
    "a polite frame": lambda text: f"Goedemiddag, sorry dat ik stoor, maar {text}. Met vriendelijke groet, Anna",
    "a form besides": lambda text: f"Ik wil graag kwijtschelding aanvragen. {text}. Welk formulier is dat?",
    "another language besides": lambda text: f"Hello, sorry for my Dutch. {text}. Thank you, merci, teşekkürler",
    "at the end of a story": lambda text: f"{'Ik kom al jaren in het buurthuis en help daar met koffie. ' * 6}{text}",
    "a full-width copy": lambda text: "".join(chr(ord(s) + 0xFEE0) if "!" <= s <= "~" else s for s in text),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("cry", CRIES)
def test_danger_is_seen_however_it_is_typed(reader, cry, change):
    understood = reader.understand(CHANGES[change](cry))

    assert CRIES[cry] in understood.signals


@pytest.mark.parametrize("cry", CRIES)
def test_the_words_in_which_danger_was_seen_are_shown(reader, cry):
    understood = reader.understand(f"Ik heb een vraag. {cry}. Kunt u helpen?")

    assert understood.evidence
    assert all(word in plain(guard(cry)) for word in understood.evidence)


def test_without_danger_no_words_are_shown(reader):
    assert reader.understand("Waar kan ik een nieuw paspoort aanvragen?").evidence == ()


@pytest.mark.parametrize(
    "text",
    [
        "Mijn vader slaat mij niet hoor, nooit gedaan. Maar mijn man slaat mij.",
        "Nee geen paniek. Mijn man slaat mij.",
        "Vroeger wilde ik niet dood. Nu wil ik niet meer leven.",
    ],
)
def test_a_denial_in_one_sentence_does_not_hide_danger_in_another(text):
    assert patterns_in(guard(text))


STORY = (
    "Ik schrijf u over de speeltuin achter onze flat, waar vorige week een schommel is weggehaald.",
    "De buurvrouw van nummer tien heeft er ook al een brief over gestuurd en wij zouden graag meedenken.",
    "Mijn man werkt bij de post en heeft een timmerdiploma, dus hij kan wel wat bankjes maken.",
    "Op zaterdag drinken we meestal koffie in het buurthuis.",
    "Wanneer komt er iemand van de gemeente kijken?",
)


@pytest.mark.parametrize(
    ("cry", "signal"),
    [
        (
            "Hij heeft gisteren mijn arm omgedraaid tot het kraakte en daarna de deur op slot gedaan.",
            "violence_at_home",
        ),
        ("Vanavond weten mijn kinderen en ik niet waar we moeten slapen.", "roof_tonight"),
    ],
)
@pytest.mark.parametrize("place", [1, 2])
def test_a_cry_in_a_story_is_heard_though_no_pattern_knows_it_and_shown_in_its_own_words(reader, cry, signal, place):
    understood = reader.understand(" ".join((*STORY[:place], cry, *STORY[place:])))

    assert patterns_in(guard(cry)) == {}
    assert signal in understood.signals
    assert set(understood.evidence) <= set(words(plain(guard(cry))))
    assert reader.understand(" ".join(STORY)).signals == ()


@pytest.mark.parametrize(
    "text",
    [
        "Ik bel liever niet met de huisarts, want die neemt nooit op.",
        "Wij gaan niet naar het buurtfeest want mijn zus heeft die dag een examen",
        "Wie kan mij leren hoe ik de haag moet snijden voor de zomer?",
        "Voor de besnijdenis van mijn kleinzoon zoek ik een zaaltje met een keuken",
        "Kunnen we ergens praten zonder dat het meteen in een dossier komt?",
        "Waar gaan veertig mensen met een geluidsinstallatie heen op zaterdag?",
        "Hay jóvenes molestando en el portal",
    ],
)
def test_words_that_mean_danger_in_another_language_or_place_give_no_alarm(text):
    assert patterns_in(guard(text)) == {}


@pytest.mark.parametrize(
    "text", ["i want die", "She wants to die", "we just want to end it all", "ik ben weer gaan snijden"]
)
def test_the_same_words_give_alarm_where_they_mean_it(text):
    assert "suicide" in patterns_in(guard(text))
