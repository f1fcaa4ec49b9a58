"""The file with the places elsewhere: all faults at once, and no secret in any of them."""

from pathlib import Path

import pytest

from bot.elsewhere.load import BadPlaces, load_places, secrets_of
from bot.places import NOWHERE
from bot.settings import settings_from

TEAMS = {"utrecht-buurtteam-sociaal", "utrecht-dock"}
GOOD = """
klantinteracties:
  - name: gemeente
    url: https://openklant.voorbeeld.nl/klantinteracties/api/v1
    secret: OPENKLANT_TOKEN
    teams: [utrecht-buurtteam-sociaal]
webhooks:
  - {name: dashboard, url: "https://oor.voorbeeld.nl/", secret: OOR, events: [case.opened]}
mail:
  utrecht-dock: [dock@voorbeeld.nl]
"""
MAIL = {
    "WEGWIJS_SMTP_URL": "smtp://mail.voorbeeld.nl",
    "WEGWIJS_MAIL_FROM": "wegwijs@voorbeeld.nl",
    "WEGWIJS_PUBLIC_URL": "https://wegwijs.voorbeeld.nl",
}
KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture
def load(tmp_path):
    def read(text, environment=MAIL):
        file = tmp_path / "elsewhere.yaml"
        file.write_text(text, "utf-8")
        return load_places(settings_from({**environment, "WEGWIJS_ELSEWHERE": str(file)}), TEAMS)

    return read


def test_without_a_file_nobody_is_told():
    assert load_places(settings_from({}), TEAMS) == NOWHERE


def test_a_good_file_is_read(load):
    places = load(GOOD)

    assert places.taking_over("utrecht-buurtteam-sociaal").name == "gemeente"
    assert places.webhooks[0].events == {"case.opened"}
    assert places.mail == {"utrecht-dock": ("dock@voorbeeld.nl",)}


def test_the_example_of_the_docs_is_good(load):
    example = Path("docs/elsewhere.md").read_text("utf-8").partition("```yaml")[2].partition("```")[0]

    assert [place.name for place in load(example).called] == ["gemeente-utrecht", "dashboard"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("https://oor", "http://oor"), "dashboard: use https, or name the host under private_hosts"),
        (("name: dashboard", "name: gemeente"), "gemeente: two places have this name"),
        (("utrecht-dock:", "utrecht-duck:"), "utrecht-duck: there is no such organisation in the guide"),
        (("[case.opened]", "[case.read]"), "webhooks.0.events.0: Input should be"),
        (("https://oor", "https://u:p@oor"), "write it as https://host/path, without a name or password"),
        (("https://oor.voorbeeld.nl/", "file:///etc/passwd"), "write it as https://host/path"),
        (("[dock@voorbeeld.nl]", '["dock@voorbeeld.nl\\nBcc: x@y.nl"]'), "mail: Value error"),
        (("secret: OOR", "secret: whsec_abc"), "webhooks.0.secret"),
        (("mail:", "post:"), "post: Extra inputs are not permitted"),
        (("webhooks:", "webhooks: ["), "cannot be read"),
    ],
)
def test_a_fault_is_told_where_it_is(load, change, told):
    with pytest.raises(BadPlaces) as bad:
        load(GOOD.replace(*change))

    assert [fault for fault in bad.value.faults if told in fault]


def test_mail_needs_a_server_a_sender_and_an_address_of_our_own(load):
    with pytest.raises(BadPlaces, match="set WEGWIJS_SMTP_URL, WEGWIJS_MAIL_FROM and WEGWIJS_PUBLIC_URL"):
        load(GOOD, {})


def test_a_team_has_one_system_that_takes_over(load):
    second = "  - {name: b, url: 'https://b.nl', secret: B, teams: [utrecht-buurtteam-sociaal]}\nwebhooks:"

    with pytest.raises(BadPlaces, match="only one system can take over"):
        load(GOOD.replace("webhooks:", second))


def test_secrets_come_from_the_environment_and_are_never_shown(load):
    secrets = secrets_of(load(GOOD), {"OPENKLANT_TOKEN": "abc123", "OOR": KEY})

    assert secrets["OPENKLANT_TOKEN"].get_secret_value() == "abc123"
    assert "abc123" not in repr(secrets)


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({"OOR": KEY}, "gemeente: the variable OPENKLANT_TOKEN is not set"),
        ({"OPENKLANT_TOKEN": "a", "OOR": "geheim"}, "dashboard: OOR must be whsec_ and 24 to 64 bytes in base64"),
        ({"OPENKLANT_TOKEN": "a", "OOR": "whsec_Z2VoZWlt"}, "dashboard: OOR must be whsec_"),
        ({"OPENKLANT_TOKEN": "a\nb", "OOR": KEY}, "gemeente: OPENKLANT_TOKEN has signs that cannot be in a token"),
    ],
)
def test_a_secret_that_is_missing_or_wrong_is_told_without_it(load, environment, told):
    with pytest.raises(BadPlaces, match=told) as bad:
        secrets_of(load(GOOD), environment)

    assert "geheim" not in str(bad.value)
    assert "Z2VoZWlt" not in str(bad.value)
