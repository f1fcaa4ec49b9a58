"""The tools of an advice, reading aloud and dictating, on one page in a real Chromium the size of a phone."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

AXE = (Path(__file__).parents[3] / "vendor" / "axe.min.js").read_text("utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# A browser with a Dutch voice of its own and an English one elsewhere, that hears what the test says.
EARS_AND_VOICES = """
window.spoken = [];
const voices = [
  { lang: "en-US", localService: false, name: "far" },
  { lang: "nl-NL", localService: true, name: "here" },
];
Object.defineProperty(window, "speechSynthesis", { value: Object.assign(new EventTarget(), {
  getVoices: () => voices,
  speak: (one) => spoken.push([one.voice.name, one.text]),
  cancel: () => spoken.push("silent"),
}) });
window.SpeechSynthesisUtterance = class extends EventTarget {
  constructor(text) { super(); this.text = text; }
};
window.webkitSpeechRecognition = window.SpeechRecognition = class extends EventTarget {
  start() { window.ear = this; this.dispatchEvent(new Event("start")); }
  stop() { this.dispatchEvent(new Event("end")); }
  abort() { this.stop(); }
  hear(...texts) {
    const results = texts.map((transcript) => [{ transcript }]);
    this.dispatchEvent(Object.assign(new Event("result"), { results }));
  }
};
window.print = () => { window.printed = [...document.querySelectorAll(".ww-printing")].length; };
"""


@pytest.fixture
def page(chromium, server):
    context = chromium.new_context(
        base_url=server.address,
        viewport={"width": 390, "height": 844},
        permissions=["clipboard-read", "clipboard-write"],
    )
    context.add_init_script(EARS_AND_VOICES)
    page = context.new_page()
    page.complaints = []
    page.on("pageerror", lambda problem: page.complaints.append(str(problem)))
    yield page
    context.close()


def faults(page: Page) -> list[str]:
    page.evaluate(AXE)
    found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found["violations"]]


def answered(page: Page, count: int) -> None:
    expect(page.locator(".ww-message--bot")).to_have_count(count)


def test_an_advice_is_kept_shared_rated_and_read_aloud_and_a_message_is_dictated(page, server):
    page.goto("/")

    # dictating: asked once, shown while it listens, never sent by itself
    microphone = page.get_by_role("button", name="Spreek uw bericht in")
    microphone.click()
    expect(page.get_by_text("Soms gaat uw stem")).to_be_visible()
    page.get_by_role("button", name="Ja, ik spreek in").click()
    expect(microphone).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#ww-dictate [role=status]")).to_contain_text("Ik luister.")
    page.evaluate("ear.hear('Ik kom niet rond ', 'met mijn geld')")
    microphone.click()
    expect(microphone).to_have_attribute("aria-pressed", "false")
    expect(page.locator("#bericht")).to_have_value("Ik kom niet rond met mijn geld")
    answered(page, 0)

    # to an advice
    page.get_by_role("button", name="Verstuur").click()
    answered(page, 1)
    page.locator("#bericht").fill("3561 AA")
    page.locator("#bericht").press("Enter")
    for number in range(2, 6):
        answered(page, number)
        if page.locator(".ww-tools[data-advice]").count():
            break
        page.locator(".ww-message--bot").last.get_by_role("button", name="Nee", exact=True).click()
    tools = page.locator(".ww-tools[data-advice]").last

    # reading aloud: with the voice in the device, and silent at the second press
    reader = page.locator(".ww-message--bot").last.locator(".ww-read-aloud")
    reader.click()
    expect(reader).to_have_text("Stop met voorlezen")
    said = page.evaluate("spoken")
    assert {voice for voice, _ in said[1:]} == {"here"}
    assert not any("Was dit nuttig" in text for _, text in said[1:])
    reader.click()
    expect(reader).to_have_text("Lees voor")

    # keeping
    tools.locator(".ww-keep summary").click()
    tools.get_by_text("Maak een kopie").click()
    expect(tools.locator(".ww-tool-said")).to_have_text("Gekopieerd.")
    assert "Buurtteam" in page.evaluate("navigator.clipboard.readText()")
    tools.get_by_role("button", name="Print").click()
    assert page.evaluate("printed") == 2  # this message, and the mark on the page
    with page.expect_download() as download:
        tools.get_by_text("Bewaar als pdf").click()
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF")

    # a private link
    tools.get_by_text("Eigen link").click()
    tools.get_by_role("button", name="Maak een link").click()
    link = tools.locator("[data-copy-link]")
    expect(link).to_contain_text(f"{server.address}/advies/")
    assert page.request.get(link.inner_text()).status == 200

    # was it useful?
    tools.get_by_role("button", name="Nee", exact=True).click()
    tools.get_by_role("button", name="Ik begrijp het niet").click()
    chosen = tools.get_by_role("button", name="Ik begrijp het niet")
    expect(chosen).to_have_attribute("aria-pressed", "true")
    expect(chosen).to_be_focused()
    assert faults(page) == []

    # erasing, with a receipt
    address = link.inner_text()
    page.locator(".ww-erase summary").click()
    page.get_by_role("button", name="Ja, wis alles").click()
    receipt = page.locator(".ww-receipt")
    expect(receipt).to_contain_text("Links naar een advies die niet meer werken: 1.")
    with page.expect_download() as download:
        receipt.get_by_text("Bewaar dit bewijs").click()
    assert "Links naar een advies die niet meer werken: 1." in Path(download.value.path()).read_text("utf-8")
    assert page.request.get(address).status == 404
    assert faults(page) == []
    assert page.complaints == []
