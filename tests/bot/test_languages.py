"""Seventeen languages: each complete, each with the numbers to call, and each answered in when it is chosen."""

import asyncio
import re
import shutil
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from ruamel.yaml import YAML

from bot.channels.web import page, web_routes
from bot.messages import payload, read_payload
from bot.phrases import RIGHT_TO_LEFT, TEXTS, load_phrases
from referral.translate import places_in

LANGUAGES = {
    "nl", "nl-simple", "en", "ar", "bg", "de", "es", "fa", "fr", "pap", "pl", "ro", "ru", "so", "ti", "tr", "uk",
}  # fmt: skip
CHECKED = {"nl", "nl-simple", "en"}
WEB_TEXTS = Path(page.__file__).parent / "texts"
FOLDERS = pytest.mark.parametrize("folder", [TEXTS, WEB_TEXTS], ids=["bot", "page"])
OTHERS = pytest.mark.parametrize("language", sorted(LANGUAGES - {"nl"}))
LONGEST_BUTTON = 40  # characters; more is cut off on a small phone
ISOLATE, END = "\u2068", "\u2069"


def flat(entry, prefix=""):
    for key, value in entry.items():
        if isinstance(value, dict):
            yield from flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def texts_in(folder):
    read = YAML(typ="safe").load
    return {path.stem: dict(flat(read(path.read_text("utf-8")))) for path in folder.glob("*.yaml")}


SAID = texts_in(TEXTS)

# ---------------------------------------------------------------- the files


@FOLDERS
def test_all_seventeen_languages_say_the_same_things_with_the_same_places(folder):
    texts = texts_in(folder)

    assert texts.keys() == LANGUAGES == set(load_phrases(folder).languages)
    for language, sentences in texts.items():
        assert sentences.keys() == texts["nl"].keys(), language
        for key, sentence in sentences.items():
            assert places_in(sentence) == places_in(texts["nl"][key]), (language, key)


@FOLDERS
def test_nobody_is_shouted_at_in_any_language(folder):
    sentences = [(language, key, said) for language, all_ in texts_in(folder).items() for key, said in all_.items()]

    assert [each for each in sentences if re.search("[!¡！]", each[2])] == []
    assert [each for each in sentences if "TODO" in each[2] or not each[2].strip()] == []


BROKEN = [
    ("tr.yaml", "\nkept:", "\nkeptt:", "kept"),
    ("tr.yaml", "\nkept:", "\nnew: Yeni\nkept:", "new"),
    ("tr.yaml", "{link}", "{lnk}", "in_a_group"),
    ("tr.yaml", "{link}", "{link", "in_a_group"),
    ("tr.yaml", "{link}", "", "in_a_group"),
    ("tr.yaml", "{link}", "{}", "in_a_group"),
    ("nl.yaml", "\nkept:", "\nkept2:", "kept"),
]


