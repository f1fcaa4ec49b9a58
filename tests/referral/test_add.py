"""The how-tos of referral/README.md, done as they are written there."""

from datetime import date
from pathlib import Path

from referral.areas import locate
from referral.decide import decide
from referral.load import load_guide
from referral.model import Ask, Refer, Situation

TODAY = date(2026, 11, 21)
OVERLAST = "municipalities/utrecht/rules/overlast.yaml"


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")


def test_a_rule_on_a_new_fact_is_asked_at_once(copy):
    fact = """  pets:
    values:
      yes: {nl: Ja, en: Yes}
      no: {nl: Nee, en: No}
    question: {nl: Heeft u huisdieren?, en: Do you have pets?}
    why: {nl: Dan helpt een ander., en: Then someone else helps.}

  for_whom:"""
    rule = """rules:
  - id: utrecht-overlast-dier
    when: {nuisance: neighbours, pets: yes}
    refer_to: [utrecht-gemeente]
    because: {nl: De gemeente weet wat er met dieren kan., en: The municipality knows about animals.}
"""
    change(copy / "facts.yaml", "  for_whom:", fact)
    change(copy / OVERLAST, "rules:\n", rule)
    guide = load_guide(copy)
    facts = {"city": "utrecht", "nuisance": "neighbours"}

    question = decide(Situation(themes=("overlast",), facts=facts), guide, TODAY)
    decision = decide(Situation(themes=("overlast",), facts=facts | {"pets": "yes"}), guide, TODAY)

    assert question == Ask(fact="pets", between=("utrecht-gemeente", "utrecht-buurtbemiddeling"))
    assert isinstance(decision, Refer)
    assert decision.referrals[0].rule == "utrecht-overlast-dier"


def test_a_municipality_begins_with_one_table(copy):
    """A copy of Amersfoort under another name, in which only one table is left."""
    new = copy / "municipalities/soest"
    (new / "rules").mkdir(parents=True)
    for name in ("organisations.yaml", "areas.yaml", "rules/werk.yaml", "rules/_plan.yaml"):
        text = (copy / "municipalities/amersfoort" / name).read_text("utf-8")
        text = text.replace("amersfoort", "soest").replace("Amersfoort", "Soest").replace("[38", "[37")
        (new / name).write_text(text.split("\nwijken:")[0] + EMPTY_AREAS if "areas" in name else text, "utf-8")
    change(
        copy / "facts.yaml",
        "      elsewhere: {nl: Ergens",
        "      soest: {nl: Soest, en: Soest}\n      elsewhere: {nl: Ergens",
    )
    change(copy / "national/towns.yaml", " Soest,", "")
    guide = load_guide(copy)

    assert locate("ik woon in soest", guide.areas, answering=True).city == "soest"
    for theme, organisation in (("werk", "soest-gemeente"), ("wonen", "own-municipality")):
        decision = decide(Situation(themes=(theme,), facts={"city": "soest"}), guide, TODAY)
        assert isinstance(decision, Refer)
        assert [one.organisation for one in decision.referrals] == [organisation]


EMPTY_AREAS = """
wijken: []
postcodes: {}
everyday: {}
"""
