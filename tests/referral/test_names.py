"""Organisations by the names that people use."""

import pytest

from referral.names import organisations_in


@pytest.mark.parametrize(
    ("text", "organisation"),
    [
        ("wat is het nummer van doenja", "utrecht-dock"),
        ("Lokalis", "utrecht-buurtteam-jeugd-gezin"),
        ("waar zit u sentraal", "utrecht-u-centraal"),
        ("stadsring51 bellen", "amersfoort-stadsring"),
        ("catarijnehuis", "utrecht-herstart"),
        ("is sensoor er nog", "luisterlijn"),
        ("kindertelefon", "kindertelefoon"),
        ("de tussevoorziening", "utrecht-tussenvoorziening"),
    ],
)
def test_a_former_or_misspelled_name_is_known(guide, today, text, organisation):
    assert organisations_in(text, guide, today)[0].organisation == organisation


@pytest.mark.parametrize(
    "text", ["", "ik heb schulden", "14 030", "112", "mijn buurman is ziek", "ik wil vooruit in het leven"]
)
def test_no_name_is_seen_where_there_is_none(guide, today, text):
    assert organisations_in(text, guide, today) == ()
