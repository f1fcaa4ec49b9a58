// The element that holds the chat. On our own page it stands around what the server wrote; on another site it fetches
// the same piece of HTML into a shadow root of its own, where it stands or behind a button in the corner.

const script = document.currentScript || document.querySelector('script[src*="wegwijs.js"]');
const home = new URL(script.src).origin;
const asked = script.dataset; // data-gemeente, data-taal

class WegwijsChat extends HTMLElement {
  #chat = null;

  connectedCallback() {
    if (this.querySelector("[data-last]")) return this.#begin(this, "", () => location.replace(`/${location.search}`));
    const shadow = this.shadowRoot || this.attachShadow({ mode: "open" });
    shadow.adoptedStyleSheets = [sheet(FRAME)];
    this.style.setProperty("--ww-rem", getComputedStyle(this).fontSize); // as large as this browser likes it, not this site
    if (this.dataset.corner === undefined) return this.#fill(inPlace(shadow));
    corner(shadow, this.#words(), (frame) => this.#chat || this.#fill(frame));
  }

  disconnectedCallback() {
    this.#chat?.end();
    this.#chat = null;
  }

  // Fetches the chat, in another language when one was chosen; what was typed and not sent goes along.
  async #fill(frame, language = this.#language()) {
    const { token } = kept.read();
    const query = new URLSearchParams({ gemeente: asked.gemeente || "", taal: language });
    const typed = frame.place.querySelector("#bericht")?.value || "";
    try {
      const answer = await fetch(`${home}/widget?${query}`, {
        credentials: "omit",
        headers: token ? { Authorization: `Bearer ${token}` } : {},
      });
      if (!answer.ok) throw new Error(`Wegwijs: ${answer.status} ${await answer.text()}`);
      const pieces = parse(await answer.text(), home);
      await dress(frame.shadow, pieces[0].querySelector("[data-styles]").dataset.styles.split(" "));
      this.#chat?.end();
      const had = frame.place.contains(frame.shadow.activeElement);
      frame.place.replaceChildren(...pieces);
      this.language = language;
      this.#begin(frame.shadow, home, (other) => this.#fill(frame, other || this.language), frame.isOpen);
      this.#chat.find("#bericht").value = typed;
      if (had) this.#chat.find(".ww-languages summary").focus();
    } catch (problem) {
      console.warn(String(problem));
      if (!this.#chat) frame.place.replaceChildren(this.#away());
    }
  }

  #begin(root, server, startOver, isOpen = () => true) {
    const chat = new Chat(root, server, startOver);
    chat.isOpen = isOpen;
    this.#chat = chat;
    for (const part of parts) part(chat);
    chat.emit("ready");
  }

  #language() {
    return this.language || asked.taal || document.documentElement.lang.split("-")[0] || "nl";
  }

  #words() {
    return WORDS[this.#language()] || WORDS.nl;
  }

  #away() {
    const line = document.createElement("p");
    const link = document.createElement("a");
    link.href = home;
    link.textContent = new URL(home).host;
    line.className = "away";
    line.append(`${this.#words().away} `, link);
    return line;
  }
}

// Stylesheets that a script makes stand under the strictest policy of a site; no style stands in the HTML.
const sheet = (text) => {
  const made = new CSSStyleSheet();
  made.replaceSync(text);
  return made;
};

const dress = async (shadow, addresses) => {
  if (shadow.dressed) return;
  const texts = await Promise.all(addresses.map(async (one) => (await fetch(home + one, { credentials: "omit" })).text()));
  shadow.adoptedStyleSheets = [...shadow.adoptedStyleSheets, ...texts.map(sheet)];
  shadow.dressed = true;
};

const begin = () => {
  customElements.define("wegwijs-chat", WegwijsChat);
  const place = () => {
    if (document.querySelector("wegwijs-chat")) return;
    const element = document.createElement("wegwijs-chat");
    element.dataset.corner = "";
    document.body.append(element);
  };
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", place);
  else place();
};
