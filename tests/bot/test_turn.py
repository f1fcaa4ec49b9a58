"""What happens on one message."""

from datetime import UTC, datetime

import pytest

from bot.conversation import after
from bot.events import Claimed, HandedOver
from bot.handover import case_of
from bot.messages import payload, read_payload
from referral.receipt import read_receipt, receipt

MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)

NOISE = [
    "",
    "   ",
    "\x00",
    "\ud800",
    "😀😀😀😀",
    "?" * 100_000,
    "ﷺ" * 400,
    "a\u202eb\u200bc",
    "/quux",
    '/theme{"theme":"x"}',
    "/inform{",
]


def kinds(reply):
    return [part.kind for part in reply.parts]


def test_the_first_reply_says_that_this_is_a_computer_and_what_happens_to_what_is_typed(talk):
    reply = talk.say("hallo")

    assert reply.parts[0].kind == "notice"
    assert "computer" in reply.parts[0].text
    assert "wissen" in reply.parts[0].text


def test_it_says_so_once(talk):
    talk.say("hallo")

    assert "notice" not in kinds(talk.say("hallo"))


def test_a_missing_fact_becomes_one_question_with_i_do_not_know_beside_it(talk):
    reply = talk.choose("theme", theme="geldzorgen")

    assert (reply.status, reply.expects) == ("ask", "place")
    assert payload("inform", place="unknown") in [choice.payload for choice in reply.choices]


def to_a_referral(talk):
    talk.choose("theme", theme="regelingen")
    reply = talk.say("ik woon in Overvecht")
    while reply.status == "ask":
        reply = talk.choose("inform", **{reply.expects: "unknown"})
    return reply


def test_a_referral_has_a_number_that_the_resident_can_quote(talk):
    reply = to_a_referral(talk)

    assert read_receipt(reply.receipt) == reply.receipt
    assert any(reply.receipt in part.text for part in reply.parts)


def test_the_same_words_on_the_same_day_give_the_same_referral_and_number_bit_for_bit(real_minds, new_talk):
    first, second = new_talk(), new_talk()
    to_a_referral(first), to_a_referral(second)

    decided = [next(event for event in each.turn.events if event.kind == "decided") for each in (first, second)]

    assert decided[0].model_dump_json() == decided[1].model_dump_json()
    assert decided[0].receipt == receipt(first.conversation.words, MONDAY.date(), real_minds.directory)


def test_other_words_give_another_number(new_talk):
    first, second = new_talk(), new_talk()
    second.say("goedemiddag")

    assert to_a_referral(first).receipt != to_a_referral(second).receipt


def test_why_this_organisation_is_told_in_two_sentences_and_changes_nothing(talk):
    refer = to_a_referral(talk)
    decided = talk.conversation.decision

    reply = talk.choose("why_here")

    assert "Overvecht" in reply.plain
    assert all(part.text.count(".") == 2 for part in reply.parts)
    assert talk.conversation.decision == decided
    assert talk.choose("contact").plain.startswith("Mag")
    assert payload("why_here") in [choice.payload for choice in refer.choices]


def test_why_this_organisation_before_there_is_one_is_no_dead_end(talk):
    assert talk.choose("why_here").choices


def test_a_question_has_no_number(talk):
    assert talk.choose("theme", theme="geldzorgen").receipt is None


def test_a_place_in_words_answers_the_question_for_the_place(talk):
    talk.choose("theme", theme="geldzorgen")
    reply = talk.say("overvegt")

    assert reply.expects == "home_or_utilities_at_risk"
    assert reply.wijk == "Overvecht"


def test_the_answers_lead_to_the_organisation_that_the_policy_names(talk):
    talk.choose("theme", theme="geldzorgen")
    talk.say("3562 AB")
    talk.say("nee")
    reply = talk.say("ja, twee kinderen")

    assert reply.status == "refer"
    assert reply.referrals == ("utrecht-buurtteam-jeugd-gezin",)
    assert {way.href for part in reply.parts for way in part.ways} >= {"tel:14030", "https://www.buurtteamsutrecht.nl"}


