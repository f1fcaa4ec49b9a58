// What is typed or chosen goes out once, in order, also when the line was gone for a while or the page was reloaded.

parts.push((chat) => {
  const log = chat.find("#log");
  const wait = chat.find("#even");
  const queue = []; // {text, fields, message}: what is on its way, oldest first
  let sending = false;
  let failures = 0;
  let timer = 0;

  const remember = () => {
    const unsent = queue.map(({ text, fields }) => ({ text, fields }));
    if (unsent.length || chat.token) kept.write({ unsent, ...(chat.token && { token: chat.token, open: chat.isOpen() }) });
    else kept.clear();
  };

  const bubble = (text, id) => {
    const message = chat.make("article", "ww-message ww-message--resident ww-message--waiting");
    const body = chat.make("div", "ww-body");
    body.dir = "auto";
    body.append(chat.make("p", "utrecht-paragraph", text));
    message.append(chat.make("p", "ww-unseen", chat.words.you), body);
    message.tabIndex = -1;
    message.dataset.id = id;
    log.append(message);
    return message;
  };

  // ---------------------------------------------------------------- what is seen of a message that is not there yet

  const note = (one, words, reason = "") => {
    const follow = chat.nearEnd();
    if (one.message.querySelector(".ww-unsent")?.dataset.words === words) return; // said once, also to a screen reader
    clear(one);
    const line = chat.make("div", "ww-unsent", words);
    line.dataset.words = words;
    const again = chat.make("button", "utrecht-link-button utrecht-link-button--html-button ww-quiet", chat.words.retry);
    again.type = "button";
    again.addEventListener("click", () => retry(one));
    line.append(again);
    if (reason) line.prepend(...chat.parse(reason));
    else line.classList.add("ww-unsent--waiting");
    one.message.append(line);
    if (follow) chat.bring(one.message);
  };

  const clear = ({ message }) => {
    const line = message.querySelector(".ww-unsent");
    if (line?.contains(chat.focused)) message.focus({ preventScroll: true });
    line?.remove();
  };

  const retry = (one) => {
    if (!queue.includes(one)) queue.push(one);
    clear(one);
    one.message.classList.add("ww-message--waiting");
    remember();
    pump();
  };

  // ---------------------------------------------------------------- sending

  const pump = async () => {
    clearTimeout(timer);
    while (queue.length && !sending && !chat.signal.aborted) {
      sending = true;
      const answered = await send(queue[0]);
      sending = false;
      if (!answered) return later();
      failures = 0;
    }
  };

  const later = () => {
    for (const one of queue) note(one, chat.words.offline);
    timer = setTimeout(pump, pause(failures++));
  };

  // Tells whether the server answered; without a line the message stays where it is.
  const send = async (one) => {
    const slow = setTimeout(() => { wait.textContent = chat.words.wait; }, 1000);
    try {
      taken(one, await chat.post("/chat", one.fields));
      return true;
    } catch {
      return false;
    } finally {
      clearTimeout(slow);
      wait.textContent = "";
    }
  };

  const taken = (one, answer) => {
    queue.shift();
    remember();
    if (answer.forgotten) return chat.emit("erased", answer);
    if (!answer.ok) {
      one.message.classList.remove("ww-message--waiting");
      return note(one, chat.words.failed, answer.html);
    }
    if (chat.isOther(answer.conversation)) return chat.startOver();
    clear(one);
    chat.show(answer.html);
    const reply = one.message.nextElementSibling; // it may have come over the stream already
    chat.bring(reply?.querySelector(".ww-alarm") ? reply : one.message); // help lines come into view first
    chat.emit("told", answer);
  };

  // ---------------------------------------------------------------- from the page

  chat.say = (text, fields) => {
    const one = { text, fields: { ...fields, id: uuid() } };
    const had = chat.focused;
    chat.find("#voorbeelden")?.remove();
    one.message = bubble(text, one.fields.id);
    if (had && !had.isConnected) one.message.focus({ preventScroll: true }); // the button that was pressed is gone
    chat.bring(one.message);
    queue.push(one);
    remember();
    if (navigator.onLine === false) note(one, chat.words.offline);
    pump();
  };

  // What was not sent before a reload. A message that did arrive stands in the log already.
  for (const { text, fields } of kept.read().unsent || []) {
    if (chat.find(`[data-id="${CSS.escape(fields.id)}"]`)) continue;
    queue.push({ text, fields, message: bubble(text, fields.id) });
  }
  chat.on("ready", () => {
    if (queue.length) chat.find("#voorbeelden")?.remove();
    if (kept.read().unsent) remember();
    pump();
  });
  chat.on("erased", () => {
    queue.length = 0;
    kept.clear();
  });
  const back = () => {
    failures = 0;
    pump();
  };
  chat.listen(window, "online", back);
  chat.listen(document, "visibilitychange", () => document.hidden || back());
  chat.isSending = () => sending || chat.erasing;
});
