// The menus (language; start again or erase): they close with Escape and with a click beside them.

parts.push((chat) => {
  const close = () => {
    const open = chat.all("details[open].ww-menu");
    for (const one of open) one.open = false;
    return open.at(-1);
  };

  chat.root.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const closed = close();
    if (!closed) return;
    event.stopPropagation(); // the panel stays open
    closed.querySelector("summary").focus();
  }, { signal: chat.signal });
  chat.listen(document, "click", (event) => {
    const path = event.composedPath();
    for (const one of chat.all("details[open].ww-menu")) one.open = path.includes(one);
  });

  // On our own page a language is an address, and wiping is a form that leads to a page.
  chat.root.addEventListener("click", (event) => {
    const link = event.target.closest?.(".ww-languages a");
    if (!link || !chat.server) return;
    event.preventDefault();
    chat.startOver(new URL(link.href).searchParams.get("taal"));
  }, { signal: chat.signal });

  chat.root.addEventListener("submit", async (event) => {
    if (event.target.getAttribute("action") !== "/chat/wis") return;
    event.preventDefault();
    chat.erasing = true;
    try {
      const answer = await chat.post("/chat/wis", {});
      if (answer.ok) chat.emit("erased", answer);
      else chat.show(answer.html);
    } catch {
      event.target.prepend(chat.make("p", "utrecht-paragraph ww-alarm", chat.words.notErased));
    } finally {
      chat.erasing = false;
    }
  }, { signal: chat.signal });

  chat.on("erased", (answer) => {
    close();
    chat.last = 0;
    delete chat.words.conversation;
    if (chat.token) chat.token = answer.start;
    chat.find("#opnieuw").hidden = true;
    chat.find("#log").replaceChildren(...chat.parse(answer.html));
    for (const form of chat.all('form[action="/chat"]')) start(form, answer.start);
  });
  chat.on("shown", (messages) => {
    if (messages.length) chat.find("#opnieuw").hidden = false;
  });
  chat.on("told", () => {
    for (const form of chat.all('form[action="/chat"]')) start(form, "");
  });

  // The token of a conversation that has yet to begin, so that a first message that is sent twice begins one.
  const start = (form, token) => {
    form.querySelector('[name="start"]')?.remove();
    if (!token) return;
    const field = chat.make("input", "");
    Object.assign(field, { type: "hidden", name: "start", value: token });
    form.append(field);
  };
});