def test_weet_ik_niet_is_an_answer_and_still_leads_somewhere(talk):
    talk.choose("theme", theme="geldzorgen")
    talk.say("overvecht")
    talk.say("weet ik niet")
    reply = talk.say("zeg ik liever niet")

    assert reply.referrals == ("utrecht-buurtteam-sociaal",)


def test_a_short_answer_is_no_new_question(talk):
    talk.say("de deurbel gaat en ik doe niet open, het is toch weer de deurwaarder")
    talk.say("kanaleiland")
    talk.say("nee")
    reply = talk.say("ja een zoontje van 4")

    assert reply.status == "refer"
    assert talk.conversation.themes == ("geldzorgen",)


def test_what_was_told_in_the_same_breath_is_not_asked(talk):
    reply = talk.say("ik ben eenzaam sinds mijn man overleden is, ik zie nooit iemand, ik woon in Lunetten")

    assert reply.expects != "place"


def test_a_postcode_in_two_wijken_gives_a_question_with_both(talk):
    talk.choose("theme", theme="ontmoeting")
    reply = talk.say("3521")

    assert len([choice for choice in reply.choices if "wijk" in (read_payload(choice.payload) or ("", {}))[1]]) >= 2


def test_a_message_that_is_only_a_place_says_no_more_than_that(unsure_talk):
    unsure_talk.say("het gaat niet meer zo")
    reply = unsure_talk.say("3563 AB")

    assert reply.wijk == "Overvecht"
    assert reply.status == "clarify"


def test_a_place_that_is_put_right_after_the_referral_gives_another(talk):
    talk.choose("theme", theme="geldzorgen")
    first = talk.say("rotterdam")
    second = talk.say("nee ik bedoel amersfoort")

    assert first.referrals == ("own-municipality",)
    assert second.referrals == ("amersfoort-stadsring",)


def test_contact_is_offered_only_where_there_is_a_desk(talk):
    talk.choose("theme", theme="geldzorgen")
    reply = talk.say("rotterdam")

    assert payload("contact") not in [choice.payload for choice in reply.choices]
    assert payload("human") in [choice.payload for choice in reply.choices]


def test_yes_is_no_answer_to_which_school(talk):
    talk.choose("theme", theme="school")
    talk.say("zuilen")
    first = talk.say("ja")
    second = talk.say("ja")

    assert first.expects == "education"
    assert second.referrals == ("utrecht-buurtteam-jeugd-gezin",)


def test_the_candidates_of_a_place_are_not_asked_twice_in_the_same_words(talk):
    talk.choose("theme", theme="ontmoeting")
    first = talk.say("3521")
    second = talk.say("ja")

    assert first.choices == second.choices
    assert first.parts[-1].text != second.parts[-1].text


def test_nobody_is_asked_the_same_thing_for_ever(talk):
    talk.choose("theme", theme="regelingen")
    first = talk.say("brabbel de brabbel")
    second = talk.say("xqzt wrrp")
    third = talk.say("xqzt wrrp brbl")

    assert (first.status, second.status) != ("refer", "refer")
    assert "refer" in (second.status, third.status)


def test_a_repeated_question_comes_in_other_words(talk):
    first = talk.choose("theme", theme="geldzorgen")
    second = talk.say("xqzt wrrp")

    assert first.expects == second.expects == "place"
    assert first.parts[-1].text != second.parts[-1].text


def test_why_do_you_ask_is_answered_and_the_question_stands(talk):
    talk.choose("theme", theme="geldzorgen")
    reply = talk.choose("why")

    assert reply.expects == "place"
    assert "gemeente" in reply.plain


@pytest.mark.parametrize(
    ("text", "line", "number"),
    [
        ("ik wil er niet meer zijn", "113", "tel:113"),
        ("mijn man slaat me en ik ben bang voor hem", "veilig-thuis", "tel:08002000"),
        ("er staat iemand met een mes voor mijn deur", "112", "tel:112"),
        ("ik ben verkracht", "centrum-seksueel-geweld", "tel:08000188"),
    ],
)
def test_danger_comes_first_with_the_number_of_the_line(talk, text, line, number):
    reply = talk.say(text)

    assert line in reply.say_first
    assert reply.parts[0].kind == "danger"
    assert number in [way.href for way in reply.parts[0].ways]


