"""What identifies a person is taken out; what helps to understand stays."""

import pytest

from bot.masking import mask


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("mijn bsn is 111222333", "mijn bsn is [bsn]"),
        ("mijn bsn is 1112.22.333", "mijn bsn is [bsn]"),
        ("rekening NL91 ABNA 0417 1643 00", "rekening [rekeningnummer]"),
        ("NL91ABNA0417164300 staat rood", "[rekeningnummer] staat rood"),
        ("mail fatima.b@example.nl even", "mail [e-mailadres] even"),
        ("bel 06 12345678 of 0612345678", "bel [telefoonnummer] of [telefoonnummer]"),
        ("bel +31 6 12345678", "bel [telefoonnummer]"),
        ("030-1234567 is van mij", "[telefoonnummer] is van mij"),
    ],
)
def test_a_number_of_ones_own_is_taken_out(typed, kept):
    assert mask(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "ik bel 14 030 maar er neemt niemand op",
        "ik woon in 3562 AB",
        "ik heb 12.500 euro schuld en 3 kinderen van 5, 7 en 12",
        "0800-2000 is Veilig Thuis",
        "bel 113 of 112",
        "op 21-11-2026 om 14.30",
        "123456789 is geen bsn",
    ],
)
def test_what_is_nobodys_own_stays(typed):
    assert mask(typed) == typed
