"""Changes that people agreed on, laid over the texts of the data files. Pure: texts and edits in, texts out.

Edits of one contact (or of an organisation itself) make a chain: the states that it went through. A file that stands
in one of those states gets the last of them. A file that says something else was changed by others since: that is a
conflict, the file holds, and somebody chooses. Once the files say the last state, nothing is left of the chain.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Literal, NamedTuple

from pydantic import Field

from referral.model import Fault, Value
from referral.rewrite import Rewrite, rewritten

Raw = Mapping[str, Any]  # an entry as it stands in a file: every value is text, or a list or names of texts
Documents = Mapping[str, Any]
LISTS = {"organisations.yaml": "organisations", "helplines.yaml": "helplines"}  # file -> the list in it


class Named(NamedTuple):
    """What tells a contact from the others of its organisation."""

    kind: str
    wijk: str
    value: str


class Edit(Value):
    """One entry before and after. `contact` is how it was named before its first edit; None is the organisation."""

    organisation: str
    contact: tuple[str, str, str] | None = None
    before: Raw | None = Field(description="None: there was no such contact")
    after: Raw | None = Field(description="None: there is no such contact any more")

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields in which before and after differ."""
        before, after = self.before or {}, self.after or {}
        return tuple(name for name in {**before, **after} if before.get(name) != after.get(name))