def test_danger_told_while_a_fact_was_asked_is_still_seen(talk):
    talk.choose("theme", theme="geldzorgen")
    reply = talk.say("ik wil niet meer leven")

    assert reply.parts[0].kind == "danger"
    assert reply.say_first == ("113",)


def test_the_help_lines_come_again_with_the_final_answer(talk):
    talk.say("mijn man slaat me en ik ben bang voor hem")
    talk.choose("theme", theme="huiselijk_geweld")
    talk.say("zuilen")
    reply = talk.say("nee")

    assert reply.status == "refer"
    assert reply.parts[0].kind == "danger"


def test_a_person_is_offered_at_any_moment_with_a_phone_number(talk):
    talk.choose("theme", theme="geldzorgen")
    reply = talk.choose("human")

    assert (reply.status, reply.expects) == ("handoff", "consent")
    assert any((way.href or "").startswith("tel:") for part in reply.parts for way in part.ways)


def test_nothing_is_handed_over_without_consent(talk):
    talk.choose("theme", theme="ontmoeting")
    talk.say("vleuten")
    talk.choose("contact")
    talk.choose("deny")

    assert talk.conversation.state is None


def test_consent_hands_over_at_once_and_asks_for_name_and_number_after(talk):
    talk.choose("theme", theme="ontmoeting")
    talk.say("vleuten")
    talk.choose("contact")
    asked = talk.choose("affirm")
    talk.say("Fatima")
    done = talk.say("06 12345678")

    assert (talk.conversation.state, talk.conversation.organisation) == ("waiting", "utrecht-dock")
    assert (talk.conversation.name, talk.conversation.reach) == ("Fatima", "+31 6 12345678")
    assert (asked.status, asked.expects, done.expects) == ("handoff", "name", None)


def test_what_waits_already_is_not_handed_over_twice(talk):
    talk.choose("theme", theme="ontmoeting")
    talk.say("vleuten")
    talk.choose("contact")
    talk.choose("affirm")
    reply = talk.choose("contact")

    assert reply.expects is None
    assert "DOCK" in reply.plain


def test_a_photo_leaves_the_question_as_it_was(talk):
    talk.choose("theme", theme="geldzorgen")
    reply = talk.say("")

    assert reply.expects == "place"
    assert talk.say("overvecht").expects == "home_or_utilities_at_risk"


def test_a_handover_with_danger_is_urgent(talk):
    talk.say("ik wil niet meer leven")
    talk.choose("human")
    talk.choose("affirm")

    assert talk.conversation.urgent


@pytest.mark.parametrize("held", [[], [Claimed(at=MONDAY, by="Sanne")]], ids=["waiting", "held"])
def test_danger_that_is_told_later_makes_the_case_urgent_at_once(talk, held):
    for event in (HandedOver(at=MONDAY, organisation="utrecht-dock"), *held):
        talk.conversation = after(talk.conversation, event)

    talk.say("ik wil niet meer leven")

    assert case_of(talk.conversation).urgent


def test_while_a_colleague_holds_it_the_bot_records_and_keeps_silent(talk):
    for event in (
        HandedOver(at=MONDAY, organisation="utrecht-dock"),
        Claimed(at=MONDAY, by="Sanne"),
    ):
        talk.conversation = after(talk.conversation, event)

    assert talk.say("mijn man slaat me en ik ben bang") is None
    assert "violence_at_home" in talk.conversation.alarms


def test_erasing_is_possible_while_a_colleague_holds_it(talk):
    talk.say("hallo")
    talk.conversation = after(talk.conversation, HandedOver(at=MONDAY, organisation="utrecht-dock"))
    talk.conversation = after(talk.conversation, Claimed(at=MONDAY, by="Sanne"))
    talk.choose("forget")

    assert talk.turn.forget


