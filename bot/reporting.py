"""Where somebody reports a weakness: what `/.well-known/security.txt` says (RFC 9116)."""

from collections.abc import Mapping
from datetime import date, timedelta

from pydantic import Field

from bot.messages import Value

_LONGEST = timedelta(days=364)  # RFC 9116: less than a year ahead


class Reporting(Value):
    """Whom to tell, and until when that is sure."""

    contacts: tuple[str, ...] = Field(min_length=1, description="each an address: mailto:, https:// or tel:")
    expires: date


def reporting_from(environment: Mapping[str, str], today: date) -> Reporting | None:
    """Return whom to tell, None when nobody is named. Raises ValueError when it would be no good security.txt."""
    contacts = tuple(one for one in environment.get("WEGWIJS_SECURITY_CONTACT", "").replace(",", " ").split() if one)
    if not contacts:
        return None
    if strange := [one for one in contacts if not one.startswith(("mailto:", "https://", "tel:"))]:
        raise ValueError(f"WEGWIJS_SECURITY_CONTACT: {strange[0]} must begin with mailto:, https:// or tel:")
    try:
        expires = date.fromisoformat(environment.get("WEGWIJS_SECURITY_EXPIRES", ""))
    except ValueError:
        raise ValueError("WEGWIJS_SECURITY_EXPIRES: a day such as 2027-06-01 must stand beside the contact") from None
    if expires > today + _LONGEST:
        raise ValueError(f"WEGWIJS_SECURITY_EXPIRES: {expires} is more than a year ahead; look at it again every year")
    return Reporting(contacts=contacts, expires=expires)


def security_txt(reporting: Reporting, public_url: str | None) -> str:
    """Return the text of the file."""
    lines = [f"Contact: {one}" for one in reporting.contacts]
    lines += [f"Expires: {reporting.expires}T23:59:59Z", "Preferred-Languages: nl, en"]
    if public_url and public_url.startswith("https://"):
        lines.append(f"Canonical: {public_url.rstrip('/')}/.well-known/security.txt")
    return "\n".join(lines) + "\n"