@dataclass(frozen=True)
class Chain:
    """All edits of one entry, in order."""

    organisation: str
    contact: Named | None
    edits: tuple[Edit, ...]

    @property
    def states(self) -> tuple[Raw | None, ...]:
        """Every state that the entry went through, the last one last."""
        return tuple(state for edit in self.edits for state in (edit.before, edit.after))

    @property
    def last(self) -> Raw | None:
        """The state that was agreed on."""
        return self.edits[-1].after

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that were ever changed."""
        return tuple(dict.fromkeys(name for edit in self.edits for name in edit.fields))

    def knows(self, entry: Raw, name: str) -> bool:
        """Tell whether the entry has in this field what it had in some state."""
        return any(entry.get(name) == state.get(name) for state in self.states if state is not None)


class Standing(Value):
    """How one chain stands against the files.

    `settled`: the files say it; `over`: it is laid over them; `conflict`: the files say something else (`theirs`),
    `fault`: with it the directory would not be sound.
    """

    organisation: str
    contact: tuple[str, str, str] | None
    state: Literal["settled", "over", "conflict", "fault"]
    ours: Raw | None
    theirs: Raw | None = None
    fields: tuple[str, ...] = ()
    file: str = ""
    faults: tuple[Fault, ...] = ()


class Overlay(NamedTuple):
    """The texts with the edits in them, and how each chain stands."""

    texts: Mapping[str, str]
    standings: tuple[Standing, ...]

    @property
    def difference(self) -> tuple[Standing, ...]:
        """The chains that the files do not say."""
        return tuple(one for one in self.standings if one.state != "settled")


class Place(NamedTuple):
    """Where an organisation stands: the file, the list in it, its place, and what stands there."""

    file: str
    kind: str
    at: int
    entry: Raw


def lay_over(texts: Mapping[str, str], documents: Documents, edits: Sequence[Edit]) -> Overlay:
    """Return the texts with the edits in them. `documents` are the same texts, read."""
    places = {str(place.entry.get("id")): place for place in _places(documents)}
    found = [stand(chain, places.get(chain.organisation)) for chain in chains(edits)]
    rewrites: dict[str, list[Rewrite]] = {}
    for standing, rewrite in found:
        if rewrite:
            rewrites.setdefault(standing.file, []).append(rewrite)
    changed = {file: rewritten(texts[file], several) for file, several in rewrites.items()}
    return Overlay({**texts, **changed}, tuple(standing for standing, _ in found))


def chains(edits: Iterable[Edit]) -> tuple[Chain, ...]:
    """Return the edits by the entry that they are about."""
    by_entry: dict[tuple[str, tuple[str, str, str] | None], list[Edit]] = {}
    for edit in edits:
        by_entry.setdefault((edit.organisation, edit.contact), []).append(edit)
    return tuple(
        Chain(organisation, Named(*contact) if contact else None, tuple(several))
        for (organisation, contact), several in by_entry.items()
    )


def stand(chain: Chain, place: Place | None) -> tuple[Standing, Rewrite | None]:
    """Return how a chain stands against the file, and what is to be written there if anything."""
    standing = Standing(organisation=chain.organisation, contact=chain.contact, state="settled", ours=chain.last)
    if place is None:
        return standing.model_copy(update={"state": "settled" if chain.last is None else "conflict"}), None
    standing = standing.model_copy(update={"file": place.file})
    if chain.contact is None:
        return _compared(chain, standing, Rewrite(place.kind, place.at, None), place.entry)
    contacts = place.entry.get("contacts", ())
    at = located(chain, contacts)
    if at is not None:
        return _compared(chain, standing, Rewrite(place.kind, place.at, at), contacts[at])
    if None in chain.states:
        return _absent(chain, standing, place)
    theirs = _only_one_like_it(chain.contact, contacts)
    return standing.model_copy(update={"state": "conflict", "theirs": theirs, "fields": chain.fields}), None


def _absent(chain: Chain, standing: Standing, place: Place) -> tuple[Standing, Rewrite | None]:
    if chain.last is None:
        return standing, None
    rewrite = Rewrite(place.kind, place.at, None, add=chain.last)
    return standing.model_copy(update={"state": "over", "fields": tuple(chain.last)}), rewrite


def _compared(chain: Chain, standing: Standing, rewrite: Rewrite, entry: Raw) -> tuple[Standing, Rewrite | None]:
    """Return how a chain stands against the entry that it is about."""
    strange = tuple(name for name in chain.fields if not chain.knows(entry, name))
    if strange:
        return standing.model_copy(update={"state": "conflict", "theirs": entry, "fields": strange}), None
    if chain.last is None:
        if chain.contact is None:
            return standing, None
        return standing.model_copy(update={"state": "over", "theirs": entry}), rewrite._replace(remove=True)
    wanted = {name: chain.last.get(name) for name in chain.fields if chain.last.get(name) != entry.get(name)}
    if not wanted:
        return standing, None
    found = {"state": "over", "theirs": entry, "fields": tuple(wanted)}
    return standing.model_copy(update=found), rewrite._replace(fields=wanted)


def located(chain: Chain, contacts: Sequence[Raw]) -> int | None:
    """Return where the contact of a chain stands, by what it was called last or before; None when nowhere."""
    for state in reversed(chain.states):
        for at, contact in enumerate(contacts):
            if state is not None and named(contact) == named(state):
                return at
    return None


def named(contact: Raw) -> Named:
    """Return what tells this contact from others."""
    value = contact.get("value", "")
    text = value.get("nl", "") if isinstance(value, Mapping) else value
    return Named(str(contact.get("kind", "")), str(contact.get("wijk", "")), str(text))


def began_as(edits: Iterable[Edit], organisation: str, contact: Raw) -> Named:
    """Return how this contact was named before its first edit, so that a new edit joins the same chain."""
    for chain in reversed(chains(edits)):
        of_it = chain.organisation == organisation and chain.last is not None
        if of_it and chain.contact and named(chain.last or {}) == named(contact):
            return chain.contact
    return named(contact)


def entry_of(documents: Documents, organisation: str) -> Raw | None:
    """Return an organisation as it stands in the files, None when it does not."""
    return next((one.entry for one in _places(documents) if one.entry.get("id") == organisation), None)


def _only_one_like_it(contact: Named, contacts: Sequence[Raw]) -> Raw | None:
    """Return the one contact of the same kind and wijk: what took its place in the file, presumably."""
    alike = [one for one in contacts if named(one)[:2] == contact[:2]]
    return alike[0] if len(alike) == 1 else None


def _places(documents: Documents) -> Iterator[Place]:
    for file, document in documents.items():
        kind = LISTS.get(PurePosixPath(file).name)
        if kind and isinstance(document, Mapping):
            for at, entry in enumerate(document.get(kind) or ()):
                if isinstance(entry, Mapping):
                    yield Place(file, kind, at, entry)