def test_after_a_referral_a_new_question_starts_afresh_and_keeps_the_place(talk):
    talk.choose("theme", theme="ontmoeting")
    talk.say("vleuten")
    reply = talk.choose("theme", theme="werk")

    assert reply.themes == ("werk",)
    assert reply.referrals == ("utrecht-werk-en-inkomen",)


def test_stop_offers_to_erase_and_yes_erases(talk):
    talk.choose("theme", theme="werk")
    talk.say("stop")
    talk.choose("affirm")

    assert talk.turn.forget


def test_english_is_answered_in_english(talk):
    reply = talk.say("I can not pay my rent anymore and I get letters from a bailiff")

    assert reply.language == "en"
    assert "computer" in reply.plain


def test_an_unclear_message_gives_readings_to_choose_from_and_something_else(unsure_talk):
    reply = unsure_talk.say("het gaat niet meer zo met alles en nu komt dat er ook nog bij")

    assert (reply.status, reply.expects) == ("clarify", "theme")
    assert [choice.payload for choice in reply.choices] == [
        payload("theme", theme="wonen"),
        payload("theme", theme="geldzorgen"),
        payload("theme", theme="psychisch"),
        payload("other"),
        payload("human"),
        payload("language", language="nl-simple"),
    ]


def test_a_chosen_reading_is_acted_on(unsure_talk):
    reply = unsure_talk.say("het gaat niet meer zo")
    chosen = unsure_talk.say(reply.choices[0].payload)

    assert (chosen.status, chosen.themes) == ("ask", ("wonen",))


@pytest.mark.parametrize("answer", ["affirm", "deny"])
def test_a_bare_yes_or_no_does_not_lose_the_readings(unsure_talk, answer):
    first = unsure_talk.say("het gaat niet meer zo")
    second = unsure_talk.choose(answer)

    assert second.status == "clarify"
    assert second.choices == first.choices


def test_the_second_time_it_asks_in_other_words(unsure_talk):
    first = unsure_talk.say("het gaat niet meer zo")
    second = unsure_talk.say("gewoon alles")

    assert first.parts[-1].text != second.parts[-1].text


def test_after_two_unclear_messages_a_person_a_phone_and_all_themes_are_offered(unsure_talk):
    for text in ("het gaat zo niet langer hoor", "ja nou ja", "tja"):
        reply = unsure_talk.say(text)

    assert payload("human") in [choice.payload for choice in reply.choices]
    assert len(reply.choices) == 1 + 24
    assert reply.parts[-1].ways[0].href == "tel:14030"


@pytest.mark.parametrize("noise", NOISE, ids=range(len(NOISE)))
def test_noise_gets_a_friendly_answer(talk, noise):
    reply = talk.say(noise)

    assert reply.plain.strip()
    assert len(talk.conversation.reply.plain) < 4000


def test_every_button_fits_in_64_bytes(new_talk, real_minds):
    for theme in real_minds.guide.themes:
        talk = new_talk()
        reply = talk.choose("theme", theme=theme)
        for answer in ("3521", "nee", "weet ik niet", "weet ik niet"):
            assert all(len(choice.payload.encode()) <= 64 for choice in reply.choices)
            reply = talk.say(answer)


def test_an_organisation_that_is_asked_for_by_a_former_name_is_shown(unsure_talk):
    reply = unsure_talk.say("wat is de website van stadsring51")

    assert reply.referrals == ("amersfoort-stadsring",)
    assert "Stadsring51 heet nu" in reply.plain
    assert "https://stadsring.nl" in reply.plain


def test_the_words_of_a_button_are_the_button(talk):
    talk.choose("theme", theme="wonen")
    talk.say("Overvecht")

    reply = talk.say("nee")

    assert talk.conversation.facts["home_or_utilities_at_risk"] == "no"
    assert reply.expects != "home_or_utilities_at_risk"
    assert talk.say("Ik wil een mens spreken").expects == "consent"


