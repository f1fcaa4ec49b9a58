// The page live: sends without leaving it, shows what is new. Without this file everything works as plain forms.
(() => {
  "use strict";

  const main = document.getElementById("gesprek");
  const log = document.getElementById("log");
  const write = document.getElementById("schrijf");
  const box = document.getElementById("bericht");
  const wait = document.getElementById("even");
  const news = document.getElementById("nieuw");
  const language = document.documentElement.lang;
  const words = main.dataset;
  const failed = new Set();
  let last = Number(words.last);
  let stream = null;
  let sending = 0;
  let pause = 3000;
  let line = Promise.resolve(); // one message at a time, in the order in which they were typed

  // randomUUID is missing on a page without https
  const uuid = () =>
    crypto.randomUUID
      ? crypto.randomUUID()
      : Array.from(crypto.getRandomValues(new Uint8Array(16)), (one) => one.toString(16).padStart(2, "0")).join("");

  const make = (tag, name, text = "") => {
    const element = document.createElement(tag);
    element.className = name;
    element.textContent = text;
    return element;
  };

  // ---------------------------------------------------------------- showing

  const parse = (html) => {
    const template = document.createElement("template");
    template.innerHTML = html; // made by our own server, which escapes what people type
    return [...template.content.children];
  };

  const placeFor = (number) =>
    [...log.children].find((one) => one.matches(".ww-message--waiting") || Number(one.dataset.number) > number) || null;

  const adopt = (mine, theirs) => {
    const [now, then] = [mine.querySelector(".ww-body"), theirs.querySelector(".ww-body")];
    if (now.textContent.trim() !== then.textContent.trim()) now.replaceWith(then);
    else [now.lang, now.dir] = [then.lang, then.dir];
    mine.id = theirs.id;
    mine.dataset.number = theirs.dataset.number;
    mine.classList.remove("ww-message--waiting");
  };

  const show = (html) => {
    const fresh = [];
    for (const one of parse(html)) {
      const mine = one.dataset.id && log.querySelector(`[data-id="${CSS.escape(one.dataset.id)}"]`);
      if (document.getElementById(one.id)) continue;
      if (mine) adopt(mine, one);
      else log.insertBefore(one, placeFor(Number(one.dataset.number)));
      fresh.push(mine || one);
      last = Math.max(last, Number(one.dataset.number) || 0);
    }
    const messages = [...log.querySelectorAll(".ww-message")];
    for (const old of messages.slice(0, -1)) old.querySelector(".ww-choices")?.remove();
    return fresh;
  };

  const nearEnd = () => innerHeight + scrollY > document.documentElement.scrollHeight - 160;
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const bring = (element) => element?.scrollIntoView({ block: "start", behavior: calm.matches ? "auto" : "smooth" });

  // ---------------------------------------------------------------- sending

  const bubble = (text) => {
    const message = make("article", "ww-message ww-message--resident ww-message--waiting");
    const body = make("div", "ww-body");
    body.dir = "auto";
    body.append(make("p", "utrecht-paragraph", text));
    message.append(make("p", "ww-unseen", words.you), body);
    message.tabIndex = -1;
    log.append(message);
    return message;
  };

  const post = async (fields) => {
    const answer = await fetch("/chat", {
      method: "POST",
      headers: { Accept: "application/json" },
      body: new URLSearchParams({ ...fields, taal: language, after: String(last) }),
    });
    return { ok: answer.ok, status: answer.status, ...(await answer.json()) };
  };

  const notSent = (message, fields, reason) => {
    const note = make("div", "ww-unsent", words.failed);
    const again = make("button", "utrecht-link-button utrecht-link-button--html-button ww-quiet", words.retry);
    const retry = () => {
      failed.delete(retry);
      const had = note.contains(document.activeElement);
      note.remove();
      if (had) message.focus({ preventScroll: true });
      queue(message, fields);
    };
    again.type = "button";
    again.addEventListener("click", retry);
    note.append(again);
    if (reason) note.prepend(...parse(reason));
    message.append(note);
    failed.add(retry);
    message.classList.remove("ww-message--waiting");
  };

  const forgotten = (answer) => {
    stream?.close();
    stream = null;
    last = 0;
    failed.clear();
    log.replaceChildren(...parse(answer.html));
    for (const form of document.querySelectorAll('form[action="/chat"]')) start(form, answer.start);
  };

  const start = (form, token) => {
    form.querySelector('[name="start"]')?.remove();
    if (!token) return;
    const field = make("input", "");
    Object.assign(field, { type: "hidden", name: "start", value: token });
    form.append(field);
  };

  const send = async (message, fields) => {
    const quiet = setTimeout(() => { wait.textContent = words.wait; }, 1000);
    message.classList.add("ww-message--waiting");
    sending += 1;
    try {
      const answer = await post(fields);
      if (answer.forgotten) return forgotten(answer);
      if (!answer.ok) return notSent(message, fields, answer.html);
      const focused = document.activeElement === document.body || log.contains(document.activeElement);
      show(answer.html);
      const reply = message.nextElementSibling; // it may have come over the stream already
      if (focused) (reply || message).focus({ preventScroll: true });
      for (const form of document.querySelectorAll('form[action="/chat"]')) start(form, "");
      listen();
      bring(reply?.querySelector(".ww-alarm") ? reply : message); // help lines come into view first
    } catch {
      notSent(message, fields, "");
    } finally {
      clearTimeout(quiet);
      wait.textContent = "";
      sending -= 1;
    }
  };

  const queue = (message, fields) => {
    line = line.then(() => send(message, fields));
  };

  const begin = (text, fields) => {
    document.getElementById("voorbeelden")?.remove();
    const message = bubble(text);
    message.dataset.id = fields.id;
    bring(message);
    queue(message, fields);
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.getAttribute("action") === "/chat/wis") stream?.close(); // the answer is a page that says what was done
    if (form.getAttribute("action") !== "/chat") return;
    event.preventDefault();
    const fields = Object.fromEntries(new FormData(form));
    const pressed = event.submitter;
    fields.id = uuid();
    if (form === write) {
      if (!box.value.trim()) return box.focus();
      box.value = "";
      grow();
      box.focus();
      begin(fields.message, fields);
    } else if (pressed) {
      begin(pressed.textContent.trim(), { ...fields, [pressed.name]: pressed.value });
    }
  });

  // ---------------------------------------------------------------- writing

  const grow = () => {
    if (CSS.supports("field-sizing", "content")) return;
    box.style.blockSize = "auto";
    box.style.blockSize = `${box.scrollHeight + 3}px`;
  };

  box.addEventListener("input", grow);
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    write.requestSubmit();
  });

  const erase = document.querySelector(".ww-erase");
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !erase.open) return;
    erase.open = false;
    erase.querySelector("summary").focus();
  });
  document.addEventListener("click", (event) => {
    if (erase.open && !erase.contains(event.target)) erase.open = false;
  });

  // ---------------------------------------------------------------- leaving quickly

  const exit = document.querySelector("#snel-weg");
  const leave = () => {
    document.documentElement.replaceChildren(); // nothing to see while the other page comes
    location.replace(exit.href); // and nothing to go back to
  };
  let escapes = [];
  exit.addEventListener("click", (event) => { event.preventDefault(); leave(); });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    escapes = [...escapes, event.timeStamp].filter((at) => event.timeStamp - at < 1000);
    if (escapes.length > 1) leave();
  });

  // ---------------------------------------------------------------- hearing

  const listen = () => {
    if (stream) return;
    stream = new EventSource(`/chat/events?taal=${language}&na=${last}`);
    stream.addEventListener("open", () => { pause = 3000; });
    stream.addEventListener("bericht", (event) => {
      const follow = nearEnd();
      const fresh = show(event.data);
      if (!fresh.length) return;
      if (follow) bring(fresh.at(-1));
      else if (!sending) news.hidden = false;
    });
    stream.addEventListener("gewist", () => {
      if (!sending) location.replace("/"); // else our own message asked for it, and its answer says so
    });
    stream.addEventListener("error", () => {
      if (stream?.readyState !== EventSource.CLOSED) return; // the browser tries again by itself
      stream = null;
      setTimeout(listen, pause);
      pause = Math.min(2 * pause, 60000);
    });
  };

  news.addEventListener("click", () => {
    news.hidden = true;
    log.lastElementChild.focus({ preventScroll: true });
    bring(log.lastElementChild);
  });
  addEventListener("scroll", () => { news.hidden ||= nearEnd(); }, { passive: true });
  addEventListener("online", () => [...failed].forEach((retry) => retry()));
  if (last) listen();
  grow();
})();
