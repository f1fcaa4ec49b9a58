"""The commands that Telegram shows, and the one that chooses a language."""

import pytest

from bot.channels.telegram.menu import menu
from bot.events import Heard
from bot.messages import payload

COMMANDS = ["start", "taal", "stop", "wis"]


async def test_telegram_is_told_the_commands_for_private_chats_in_each_language_that_has_a_code_there(
    api, wegwijs, assistant, minds
):
    two_letters = {code for code in minds.phrases.languages if len(code) == 2}
    async with wegwijs(assistant):
        await api.until(lambda: len(api.menus) > len(two_letters))

    assert set(api.menus) == {("all_private_chats", code) for code in ("", *two_letters)}
    assert {"nl", "en", "tr", "ar"} <= two_letters
    assert all([one["command"] for one in commands] == COMMANDS for commands in api.menus.values())
    assert {one["command"]: one["description"] for one in api.menus["all_private_chats", "nl"]}["taal"] == "Andere taal"
    assert api.menus["all_private_chats", ""] == api.menus["all_private_chats", "en"]


def test_every_language_has_a_description_of_each_command_that_telegram_takes(minds):
    for language in minds.phrases.languages:
        assert all(1 <= len(command.description) <= 256 for command in menu(minds.phrases, language))


@pytest.mark.parametrize("code", [400, 429, 502])
async def test_without_a_menu_it_works_as_well(api, wegwijs, assistant, caplog, code):
    api.refuse("setMyCommands", code, times=99, **({"retry_after": 60} if code == 429 else {}))
    async with wegwijs(assistant):
        await api.types("hallo")
        await api.hears(1)

    assert "commands not shown on Telegram" in caplog.text


async def test_taal_offers_all_languages_and_a_tap_goes_on_in_it(api, wegwijs, assistant, say, minds):
    async with wegwijs(assistant):
        await api.types("/taal")
        [asked] = await api.hears(1)
        offered = api.buttons()
        await api.taps("Türkçe")
        said = await api.hears(2)

    assert say("language") in asked
    assert offered == [minds.phrases("language_name", code) for code in minds.phrases.languages]
    assert say("language_chosen", "tr") in said[1]


@pytest.mark.parametrize(
    ("typed", "language"),
    [
        ("/taal tr", "tr"),
        ("/taal TR ", "tr"),
        ("/taal türkçe", "tr"),
        ("/taal@wegwijs_bot Polski", "pl"),
        ("/taal\nالعربية", "ar"),
        ("/taal pap", "pap"),
    ],
)
async def test_taal_with_a_language_chooses_it(api, wegwijs, assistant, say, typed, language):
    async with wegwijs(assistant):
        await api.types(typed)
        [said] = await api.hears(1)

    [heard] = [event for event in await assistant.store.read("telegram:42") if isinstance(event, Heard)]
    assert heard.text == payload("language", language=language)
    assert say("language_chosen", language) in said


@pytest.mark.parametrize("typed", ["/taal klingon", "/taal \u202e", '/taal tr"}', "/taal " + "a" * 4000])
async def test_taal_with_a_language_that_we_do_not_speak_offers_those_that_we_do(api, wegwijs, assistant, say, typed):
    async with wegwijs(assistant):
        await api.types(typed)
        [said] = await api.hears(1)

    assert say("language") in said


@pytest.mark.parametrize("typed", ["/taalx", "taal tr", "/ taal"])
async def test_what_only_looks_like_the_command_is_taken_as_it_was_typed(api, wegwijs, assistant, typed):
    async with wegwijs(assistant):
        await api.types(typed)
        await api.hears(1)

    [heard] = [event for event in await assistant.store.read("telegram:42") if isinstance(event, Heard)]
    assert heard.text == typed
