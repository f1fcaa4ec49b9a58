"""The form `wegwijs_form`, called as Rasa 3.6 calls it; rasa-sdk's own server must answer each call the same."""

import json

import pytest

from bot.channels.rasa.asking import slot_names

FORM = "wegwijs_form"

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")


class Rasa:
    """The side of a Rasa server: keeps the tracker, offers what was typed for the slot, and asks for the next."""

    def __init__(self, ours, oracle, slots):
        self.ours = ours
        self.oracle = oracle
        self.slots = dict.fromkeys(slots)
        self.events = []
        self.active = False

    async def hear(self, text):
        """Return the texts that are said, and the last `custom`, when somebody types this."""
        self.text = text
        self.events.append({"event": "user", "text": text, "timestamp": 1.0})
        said = await self.validate(text if self.active else None)
        if self.slots["requested_slot"]:
            return said + await self.run(f"action_ask_{self.slots['requested_slot']}")
        self.events.append({"event": "active_loop", "name": None})
        self.active = False
        return said + await self.run("action_wegwijs_refer")

    async def validate(self, candidate):
        if not self.active:
            self.events.append({"event": "active_loop", "name": FORM})
            self.active = True
        asked = self.slots["requested_slot"]
        offered = [{"event": "slot", "name": asked, "value": candidate}] if asked and candidate else []
        between = [{"event": "slot", "name": "requested_slot", "value": asked}, {"event": "action", "name": FORM}]
        return await self.run(f"validate_{FORM}", [*between, *offered])

    async def run(self, action, more=()):
        slots = {**self.slots, **{event["name"]: event["value"] for event in more if event["event"] == "slot"}}
        call = {
            "next_action": action,
            "sender_id": "anna",
            "tracker": {
                "sender_id": "anna",
                "slots": slots,
                "latest_message": {"intent": {"name": "x"}, "entities": [], "text": self.text},
                "events": [*self.events, *more],
                "active_loop": {"name": FORM} if self.active else {},
                "latest_action_name": "action_listen",
            },
            "version": "3.6.21",
            "domain": {"slots": {}, "forms": {FORM: {"required_slots": []}}, "actions": [], "intents": []},
        }
        answer = await self.ours.post("/webhook", json=call)
        theirs = await self.oracle.post("/webhook", content=json.dumps(call))
        assert answer.status_code == 200, answer.text
        assert answer.json() == theirs.json()
        self.events.append({"event": "action", "name": action})
        for event in answer.json()["events"]:
            self.slots[event["name"]] = event["value"]
            self.events.append(event)
        return answer.json()["responses"]


@pytest.fixture
def rasa(ours, oracle, minds):
    return Rasa(ours, oracle, ("requested_slot", *slot_names(minds.guide)))


@pytest.fixture
def question(minds):
    return lambda fact: minds.guide.facts[fact].question["nl"]


def texts(responses):
    return [one["text"] for one in responses if one["text"]]


async def test_the_form_asks_only_what_the_rules_still_need(rasa, question):
    first = await rasa.hear("ik heb schulden")
    second = await rasa.hear("3561 AB")

    assert texts(first) == [question("place")]
    assert texts(second) == [question("home_or_utilities_at_risk")]
    assert rasa.slots["themes"] == ["geldzorgen"]
    assert {name: rasa.slots[name] for name in ("place", "city", "wijk")} == {
        "place": "utrecht-overvecht",
        "city": "utrecht",
        "wijk": "utrecht-overvecht",
    }


async def test_what_is_told_at_once_is_not_asked(rasa, question):
    said = await rasa.hear("ik heb schulden maar geen achterstand, 3561 AB")

    assert texts(said) == [question("children_at_home")]
    assert rasa.slots["home_or_utilities_at_risk"] == "no"


async def test_when_nothing_more_is_needed_the_form_ends_and_the_action_refers(rasa):
    await rasa.hear("ik heb schulden")
    said = await rasa.hear("amersfoort")

    assert rasa.slots["requested_slot"] is None
    assert said[-1]["custom"]["wegwijs"]["status"] == "refer"
    assert said[-1]["custom"]["wegwijs"]["referrals"][0].startswith("amersfoort-")


async def test_a_button_answers(rasa, question):
    await rasa.hear("ik heb schulden in 3561 AB")
    said = await rasa.hear('/inform{"home_or_utilities_at_risk":"no"}')

    assert rasa.slots["home_or_utilities_at_risk"] == "no"
    assert texts(said) == [question("children_at_home")]