@pytest.mark.parametrize(("file", "old", "new", "key"), BROKEN)
def test_a_language_that_differs_from_dutch_is_refused_by_file_and_key(file, old, new, key, tmp_path):
    folder = Path(shutil.copytree(TEXTS, tmp_path / "texts"))
    text = (folder / file).read_text("utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), "utf-8")

    with pytest.raises(ValueError, match=rf'tr\.yaml: "{key}"'):
        load_phrases(folder)


def test_a_sentence_that_is_empty_is_refused(tmp_path):
    folder = Path(shutil.copytree(TEXTS, tmp_path / "texts"))
    text = (folder / "tr.yaml").read_text("utf-8")
    (folder / "tr.yaml").write_text(re.sub(r"\nkept: .*", "\nkept:", text), "utf-8")

    with pytest.raises(ValueError, match=r'tr\.yaml: "kept" has no sentence'):
        load_phrases(folder)


@pytest.mark.parametrize(
    ("addition", "says"), [("\nkept: Twee keer\n", '"kept" stands here twice'), ("\nkept: [een\n", "Mend the form")]
)
def test_a_file_that_cannot_be_read_is_refused_by_file_and_line(addition, says, tmp_path):
    folder = Path(shutil.copytree(TEXTS, tmp_path / "texts"))
    text = (folder / "tr.yaml").read_text("utf-8")
    (folder / "tr.yaml").write_text(text + addition, "utf-8")

    with pytest.raises(ValueError, match=rf"tr\.yaml:\d+: .*{says}"):
        load_phrases(folder)


# ---------------------------------------------------------------- danger


ABOUT_DANGER = sorted(key for key in SAID["nl"] if key.startswith(("danger.", "away")))
NAMES = ("Veilig Thuis", "Centrum Seksueel Geweld", "Kindertelefoon", "Herstart", "Wegwijs")
NUMBER = re.compile(r"\b(?:0800-\d{4}|14 ?0\d\d|\d+)\b")


@OTHERS
def test_every_number_and_name_of_the_dutch_danger_sentences_stands_in_every_language(language):
    for key in ABOUT_DANGER:
        dutch, said = SAID["nl"][key], SAID[language][key]

        numbers = set(NUMBER.findall(dutch))
        assert numbers <= set(NUMBER.findall(said)), key
        assert [name for name in NAMES if name in dutch and name not in said] == [], key


@OTHERS
def test_a_language_names_no_number_that_the_dutch_does_not(language):
    for key in ABOUT_DANGER:
        assert set(NUMBER.findall(SAID[language][key])) <= set(NUMBER.findall(SAID["nl"][key])), key


@OTHERS
def test_who_tells_of_danger_in_a_chosen_language_gets_the_lines_in_it(language, talk):
    talk.choose("language", language=language)

    reply = talk.say("ik wil dood")

    assert (reply.language, reply.parts[0].kind) == (language, "danger")
    assert reply.parts[0].text == SAID[language]["danger.113"]
    assert [way.href for way in reply.parts[0].ways] == ["tel:113", "tel:112"]


# ---------------------------------------------------------------- buttons


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_what_stands_on_a_button_fits_on_it(language):
    buttons = {key: said for key, said in SAID[language].items() if key.startswith(("choice.", "theme."))}

    assert {key: said for key, said in buttons.items() if len(said) > LONGEST_BUTTON} == {}


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_two_buttons_that_stand_together_do_not_say_the_same(language):
    themes = [said for key, said in SAID[language].items() if key.startswith("theme.")]
    answers = ("helped", "on_the_way", "not_yet", "no_answer", "not_helped", "never")
    results = [SAID[language][f"choice.{key}"] for key in answers]

    assert len(set(themes)) == len(themes)
    assert len(set(results)) == len(results)


def test_every_language_is_offered_by_its_own_name(talk):
    reply = talk.choose("language")

    assert {read_payload(choice.payload)[1]["language"] for choice in reply.choices} == LANGUAGES
    titles = [choice.title for choice in reply.choices]
    assert {"Nederlands", "English", "العربية", "Türkçe"} <= set(titles)
    assert len(set(titles)) == len(titles)
    assert titles[0] == "Nederlands"


# ---------------------------------------------------------------- which language


@pytest.mark.parametrize(
    ("written", "answered"),
    [(None, "nl"), ("nl", "nl"), ("tr", "tr"), ("nl-simple", "nl-simple"), ("sv", "en"), ("zh", "en"), ("", "en")],
)
def test_who_writes_a_language_that_we_do_not_speak_is_answered_in_english(written, answered):
    assert load_phrases().spoken(written) == answered


def test_only_dutch_and_english_were_read_by_somebody_who_speaks_them():
    phrases = load_phrases()

    assert {one for one in LANGUAGES if phrases.is_checked(one)} == CHECKED


@OTHERS
def test_the_first_words_in_a_language_that_nobody_checked_say_so(language, talk):
    reply = talk.choose("language", language=language)

    assert reply.language == language
    assert (SAID[language]["not_checked"] in reply.parts[0].text) == (language not in CHECKED)
    assert [part.text for part in reply.parts][1:] == [SAID[language]["language_chosen"], SAID[language]["start"]]
    assert payload("human") in [choice.payload for choice in reply.choices]


def test_a_chosen_language_stays_on_a_name_a_place_and_short_dutch_words(talk):
    talk.choose("language", language="tr")

    short = "Overvecht", "nee", "weet ik niet", "ja dank u wel"

    said = [talk.choose("theme", theme="geldzorgen"), *map(talk.say, short)]

    assert {reply.language for reply in said} == {"tr"}


def test_a_chosen_language_gives_way_to_a_whole_sentence_in_another(talk):
    talk.choose("language", language="tr")

    english = talk.say("I can not pay my rent anymore and I get letters from a bailiff")
    dutch = talk.say("ik heb heel veel schulden en ik weet niet meer wat ik moet doen")

    assert (english.language, dutch.language) == ("en", "nl")
    assert talk.conversation.chosen is None


def test_a_chosen_language_is_the_one_that_the_next_words_are_read_in(talk):
    talk.choose("language", language="pl")

    talk.say("nie")

    assert talk.turn.events[0].understanding.language == "pl"
    assert talk.turn.events[0].understanding.act == "deny"


def test_easy_dutch_is_answered_in_easy_dutch_and_read_as_dutch(talk):
    talk.choose("language", language="nl-simple")

    reply = talk.say("ik heb heel veel schulden en ik weet niet meer wat ik moet doen")

    heard = talk.turn.events[0].understanding
    assert (reply.language, reply.expects) == ("nl-simple", "place")
    assert (heard.language, [reading.theme for reading in heard.themes]) == ("nl", ["geldzorgen"])
    assert talk.conversation.answered_in == "nl-simple"


def test_easy_dutch_is_offered_to_who_is_not_understood_in_dutch_and_to_nobody_else(unsure_talk):
    easy = payload("language", language="nl-simple")

    dutch = unsure_talk.say("het gaat niet meer zo met alles en nu komt dat er ook nog bij")
    unsure_talk.choose("language", language="tr")
    turkish = unsure_talk.say("gewoon alles")

    assert easy in [choice.payload for choice in dutch.choices]
    assert turkish.language == "tr"
    assert easy not in [choice.payload for choice in turkish.choices]


def test_asking_for_the_languages_again_gives_the_list_and_not_the_last_choice(talk):
    talk.choose("language", language="tr")

    reply = talk.choose("language")

    assert reply.language == "tr"
    assert len(reply.choices) == len(LANGUAGES)


@pytest.mark.parametrize("language", ["xx", "", "../nl", "nl-simple2"])
def test_a_language_that_does_not_exist_is_no_dead_end(language, talk):
    reply = talk.choose("language", language=language)

    assert reply.language in LANGUAGES
    assert reply.choices


def test_a_language_that_is_chosen_while_a_question_stands_repeats_it_in_that_language(talk):
    talk.choose("theme", theme="geldzorgen")

    reply = talk.choose("language", language="uk")

    assert (reply.language, reply.expects) == ("uk", "place")
    assert reply.parts[0].text == SAID["uk"]["language_chosen"]
    assert reply.parts[1].text == talk.minds.guide.facts["place"].question["uk"]


@OTHERS
def test_a_whole_conversation_can_be_held_in_the_chosen_language(language, talk):
    talk.choose("language", language=language)
    talk.choose("theme", theme="regelingen")
    asked = talk.choose("why")
    reply = talk.say("Overvecht")
    while reply.status == "ask":
        reply = talk.choose("inform", **{reply.expects: "unknown"})
    why = talk.choose("why_here")
    talk.choose("contact")
    done = talk.choose("affirm")

    assert {one.language for one in (asked, reply, why, done)} == {language}
    assert (reply.status, done.expects) == ("refer", "name")
    assert "Overvecht" in why.plain
    assert talk.conversation.state == "waiting"


# ---------------------------------------------------------------- from right to left


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_a_name_in_a_sentence_from_right_to_left_keeps_its_own_direction(language):
    said = load_phrases()("handoff.waits", language, name="DOCK Utrecht")

    assert (f"{ISOLATE}DOCK Utrecht{END}" in said) == (language in RIGHT_TO_LEFT)
    assert "DOCK Utrecht" in said


def test_every_language_written_from_right_to_left_is_known_as_such():
    from_the_right = {one for one in LANGUAGES if re.search("[\u0590-\u08ff]", SAID[one]["language_name"])}

    assert from_the_right == RIGHT_TO_LEFT


@pytest.fixture
async def browser(real_assistant):
    app = FastAPI()
    app.include_router(web_routes(real_assistant, shutdown=asyncio.Event()))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://wegwijs.test") as client:
        yield client


@pytest.mark.parametrize("language", sorted(LANGUAGES))
async def test_the_page_says_in_which_language_and_direction_it_is(language, browser):
    shown = await browser.get("/", params={"taal": language})

    direction = "rtl" if language in RIGHT_TO_LEFT else "ltr"
    assert f'<html lang="{language.partition("-")[0]}" dir="{direction}"' in shown.text
    assert load_phrases(WEB_TEXTS)("heading", language) in shown.text


async def test_the_page_offers_every_language(browser):
    shown = await browser.get("/")

    assert set(re.findall(r'href="/\?taal=([\w-]+)"', shown.text)) == LANGUAGES
