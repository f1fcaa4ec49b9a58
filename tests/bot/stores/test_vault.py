"""What is sealed can be opened only with its key, at its place; and where the master key comes from."""

import stat

import pytest

from bot.stores.masters import Masters, default_file, make_file, masters_from, put_first, read_file
from bot.stores.trouble import KeyTrouble
from bot.stores.vault import Unreadable, Vault

ONE, OTHER = "eerste sleutel van wel tweeendertig tekens", "tweede sleutel van wel tweeendertig tekens"


@pytest.fixture
def vault():
    return Vault(Masters([ONE]))


@pytest.fixture
def key(vault):
    return vault.new("web:anna")[0]


def test_what_is_sealed_comes_back_and_says_nothing_meanwhile(key):
    sealed = key.seal("ik heet Zonnebloem ü", "event", 3)

    assert key.open(sealed, "event", 3) == "ik heet Zonnebloem ü"
    assert "Zonnebloem" not in sealed
    assert sealed != key.seal("ik heet Zonnebloem ü", "event", 3)


@pytest.mark.parametrize("place", [("event", 4), ("case",), ("event", "3"), ()])
def test_what_is_sealed_cannot_be_moved_within_its_conversation(key, place):
    sealed = key.seal("{}", "event", 3)

    with pytest.raises(Unreadable):
        key.open(sealed, *place)


def test_what_is_sealed_cannot_be_moved_to_another_conversation_with_its_key(vault, key):
    _, wrapped = vault.new("web:anna")
    mine = vault.key("web:anna", wrapped.text)

    with pytest.raises(Unreadable):
        vault.key("web:bo", wrapped.text)
    with pytest.raises(Unreadable):
        mine.open(key.seal("{}", "event", 1), "event", 1)


@pytest.mark.parametrize(
    "change", [lambda text: text[:-4], lambda text: text[:9] + "A" * 8 + text[17:], lambda _: "g1:é"]
)
def test_what_was_altered_is_not_read(key, change):
    sealed = key.seal("dit is wat er staat", "event", 1)

    with pytest.raises(Unreadable):
        key.open(change(sealed), "event", 1)


def test_without_its_key_a_conversation_cannot_be_read(vault, key):
    sealed = key.seal("{}", "event", 1)

    with pytest.raises(Unreadable):
        vault.key("web:anna", None).open(sealed, "event", 1)


def test_what_an_earlier_version_wrote_is_read_as_it_is(vault):
    assert vault.key("web:anna", None).open('{"kind": "heard"}', "event", 1) == '{"kind": "heard"}'


def test_an_older_master_key_still_opens_and_the_newest_wraps():
    key, wrapped = Vault(Masters([ONE])).new("web:anna")
    both = Vault(Masters([OTHER, ONE]))

    again = both.again(wrapped.text, "web:anna")

    sealed = key.seal("{}", "case")
    assert both.key("web:anna", wrapped.text).open(sealed, "case") == "{}"
    assert Vault(Masters([OTHER])).key("web:anna", again.text).open(sealed, "case") == "{}"
    with pytest.raises(KeyTrouble, match="another master key"):
        Vault(Masters([OTHER])).check(wrapped.text)


def test_the_environment_comes_before_a_file_and_a_file_before_the_one_that_is_made(tmp_path):
    file = tmp_path / "sleutel"
    file.write_text(f"# van november\n{OTHER}\n\n{ONE}\n")
    url = f"sqlite:///{tmp_path}/wegwijs.db"

    told = masters_from({"WEGWIJS_MASTER_KEY": ONE, "WEGWIJS_MASTER_KEY_OLD": OTHER}, url)
    given = masters_from({"WEGWIJS_MASTER_KEY_FILE": str(file)}, url)
    made = masters_from({}, url)

    assert (told.current.text, [one.text for one in told.older]) == (ONE, [OTHER])
    assert (given.current.text, [one.text for one in given.older]) == (OTHER, [ONE])
    assert made.file == default_file(url) == tmp_path / "wegwijs.db.key"


@pytest.mark.parametrize(
    "environment", [{"WEGWIJS_MASTER_KEY": "kort"}, {"WEGWIJS_MASTER_KEY_FILE": "/nergens/sleutel"}]
)
def test_a_key_that_cannot_be_used_is_refused_without_showing_it(environment):
    with pytest.raises(KeyTrouble) as refused:
        masters_from(environment, "sqlite:///wegwijs.db")

    assert "kort" not in str(refused.value)


def test_a_key_file_is_made_once_for_its_owner_only(tmp_path, caplog):
    file = tmp_path / "data" / "wegwijs.db.key"

    make_file(file)
    first = read_file(file)
    make_file(file)

    assert read_file(file) == first
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "apart from the database" in caplog.text
    assert first[0] not in caplog.text
    assert list(file.parent.iterdir()) == [file]


def test_a_key_that_is_put_in_the_file_is_used_at_once(tmp_path):
    file = tmp_path / "sleutel"
    file.write_text(f"{ONE}\n")
    vault = Vault(Masters(file=file))
    _, wrapped = vault.new("web:anna")

    put_first(file, OTHER)

    assert vault.new("web:bo")[1].master != wrapped.master
    assert vault.key("web:anna", wrapped.text)
