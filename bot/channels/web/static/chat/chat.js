// What the parts share: one conversation, where it stands and how to reach its server.

class Chat {
  #handlers = new Map();
  #ending = new AbortController();

  constructor(root, server, startOver) {
    this.root = root; // the element itself on our own page, its shadow root on another site
    this.server = server; // "" on our own page, else the address of Wegwijs
    this.words = this.find("[data-last]").dataset;
    this.language = this.words.language;
    this.last = Number(this.words.last); // number of the last event that is shown
    this.token = server && (this.words.start || kept.read().token); // on our own page a cookie that no script reads
    this.startOver = startOver; // shows the conversation afresh, as the server has it
    this.signal = this.#ending.signal; // for listeners on window and document, so that they end with the conversation
  }

  find(selector) {
    return this.root.querySelector(selector);
  }

  all(selector) {
    return [...this.root.querySelectorAll(selector)];
  }

  // Names: "ready" (all parts stand), "shown" (messages that came in, also those that stood there at the start), "told"
  // (the server answered a message), "erased" (all is gone; with the answer of the server), "leaving" (the quick exit).
  on(name, handler) {
    this.#handlers.set(name, [...(this.#handlers.get(name) || []), handler]);
  }

  emit(name, value) {
    for (const handler of this.#handlers.get(name) || []) handler(value);
  }

  // A listener on something that outlives the conversation, such as window.
  listen(target, name, handler, options) {
    target.addEventListener(name, handler, { ...options, signal: this.signal });
  }

  address(path) {
    return this.server + path;
  }

  fetch(path, { headers, ...options } = {}) {
    const bearer = this.token ? { Authorization: `Bearer ${this.token}` } : {};
    const credentials = this.server ? "omit" : "same-origin";
    return fetch(this.address(path), { credentials, ...options, headers: { ...headers, ...bearer } });
  }

  async post(path, fields) {
    const answer = await this.fetch(path, {
      method: "POST",
      headers: { Accept: "application/json" },
      body: new URLSearchParams({ ...fields, taal: this.language, after: String(this.last) }),
      signal: AbortSignal.timeout?.(LONGEST),
    });
    return { ok: answer.ok, status: answer.status, ...(await answer.json()) };
  }

  // Tells whether the server speaks of another conversation than the one that stands here: begun in another tab.
  isOther(conversation) {
    this.words.conversation ||= conversation;
    return this.words.conversation !== conversation;
  }

  get focused() {
    return (this.server ? this.root : document).activeElement;
  }

  make(tag, name, text = "") {
    const element = document.createElement(tag);
    element.className = name;
    element.textContent = text;
    return element;
  }

  parse(html) {
    return parse(html, this.server);
  }

  end() {
    this.#ending.abort();
  }
}

const LONGEST = 30000; // milliseconds to wait for an answer before we call the line lost

// A site may ask for Trusted Types; it then lists the policy "wegwijs".
const trusted = window.trustedTypes?.createPolicy("wegwijs", { createHTML: (html) => html });

const parse = (html, server) => {
  const template = document.createElement("template");
  template.innerHTML = trusted ? trusted.createHTML(html) : html; // of our own server, which escapes what people type
  if (server) {
    for (const link of template.content.querySelectorAll('a[href^="/"]')) {
      link.href = server + link.getAttribute("href");
      link.target = "_blank";
    }
  }
  return [...template.content.children];
};

// randomUUID is missing on a page without https
const uuid = () =>
  crypto.randomUUID
    ? crypto.randomUUID()
    : Array.from(crypto.getRandomValues(new Uint8Array(16)), (one) => one.toString(16).padStart(2, "0")).join("");

// A moment that doubles with each failure, and differs from page to page so that they do not all come back at once.
const pause = (failures) => Math.min(1000 * 2 ** failures, 60000) * (0.5 + Math.random());