# ---------------------------------------------------------------- why


def pressable(reply):
    return [choice.payload for choice in reply.choices]


@pytest.mark.parametrize("asked", ["waarom?", "waarom wilt u dat weten", "waarom vraagt u dit?"])
def test_why_typed_at_a_question_is_answered_and_the_question_stands(talk, asked):
    question = talk.choose("theme", theme="geldzorgen")

    reply = talk.say(asked)

    assert "Hulp is per gemeente" in reply.parts[0].text
    assert (reply.expects, reply.parts[-1]) == ("place", question.parts[-1])
    assert talk.say("overvecht").expects == "home_or_utilities_at_risk"


def test_why_typed_at_a_referral_tells_why_this_organisation_and_its_offer_stands(talk):
    to_a_referral(talk)
    decided = talk.conversation.decision

    reply = talk.say("waarom?")

    assert "Overvecht" in reply.plain
    assert talk.conversation.decision == decided
    assert talk.say("ja").expects == "consent"


def test_why_typed_at_consent_tells_what_is_kept_and_hands_nothing_over(talk, real_minds):
    to_a_referral(talk)
    consent = talk.choose("contact")

    reply = talk.say("waarom?")

    assert reply.parts[0].text == real_minds.phrases("intro_privacy", "nl")
    assert (reply.parts[1], reply.expects, reply.choices) == (consent.parts[-1], "consent", consent.choices)
    assert talk.conversation.state is None
    talk.say("ja")
    assert talk.conversation.state == "waiting"


# ---------------------------------------------------------------- a name and a number


def to_a_name(talk):
    talk.choose("theme", theme="ontmoeting")
    talk.say("vleuten")
    talk.choose("contact")
    return talk.choose("affirm")


@pytest.mark.parametrize("said", ["zeg ik liever niet", "liever niet", "nee"])
def test_who_would_rather_give_no_name_is_called_nothing_and_asked_how_to_be_reached(talk, said):
    assert to_a_name(talk).expects == "name"

    reply = talk.say(said)

    assert reply.expects == "reach"
    assert talk.conversation.name is None
    assert talk.conversation.state == "waiting"


def test_a_number_in_place_of_a_name_is_the_number_and_nothing_more_is_asked(talk):
    to_a_name(talk)

    reply = talk.say("06 12345678")

    assert (talk.conversation.name, talk.conversation.reach) == (None, "+31 6 12345678")
    assert reply.expects is None
    assert "+31 6 12345678" in reply.plain
    assert "12345678" not in talk.turn.events[0].text


@pytest.mark.parametrize("said", ["ik wil een mens spreken", "stop", "ik wil niet meer leven"])
def test_what_is_no_name_is_not_taken_for_one(talk, said):
    to_a_name(talk)

    talk.say(said)

    assert talk.conversation.name is None


# ---------------------------------------------------------------- danger, bit by bit


@pytest.mark.parametrize(
    ("first", "then", "line"),
    [
        ("ik wil er", "niet meer zijn", "113"),
        ("ik ga van het dak", "springen", "113"),
        ("ik maak", "er een eind aan", "113"),
        ("er staat iemand", "met een mes", "112"),
        ("mijn vader", "slaat me", "veilig-thuis"),
    ],
)
def test_danger_that_is_told_over_two_messages_is_seen(talk, first, then, line):
    assert talk.say(first).say_first == ()

    reply = talk.say(then)

    assert line in reply.say_first
    assert "danger" in kinds(reply)


def test_two_messages_that_are_no_danger_are_none_together(talk):
    talk.say("mijn zus")

    assert talk.say("heeft schulden").say_first == ()


def test_it_is_asked_whether_it_is_safe_to_talk_and_yes_returns_to_the_question(talk):
    talk.choose("theme", theme="geldzorgen")
    danger = talk.say("mijn man slaat me en ik ben bang voor hem")

    reply = talk.choose("safe", here="yes")

    assert pressable(danger)[:2] == [payload("safe", here="yes"), payload("safe", here="no")]
    assert (reply.status, reply.expects) == ("ask", "place")
    assert kinds(reply) == ["text", "question"]


