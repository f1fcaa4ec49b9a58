"""E-mail to a team that a question came in: a link, and nothing of what it is about."""

import asyncio
import smtplib
import ssl
from collections.abc import Mapping
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr

from bot.deliveries import Delivery, Keep
from bot.elsewhere.problems import Failed, Refused
from bot.places import Places
from bot.ports import Clock
from bot.queue import case_number
from bot.settings import Smtp

_SECONDS = 15.0  # for each step of the conversation with the mail server
_FOR_EVER = 500  # the codes from which a mail server means never


class Mailer:
    """Sends e-mail over one mail server. `trust` says whose certificates count."""

    def __init__(
        self,
        places: Places,
        smtp: Smtp,
        sender: str,
        public_url: str,
        clock: Clock,
        *,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self._addresses = places.mail
        self._smtp = smtp
        self._sender = sender
        self._public_url = public_url.rstrip("/")
        self._clock = clock
        self._trust = trust or ssl.create_default_context()

    async def carry(self, delivery: Delivery, keep: Keep) -> None:  # noqa: ARG002 -- it is told in one message
        """Send it. Raises Failed."""
        if delivery.place not in self._addresses:
            raise Refused("no_such_place")
        await asyncio.to_thread(self._send, self._message(delivery))

    def _message(self, delivery: Delivery) -> EmailMessage:
        urgent = delivery.what == "mail.urgent"
        what = "Er is een nieuwe dringende vraag" if urgent else "Er is een nieuwe vraag"
        path = f"/staff/cases/{case_number(delivery.conversation)}" if delivery.conversation else "/staff"
        domain = parseaddr(self._sender)[1].rpartition("@")[2]
        message = EmailMessage()
        message["Subject"] = what
        message["From"] = self._sender
        message["To"] = ", ".join(self._addresses[delivery.place])
        message["Date"] = format_datetime(self._clock.now())
        message["Message-ID"] = f"<{delivery.id}@{domain}>"  # the same when it is sent again
        message["Auto-Submitted"] = "auto-generated"
        if urgent:
            message["Importance"] = "high"
        message.set_content(
            f"{what} voor uw team.\n\n{self._public_url}{path}\n\n"
            "U leest de vraag nadat u bent ingelogd. Antwoord niet op dit bericht.\n"
        )
        return message

    def _send(self, message: EmailMessage) -> None:
        """Bring it to the mail server. Raises Failed."""
        try:
            with self._connected() as server:
                not_taken = server.send_message(message)
        except smtplib.SMTPRecipientsRefused as refused:
            raise _recipients(refused.recipients) from None
        except smtplib.SMTPNotSupportedError:
            raise Failed("mail_without_tls") from None
        except smtplib.SMTPResponseException as answer:
            raise Failed("mail_server", str(answer.smtp_code)) from None
        except ssl.SSLError:
            raise Failed("certificate") from None
        except TimeoutError:
            raise Failed("too_slow") from None
        except (OSError, smtplib.SMTPException):
            raise Failed("unreachable") from None
        if not_taken:  # the others have it: sending again would give it to them twice
            raise Refused("mail_address")

    def _connected(self) -> smtplib.SMTP:
        smtp = self._smtp
        if smtp.security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(smtp.host, smtp.port, timeout=_SECONDS, context=self._trust)
        else:
            server = smtplib.SMTP(smtp.host, smtp.port, timeout=_SECONDS)
        try:
            if smtp.security == "starttls":
                server.starttls(context=self._trust)
            if smtp.user:
                server.login(smtp.user, smtp.password or "")
        except BaseException:
            server.close()
            raise
        return server


def _recipients(refused: Mapping[str, tuple[int, bytes]]) -> Failed:
    """Return what it means that nobody gets it: never when there is no such address, later when they are busy."""
    for_ever = all(code >= _FOR_EVER for code, _ in refused.values())
    return (Refused if for_ever else Failed)("mail_address")
