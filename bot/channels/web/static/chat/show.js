// Messages come into the log, each once, in the order in which they happened.

parts.push((chat) => {
  const log = chat.find("#log");
  const news = chat.find("#nieuw");
  const end = chat.find("#even");
  const calm = matchMedia("(prefers-reduced-motion: reduce)");

  // What was not sent stands at the end, also when it failed and a later message did arrive.
  const placeFor = (number) =>
    [...log.children].find((one) => one.matches("[data-id]:not([data-number])") || Number(one.dataset.number) > number) || null;

  // What was typed here becomes what the server kept of it; a screen reader that read it out does not hear it again.
  const adopt = (mine, theirs) => {
    const [now, then] = [mine.querySelector(".ww-body"), theirs.querySelector(".ww-body")];
    if (now.textContent.trim() !== then.textContent.trim()) now.replaceWith(then);
    else [now.lang, now.dir] = [then.lang, then.dir];
    mine.id = theirs.id;
    mine.dataset.number = theirs.dataset.number;
    mine.classList.remove("ww-message--waiting");
    mine.querySelector(".ww-unsent")?.remove();
    putInPlace(mine);
  };

  const putInPlace = (message) => {
    const place = placeFor(Number(message.dataset.number));
    if (message.nextElementSibling === place) return;
    const had = message.contains(chat.focused) && chat.focused;
    log.insertBefore(message, place);
    if (had) had.focus({ preventScroll: true });
  };

  // Buttons of an earlier reply: those that mean something else by now go, the chosen one is marked.
  const renew = (mine, theirs) => {
    const had = mine.contains(chat.focused) && chat.focused;
    for (const button of mine.querySelectorAll(".ww-choices button")) {
      const then = [...theirs.querySelectorAll(".ww-choices button")].find((one) => one.value === button.value);
      if (!then) button.remove();
      else for (const name of ["type", "aria-pressed"]) copy(name, then, button);
    }
    const form = mine.querySelector(".ww-choices");
    if (form && !form.querySelector("button")) form.remove();
    if (had && !had.isConnected) mine.focus({ preventScroll: true }); // the keyboard stays where it was
  };

  const copy = (name, from, to) => {
    if (from.hasAttribute(name)) to.setAttribute(name, from.getAttribute(name));
    else to.removeAttribute(name);
  };

  chat.show = (html) => {
    const fresh = [];
    for (const one of chat.parse(html)) {
      const there = one.id && chat.find(`#${one.id}`);
      const mine = one.dataset.id && chat.find(`[data-id="${CSS.escape(one.dataset.id)}"]`);
      if (there) {
        renew(there, one);
        continue;
      }
      if (mine) adopt(mine, one);
      else log.insertBefore(one, placeFor(Number(one.dataset.number)));
      fresh.push(mine || one);
      chat.last = Math.max(chat.last, Number(one.dataset.number) || 0);
    }
    if (fresh.length) {
      chat.find("#voorbeelden")?.remove();
      chat.emit("shown", fresh);
    }
    return fresh;
  };

  // ---------------------------------------------------------------- into view

  chat.nearEnd = () => end.getBoundingClientRect().bottom < innerHeight + 160;
  chat.bring = (element) => element?.scrollIntoView({ block: "start", behavior: calm.matches ? "auto" : "smooth" });
  chat.tellOfNews = () => { news.hidden = false; };

  const look = () => { news.hidden ||= chat.nearEnd(); };
  news.addEventListener("click", () => {
    news.hidden = true;
    log.lastElementChild.focus({ preventScroll: true });
    chat.bring(log.lastElementChild);
  });
  chat.listen(window, "scroll", look, { passive: true });
  chat.listen(chat.root, "scroll", look, { passive: true, capture: true });
  chat.on("ready", () => chat.emit("shown", chat.all(".ww-message")));
});