def test_who_cannot_talk_safely_gets_the_numbers_and_is_asked_nothing(talk, real_minds):
    talk.say("mijn man slaat me en ik ben bang voor hem")

    reply = talk.choose("safe", here="no")

    assert reply.parts[0].text == real_minds.phrases("danger.safe_later", "nl")
    assert [way.href for way in reply.parts[0].ways] == ["tel:08002000", "tel:112"]
    assert (reply.expects, [part.kind for part in reply.parts]) == (None, ["text"])
    assert pressable(reply) == [payload("forget")]
    assert talk.conversation.quiet


def test_where_nobody_at_home_is_meant_it_is_not_asked_whether_it_is_safe(talk):
    reply = talk.say("ik wil niet meer leven")

    assert payload("safe", here="no") not in pressable(reply)
    assert payload("call_me") in pressable(reply)


# ---------------------------------------------------------------- not understood, or not ours


def test_a_place_alone_while_a_theme_is_looked_for_keeps_the_readings_and_is_not_asked_again(unsure_talk):
    first = unsure_talk.say("het gaat niet meer zo met alles en nu komt dat er ook nog bij")
    second = unsure_talk.say("overvecht")
    third = unsure_talk.choose("theme", theme="geldzorgen")

    assert (second.status, second.expects, second.wijk) == ("clarify", "theme", "Overvecht")
    assert pressable(second)[:3] == pressable(first)[:3]
    assert third.expects == "home_or_utilities_at_risk"


def test_a_theme_that_is_told_bit_by_bit_is_understood_together(talk):
    talk.say("het is de brief")

    assert talk.say("van de deurwaarder").themes == ("geldzorgen",)


def test_who_asks_twice_for_what_is_not_ours_is_offered_a_person_and_a_phone(talk, real_minds):
    first = talk.say("wat is de hoofdstad van frankrijk")

    second = talk.say("en hoe hoog is de eiffeltoren")

    assert first.parts[-1].text == real_minds.phrases("out_of_scope", "nl")
    assert second.parts[-1].text == real_minds.phrases("clarify.person", "nl")
    assert second.parts[-1].ways[0].href == "tel:14030"
    assert pressable(second)[0] == payload("human")


def test_a_theme_that_is_chosen_while_a_question_stands_is_asked_about_in_its_own_words(talk):
    first = talk.choose("theme", theme="geldzorgen")

    second = talk.choose("theme", theme="wonen")

    assert second.themes == ("geldzorgen", "wonen")
    assert (second.expects, second.parts[-1].text) == ("place", first.parts[-1].text)


def test_asking_for_another_language_in_words_gives_the_list(talk):
    reply = talk.say("in welke talen kun je praten")

    named = [(read_payload(choice) or ("", {}))[1].get("language") for choice in pressable(reply)]
    assert {"nl", "nl-simple", "en", "ar", "uk"} <= set(named)
    assert len(named) == 17


def test_a_child_that_tells_its_age_and_place_in_four_words_is_a_child(talk):
    talk.choose("theme", theme="school")

    assert "minor_speaking" in talk.say("ik ben 12, overvecht").signals


def test_a_place_alone_raises_no_alarm_and_adds_no_theme(talk):
    talk.choose("theme", theme="geldzorgen")

    reply = talk.say("Kanaleneiland")

    assert (reply.themes, reply.signals) == (("geldzorgen",), ())


@pytest.mark.parametrize("typed", ["nee, hij zit naast mij", "ja hij is nu op zijn werk"])
def test_what_is_typed_about_whether_it_is_safe_is_kept_as_it_was_typed(talk, typed):
    talk.say("mijn man slaat mij")

    talk.say(typed)

    assert talk.conversation.words[-1] == typed


def test_no_in_words_is_no_to_whether_it_is_safe(talk):
    talk.say("mijn man slaat mij")

    assert "0800-2000" in talk.say("nee, hij zit naast mij").plain
