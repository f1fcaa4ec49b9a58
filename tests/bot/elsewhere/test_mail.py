"""E-mail to a team, over a real mail server that listens on a port: a link, and nothing else."""

import asyncio
import email
import ssl
from contextlib import asynccontextmanager

import pytest
import trustme
from aiosmtpd.smtp import SMTP, AuthResult

from bot.elsewhere.mail import Mailer
from bot.places import Places
from bot.queue import case_number
from bot.settings import settings_from

TEAM = "utrecht-buurtteam-sociaal"
PLACES = Places(mail={TEAM: ("team@voorbeeld.nl", "achterwacht@voorbeeld.nl")})


class Box:
    """Keeps what comes in, and refuses what it is told to."""

    def __init__(self):
        self.letters = []
        self.refusals = {}
        self.logins = []

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 -- aiosmtpd's form
        if address in self.refusals:
            return self.refusals[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.letters.append((envelope.rcpt_tos, email.message_from_bytes(envelope.content), session.ssl is not None))
        return "250 OK"

    def login(self, server, session, envelope, mechanism, data):
        self.logins.append((data.login.decode(), data.password.decode(), session.ssl is not None))
        return AuthResult(success=data.password == b"p@ss", handled=False)


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture
def trust(authority):
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


@asynccontextmanager
async def serving(box, **how):
    """Let a mail server put what comes in into this box."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(box, loop=loop, **how), "127.0.0.1", 0)
    box.port = server.sockets[0].getsockname()[1]
    yield box
    server.close()


@pytest.fixture
async def box(authority):
    """Return the box of a mail server that speaks STARTTLS and asks for a password."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    box = Box()
    async with serving(box, tls_context=context, authenticator=box.login, auth_require_tls=True):
        yield box


@pytest.fixture
async def world(worlds):
    async with worlds(PLACES) as world:
        yield world


def courier_of(world, box, trust, scheme="smtp"):
    smtp = settings_from({"WEGWIJS_SMTP_URL": f"{scheme}://wegwijs:p%40ss@localhost:{box.port}"}).smtp
    sender, home = "Wegwijs <wegwijs@voorbeeld.nl>", "https://wegwijs.voorbeeld.nl/"
    return world.courier({"mail": Mailer(PLACES, smtp, sender, home, world.clock, trust=trust)})


async def test_an_urgent_question_is_a_link_to_the_case_and_nothing_of_what_it_is_about(world, box, trust):
    await world.hand_over(urgent=True, text="Ik heb een geheim")
    await world.run(courier_of(world, box, trust))

    ((to, letter, secret),) = box.letters
    assert to == ["team@voorbeeld.nl", "achterwacht@voorbeeld.nl"]
    assert letter["Subject"] == "Er is een nieuwe dringende vraag"
    link = f"https://wegwijs.voorbeeld.nl/staff/cases/{case_number('web:anna')}"
    assert letter.get_payload().splitlines() == [
        "Er is een nieuwe dringende vraag voor uw team.", "", link, "",
        "U leest de vraag nadat u bent ingelogd. Antwoord niet op dit bericht.",
    ]  # fmt: skip
    assert secret
    assert box.logins == [("wegwijs", "p@ss", True)]


async def test_new_questions_are_one_mail_with_a_link_to_the_queue(world, box, trust):
    for number in range(3):
        await world.hand_over(conversation=f"web:{number}")

    await world.run(courier_of(world, box, trust))

    ((_, letter, _),) = box.letters
    assert letter["Subject"] == "Er is een nieuwe vraag"
    assert "https://wegwijs.voorbeeld.nl/staff\n" in letter.get_payload().replace("\r", "")


async def test_a_mail_that_is_sent_again_is_known_by_the_same_number(world, box, trust):
    await world.hand_over(urgent=True)
    courier = courier_of(world, box, trust)
    box.refusals = dict.fromkeys(PLACES.mail[TEAM], "451 later")
    await courier.run_due()
    (failing,) = await world.deliveries.failing(None)
    assert (failing.standing, failing.problem) == ("waiting", "mail_address")

    box.refusals = {}
    await world.run(courier)

    ((_, letter, _),) = box.letters
    assert letter["Message-ID"] == f"<{failing.id}@voorbeeld.nl>"


async def test_an_address_that_does_not_exist_is_shown_and_not_tried_for_ever(world, box, trust):
    await world.hand_over(urgent=True)
    box.refusals = dict.fromkeys(PLACES.mail[TEAM], "550 unknown")

    await courier_of(world, box, trust).run_due()

    assert [one.standing for one in await world.deliveries.failing(None)] == ["dead"]


async def test_when_one_of_two_addresses_is_wrong_the_other_gets_it_once(world, box, trust):
    await world.hand_over(urgent=True)
    box.refusals = {"team@voorbeeld.nl": "550 unknown"}

    await world.run(courier_of(world, box, trust))

    assert [to for to, _, _ in box.letters] == [["achterwacht@voorbeeld.nl"]]
    assert [one.problem for one in await world.deliveries.failing(None)] == ["mail_address"]


async def test_nothing_is_sent_over_a_line_that_is_not_secret(world, trust):
    await world.hand_over(urgent=True)
    async with serving(Box()) as box:
        await courier_of(world, box, trust).run_due()

    assert box.letters == []
    assert [one.problem for one in await world.deliveries.failing(None)] == ["mail_without_tls"]


async def test_a_certificate_of_an_unknown_authority_is_not_trusted(world, box):
    await world.hand_over(urgent=True)

    await courier_of(world, box, ssl.create_default_context()).run_due()

    assert (box.letters, box.logins) == ([], [])
    assert [one.problem for one in await world.deliveries.failing(None)] == ["certificate"]


async def test_a_wrong_password_is_told_by_its_code_and_never_shown(world, box, trust, caplog):
    await world.hand_over(urgent=True)
    smtp = settings_from({"WEGWIJS_SMTP_URL": f"smtp://wegwijs:sleutelbloem@localhost:{box.port}"}).smtp
    mailer = Mailer(PLACES, smtp, "wegwijs@voorbeeld.nl", "https://wegwijs.voorbeeld.nl", world.clock, trust=trust)

    await world.courier({"mail": mailer}).run_due()

    assert [one.problem for one in await world.deliveries.failing(None)] == ["mail_server:535"]
    assert "sleutelbloem" not in caplog.text + repr(smtp)


@pytest.mark.parametrize(
    ("url", "security", "port"),
    [("smtp://h", "starttls", 587), ("smtps://h", "tls", 465), ("smtp+plain://h:2525", "none", 2525)],
)
def test_the_scheme_says_how_the_line_is_kept_secret(url, security, port):
    smtp = settings_from({"WEGWIJS_SMTP_URL": url}).smtp

    assert (smtp.security, smtp.port) == (security, port)


def test_another_scheme_is_refused_without_the_password_in_the_message():
    with pytest.raises(ValueError, match="WEGWIJS_SMTP_URL begins with") as refused:
        settings_from({"WEGWIJS_SMTP_URL": "http://wegwijs:sleutelbloem@h"})

    assert "sleutelbloem" not in str(refused.value)
