"""The directory as HSDS 3.1: each organisation with one service, as the file services.json holds them.

Only contacts that are verified stand where others look for them. The others travel along as a field of our own.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from referral.guide import Guide
from referral.hsds_words import Thing, attributes, dialled, number, schedules
from referral.model import Contact, Organisation, Words

LANGUAGE = "nl"
TOOI = "https://identifier.overheid.nl/tooi/id/gemeente/"
TAXONOMY = "hulpvraag"
AT_A_PLACE = {"address": "physical", "walkin": "physical", "desk": "physical", "post": "postal"}
POSTCODE = re.compile(r"\b[1-9]\d{3} ?[A-Z]{2}\b")


def services(guide: Guide, on: date) -> list[Thing]:
    """Return every organisation and help line as a service, whole."""
    return [service(one, guide, on) for one in guide.organisations.values()]


def page(contents: list[Thing]) -> Thing:
    """Return a list as one page, as the HSDS API gives it."""
    total = len(contents)
    return {
        "total_items": total, "total_pages": 1, "page_number": 1, "size": total, "first_page": True,
        "last_page": True, "empty": not contents, "contents": contents,
    }  # fmt: skip


def organization(one: Organisation) -> Thing:
    """Return an organisation."""
    webs = [contact for contact in one.contacts if contact.kind == "web" and contact.verified]
    found = {
        "id": number("organization", one.id),
        "name": dutch(one.name),
        "description": one.does[LANGUAGE],
        "alternate_name": one.formal_name,
        "website": dutch(webs[0].value) if webs else None,
    }
    return filled(found)


def service(one: Organisation, guide: Guide, on: date) -> Thing:
    """Return what an organisation does as a service, with every way to reach it."""
    me, whose = number("service", one.id), organization(one)
    ways = [(at, contact) for at, contact in enumerate(one.contacts) if contact.verified]
    routes = [dutch(contact.value) for _, contact in ways if contact.kind == "route"]
    found = {
        "id": me,
        "organization_id": whose["id"],
        "organization": whose,
        "name": whose["name"],
        "alternate_name": one.formal_name,
        "description": whose["description"],
        "url": whose.get("website"),
        "status": "active" if one.holds(on) else "inactive",
        "assured_date": one.checked_on.isoformat(),
        "application_process": " ".join(routes),
        "required_documents": [{"id": number(me, "bring"), "document": one.bring[LANGUAGE]}] if one.bring else [],
        "service_areas": [service_area(one.city, me, guide)],
        "phones": [phone(contact, at, me) for at, contact in ways if contact.kind == "phone"],
        "additional_urls": [url(contact, at, me) for at, contact in ways if contact.kind in ("web", "chat")],
        "contacts": [mail(contact, at, me) for at, contact in ways if contact.kind == "email"],
        "schedules": list(schedules_of(ways, me)),
        "service_at_locations": [at_place(one, contact, at, me, guide) for at, contact in ways if is_place(contact)],
        "attributes": [*attributes("service", me, own(one)), *themes(one, me, guide)],
    }
    return filled(found)


def own(one: Organisation) -> Thing:
    """Return what HSDS has no field for."""
    fields = dumped(one, {"name", "formal_name", "does", "bring", "contacts", "checked_on"})
    words = {"name": one.name, "does": one.does, "bring": one.bring}
    fields["words"] = {name: other_languages(value) for name, value in words.items() if isinstance(value, Mapping)}
    fields["routes"] = {
        at: {**own_of_contact(contact, at), "value": contact.value}
        for at, contact in enumerate(one.contacts)
        if contact.verified and contact.kind == "route"
    }
    fields["unverified"] = {at: written(contact) for at, contact in enumerate(one.contacts) if not contact.verified}
    return fields


def own_of_contact(contact: Contact, at: int) -> Thing:
    """Return what HSDS has no field for in a contact; `at` is its place in the list."""
    fields = dumped(contact, {"value", "open"})
    if not isinstance(contact.value, str):
        fields["value"] = other_languages(contact.value)
    return {"at": at, **fields}


def written(contact: Contact) -> Thing:
    """Return a contact as it stands in the data."""
    fields = dumped(contact, {"open"})
    return fields | ({"open": contact.open.written()} if contact.open else {})


def phone(contact: Contact, at: int, service: str) -> Thing:
    """Return a phone number."""
    me = number(service, "contact", str(at))
    fields = own_of_contact(contact, at)
    fields |= {"written": contact.value} if isinstance(contact.value, str) else {}
    found = {
        "id": me,
        "service_id": service,
        "number": dialled(dutch(contact.value)),
        "type": "voice",
        "description": contact.note and contact.note[LANGUAGE],
        "attributes": attributes("phone", me, fields),
    }
    return filled(found)


def url(contact: Contact, at: int, service: str) -> Thing:
    """Return a web address."""
    me = number(service, "contact", str(at))
    found = {
        "id": me,
        "service_id": service,
        "url": dutch(contact.value),
        "label": contact.note[LANGUAGE] if contact.note else contact.kind,
        "attributes": attributes("url", me, own_of_contact(contact, at)),
    }
    return filled(found)


def mail(contact: Contact, at: int, service: str) -> Thing:
    """Return an e-mail address."""
    me = number(service, "contact", str(at))
    fields = attributes("contact", me, own_of_contact(contact, at))
    return {"id": me, "service_id": service, "email": dutch(contact.value), "attributes": fields}


def schedules_of(ways: Iterable[tuple[int, Contact]], service: str) -> Iterator[Thing]:
    """Yield the opening hours of whatever is not a place, each with the contact that it belongs to."""
    for at, contact in ways:
        if not is_place(contact):
            me = number(service, "contact", str(at))
            for one in schedules(
                me, contact.open, contact.hours[LANGUAGE] if contact.hours else None, {"service_id": service}
            ):
                yield one | {"attributes": attributes("schedule", one["id"], {"at": at})}


def at_place(one: Organisation, contact: Contact, at: int, service: str, guide: Guide) -> Thing:
    """Return an address, a desk or a walk-in as a place where the service is given."""
    me, place = number(service, "contact", str(at)), number(service, "location", str(at))
    text = dutch(contact.value)
    city = city_name(one.city, guide)
    more = {"service_at_location_id": me}
    found = {
        "id": me,
        "service_id": service,
        "location_id": place,
        "description": contact.note and contact.note[LANGUAGE],
        "schedules": schedules(me, contact.open, contact.hours[LANGUAGE] if contact.hours else None, more),
        "service_areas": [wijk_area(contact.wijk, me, guide)] if contact.wijk else [],
        "location": filled({
            "id": place,
            "location_type": AT_A_PLACE[contact.kind],
            "name": text,
            "addresses": [address(text, city, place, contact)] if city and any(map(str.isdigit, text)) else [],
        }),
        "attributes": attributes("service_at_location", me, own_of_contact(contact, at)),
    }  # fmt: skip
    return filled(found)


def address(text: str, city: str, place: str, contact: Contact) -> Thing:
    """Return an address. Where no postcode was told it is empty."""
    found = POSTCODE.search(text)
    street = POSTCODE.sub("", text).removesuffix(city).strip(" ,")
    return {
        "id": number(place, "address"), "location_id": place, "address_1": street, "city": city,
        "state_province": "Utrecht", "postal_code": found[0] if found else "", "country": "NL",
        "address_type": AT_A_PLACE[contact.kind],
    }  # fmt: skip


def service_area(city: str | None, service: str, guide: Guide) -> Thing:
    """Return for whom the service is: a municipality by its TOOI identifier, or the country."""
    code = next((one.code for one in guide.areas.cities if one.id == city), None)
    name = f"Gemeente {city_name(city, guide)}" if city else "Nederland"
    found = {
        "id": number(service, "area"),
        "service_id": service,
        "name": name,
        "extent": code or ("" if city else "NL"),
        "extent_type": "text",
        "uri": f"{TOOI}{code.lower()}" if code else None,
    }
    return filled(found)


def wijk_area(wijk: str, owner: str, guide: Guide) -> Thing:
    """Return a wijk as the area that a place is for."""
    name = guide.facts["wijk"].values[wijk][LANGUAGE]
    return {"id": number(owner, "area"), "name": f"Wijk {name}", "extent": wijk, "extent_type": "text"}


def themes(one: Organisation, service: str, guide: Guide) -> Iterator[Thing]:
    """Yield the themes whose rows refer to the organisation."""
    rules = ((theme, rule) for place in guide.tables.values() for theme, table in place.items() for rule in table.rules)
    named = dict.fromkeys(theme for theme, rule in rules if one.id in rule.refer_to and theme in guide.themes)
    for theme in named:
        term, words = number("term", TAXONOMY, theme), guide.themes[theme]
        yield {
            "id": number(service, TAXONOMY, theme), "link_id": service, "link_entity": "service",
            "link_type": TAXONOMY, "taxonomy_term_id": term,
            "taxonomy_term": {"id": term, "code": theme, "name": words, "description": words, "taxonomy": TAXONOMY,
                              "language": LANGUAGE},
        }  # fmt: skip


def is_place(contact: Contact) -> bool:
    """Tell whether a contact is somewhere to go or to write to."""
    return contact.kind in AT_A_PLACE


def city_name(city: str | None, guide: Guide) -> str | None:
    """Return the name of a city."""
    return next((one.name for one in guide.areas.cities if one.id == city), city)


def dumped(value: Organisation | Contact, but: set[str]) -> Thing:
    """Return the fields that were filled in, but for these."""
    return value.model_dump(mode="json", exclude_none=True, exclude=but)


def dutch(words: str | Words) -> str:
    """Return the Dutch words."""
    return words if isinstance(words, str) else words[LANGUAGE]


def other_languages(words: Words) -> Words:
    """Return the words in the other languages."""
    return {language: text for language, text in words.items() if language != LANGUAGE}


def filled(fields: Mapping[str, Any]) -> Thing:
    """Return the fields that hold something; an empty list or text is left out."""
    return {name: value for name, value in fields.items() if value not in (None, "", [])}
