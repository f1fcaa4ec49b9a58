"""The transformer rests when there is nothing new to read."""

import pytest


@pytest.fixture
def runs(reader, monkeypatch):
    """Count how often the encoder's session runs."""
    ran = []
    session = reader._encoder._session

    class Counting:
        def run(self, *given):
            ran.append(given)
            return session.run(*given)

    monkeypatch.setattr(reader._encoder, "_session", Counting())
    return ran


@pytest.mark.parametrize("expecting", ["wijk", "age", "consent", "home_or_utilities_at_risk", None])
@pytest.mark.parametrize(
    "text", ["ja", "Ja, graag.", "nee", "nee hoor", "3512 AB", "3824gj", "3512", "42", "06-12345678"]
)
def test_a_yes_a_no_a_number_and_a_postcode_never_wake_it(reader, runs, text, expecting):
    reader.understand(text, "nl", expecting)

    assert runs == []


def test_what_was_read_before_does_not_wake_it_again_whatever_was_asked(reader, runs):
    text = "mijn verhuurder dreigt met een rechtszaak over de tuin"
    before = reader.understand(text, "nl", None)

    for expecting in (None, "theme", "age"):
        for language in ("nl", None):
            assert reader.understand(text, language, expecting).ranking == before.ranking

    assert len(runs) == 1


def test_new_words_wake_it(reader, runs):
    reader.understand("ik zoek iemand die met mij naar het gemeentehuis gaat", "nl", None)

    assert len(runs) == 1