async def test_an_answer_that_is_not_read_is_asked_again_and_then_taken_as_unknown(rasa, question, say):
    await rasa.hear("ik heb schulden in 3561 AB")
    again = await rasa.hear("blub")
    assert rasa.slots["home_or_utilities_at_risk"] is None

    then = await rasa.hear("blub")

    assert texts(again) == [f"{say('ask.again')} {question('home_or_utilities_at_risk')}"]
    assert rasa.slots["home_or_utilities_at_risk"] == "unknown"
    assert texts(then) == [question("children_at_home")]


async def test_danger_in_the_middle_of_the_form_is_answered_first_and_once(rasa, say):
    await rasa.hear("ik heb schulden in 3561 AB")
    said = await rasa.hear("ik wil niet meer leven")
    then = await rasa.hear("ik wil niet meer leven")

    assert texts(said)[0].startswith(say("danger.113"))
    assert rasa.slots["signals"] == ["suicide"]
    assert not any(text.startswith(say("danger.113")) for text in texts(then))


async def test_without_a_theme_the_form_asks_what_it_is_about(rasa, say):
    said = await rasa.hear("wat?")
    chosen = await rasa.hear('/theme{"theme":"geldzorgen"}')

    assert said[-1]["custom"]["wegwijs"]["status"] == "clarify"
    assert '/theme{"theme":"wonen"}' in [button["payload"] for one in said for button in one["buttons"]]
    assert rasa.slots["themes"] == ["geldzorgen"]
    assert chosen[-1]["custom"]["wegwijs"]["ask"] == "place"


async def test_nobody_is_asked_for_ever_what_it_is_about(rasa):
    for _ in range(4):
        await rasa.hear("wat?")
        assert rasa.slots["requested_slot"] == "themes"

    await rasa.hear("wat?")

    assert rasa.slots["requested_slot"] is None


async def test_a_question_after_a_referral_is_another_question(rasa):
    await rasa.hear("ik heb schulden maar geen achterstand, in 3561 AB")
    await rasa.hear('/inform{"children_at_home":"no"}')
    assert rasa.slots["requested_slot"] is None

    await rasa.hear("ik ben eenzaam")

    assert rasa.slots["themes"] == ["eenzaamheid"]
    assert rasa.slots["wijk"] == "utrecht-overvecht"
    assert rasa.slots["home_or_utilities_at_risk"] is None


async def test_why_is_answered_and_the_question_stands(rasa, question):
    await rasa.hear("ik heb schulden in 3561 AB")
    rasa.text = "/why"

    reasons = await rasa.run("action_wegwijs_why")

    assert texts(reasons)
    assert rasa.slots["requested_slot"] == "home_or_utilities_at_risk"


@pytest.mark.parametrize(
    ("slot", "value", "read"),
    [
        ("age", "67+", "67+"),
        ("age", "heel oud", None),
        ("place", "ik woon in Schothorst", "amersfoort"),
        ("place", "unknown", "unknown"),
        ("wijk", "Overvecht", "utrecht-overvecht"),
        ("wijk", "unknown", "unknown"),
        ("city", "elsewhere", "elsewhere"),
        ("themes", "geldzorgen, niets", ["geldzorgen"]),
        ("themes", "ik heb schulden", ["geldzorgen"]),
        ("themes", 7, None),
        ("themes", [7, {}], None),
        ("signals", ["suicide", "niets"], ["suicide"]),
        ("children_at_home", True, "yes"),
        ("children_at_home", ["yes"], None),
        ("education", {"a": 1}, None),
    ],
)
async def test_what_an_assistant_fills_in_becomes_a_word_of_our_lists(rasa, slot, value, read):
    rasa.text = ""
    rasa.active = True
    offered = [{"event": "action", "name": FORM}, {"event": "slot", "name": slot, "value": value}]

    await rasa.run(f"validate_{FORM}", offered)

    assert rasa.slots[slot] == read


async def test_a_slot_that_the_assistant_lacks_is_not_set(rasa):
    rasa.slots = {"requested_slot": None, "themes": None}

    await rasa.hear("ik heb schulden in 3561 AB")

    assert set(rasa.slots) == {"requested_slot", "themes"}
