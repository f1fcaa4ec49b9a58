// Keeps an open page of the desk in step with what happens. Every page is complete without it.
"use strict";

const page = document.body;
const channel = new BroadcastChannel("wegwijs-desk");

// A second click while a form is on its way would only be a repetition.
for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", () => {
    for (const button of form.querySelectorAll("button")) button.disabled = true;
  });
}
window.addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("form[data-once] button")) button.disabled = false;
});

// The newest message is what one wants to see.
const toEnd = (log) => { log.scrollTop = log.scrollHeight; };
document.querySelectorAll("[data-end]").forEach(toEnd);

const typing = () => [...document.querySelectorAll("textarea:not([readonly])")].some((area) => area.value.trim());

const say = (sentence) => { document.getElementById("verbinding").textContent = sentence; };

// Ctrl+Enter sends what is typed.
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.form) event.target.form.requestSubmit();
});

if (page.dataset.live) {
  // A page that answers a form lies at the address of its button.
  const here = page.dataset.case ? `/staff/cases/${page.dataset.case}` : location.pathname + location.search;
  let busy = false;
  let again = false;

  const rows = (part) => [...part.querySelectorAll(".desk-open")];

  // Take the parts of the page that may change from a fresh copy; focus, scrolling and typed text stay.
  const replace = (part, fresh) => {
    if (part.innerHTML === fresh.innerHTML) return;
    const focused = part.contains(document.activeElement) ? document.activeElement.id : "";
    const row = rows(part).findIndex((one) => one.id === focused);
    const [left, top] = [window.scrollX, window.scrollY];
    const open = [...part.querySelectorAll("details")].map((one) => one.open);
    part.replaceChildren(...fresh.childNodes);
    part.className = fresh.className;
    part.querySelectorAll("details").forEach((one, number) => { one.open = open[number] ?? one.open; });
    if (focused) (document.getElementById(focused) ?? rows(part)[row])?.focus({ preventScroll: true });
    window.scrollTo({ left, top, behavior: "instant" });
  };

  // A log only grows: what is there stays, so that a screen reader says what is new and nothing else.
  const grow = (log, fresh) => {
    const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
    [...fresh.children].forEach((line, number) => {
      const old = log.children[number];
      if (!old) log.append(line);
      else if (old.textContent !== line.textContent) old.firstElementChild.replaceWith(line.firstElementChild);
    });
    if (atEnd) toEnd(log);
  };

  const gone = (sentence) => {
    if (typing()) say(`${sentence} Kopieer wat u typte voordat u verdergaat.`);
    else location.assign(here);
  };

  const refresh = async () => {
    if (busy) { again = true; return; }
    busy = true;
    try {
      const answer = await fetch(here, { headers: { "Wegwijs-Live": "1" } });
      if (answer.status === 401) { gone("U bent uitgelogd."); return; }
      if (answer.status === 404) { gone("Deze vraag is er niet meer."); return; }
      if (!answer.ok) return;
      const copy = new DOMParser().parseFromString(await answer.text(), "text/html");
      document.title = copy.title;
      for (const part of document.querySelectorAll("[data-part]")) {
        const fresh = copy.getElementById(part.id);
        if (fresh) ("end" in part.dataset ? grow : replace)(part, fresh);
      }
    } catch {
      return; // the stream tells when the connection is back
    } finally {
      busy = false;
      if (again) { again = false; refresh(); }
    }
  };

  document.addEventListener("wegwijs-refresh", refresh);

  const hear = ({ name, numbers }) => {
    if (name === "ended") gone("U bent uitgelogd.");
    else if (name === "open") { say(""); refresh(); }
    else if (name === "lost") say("Geen verbinding. Deze pagina is misschien niet meer actueel.");
    else if (!page.dataset.case || numbers.includes(page.dataset.case) || numbers.includes("*")) refresh();
  };
  channel.addEventListener("message", (event) => hear(event.data));

  // One stream for all tabs: a browser allows only six connections to a server over HTTP/1.1.
  const listen = () => new Promise((resolve) => {
    const tell = (news) => { hear(news); channel.postMessage(news); };
    const stream = new EventSource(page.dataset.live);
    const changed = (event) => tell({ name: "changed", numbers: JSON.parse(event.data) });
    stream.addEventListener("changed", changed);
    // In one tab only, or each would make a sound.
    stream.addEventListener("urgent", (event) => {
      document.dispatchEvent(new CustomEvent("wegwijs-urgent", { detail: JSON.parse(event.data) }));
    });
    stream.addEventListener("ended", () => { stream.close(); tell({ name: "ended" }); resolve(); });
    stream.addEventListener("open", () => tell({ name: "open" })); // what happened since the page was made
    stream.addEventListener("error", () => {
      if (stream.readyState !== EventSource.CLOSED) { tell({ name: "lost" }); return; }
      refresh(); // refused: probably signed out
      setTimeout(() => listen().then(resolve), 15000);
    });
  });
  if (navigator.locks) navigator.locks.request("wegwijs-desk", listen);
  else listen();

  // Time passes also when nothing happens: "Wacht 5 minuten".
  setInterval(refresh, 60000);

  // Who types is there, even when nothing is sent yet.
  let seen = Date.now();
  document.addEventListener("input", () => {
    if (Date.now() - seen < 300000) return;
    seen = Date.now();
    fetch(here);
  });
}
