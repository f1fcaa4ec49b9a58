// What is new comes in by itself: over one open line, that is made again behind the last message whenever it is lost.

parts.push((chat) => {
  const SILENCE = 40000; // milliseconds; the server gives a sign of life every 15 seconds
  let open = null; // the AbortController of the line
  let heard = 0; // when the last sign of life came
  let failures = 0;
  let again = 0;
  let watch = 0;

  const sign = () => {
    heard = Date.now();
    clearTimeout(watch);
    watch = setTimeout(() => open?.abort(), SILENCE); // half open: no byte comes, and nobody says so
  };

  const handle = ({ event, data }) => {
    if (event === "gewist") return chat.isSending() || chat.startOver(); // else the answer to our own message says so
    if (event !== "bericht") return;
    const follow = chat.nearEnd();
    const fresh = chat.show(data);
    if (!fresh.length) return;
    if (follow) chat.bring(fresh.at(-1));
    else if (!chat.isSending()) chat.tellOfNews();
  };

  const read = async (body) => {
    const reader = body.getReader();
    const letters = new TextDecoder();
    let rest = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      sign();
      const blocks = (rest + letters.decode(value, { stream: true })).split(/\r?\n\r?\n/);
      rest = blocks.pop();
      for (const block of blocks) handle(fields(block));
    }
  };

  const fields = (block) => {
    const found = { event: "", data: "" };
    for (const line of block.split(/\r?\n/)) {
      const [, name, value] = /^(\w+): ?(.*)$/.exec(line) || [];
      if (name === "data") found.data += (found.data && "\n") + value;
      else if (name) found[name] = value;
    }
    return found;
  };

  const listen = async () => {
    clearTimeout(again);
    if (open || chat.signal.aborted || (chat.server && !chat.last)) return; // elsewhere we know that there is nothing yet
    const line = (open = new AbortController());
    let wanted = true;
    sign();
    try {
      const query = new URLSearchParams({ taal: chat.language, gesprek: chat.words.conversation || "" });
      const answer = await chat.fetch(`/chat/events?${query}`, {
        headers: { Accept: "text/event-stream", "Last-Event-ID": String(chat.last) },
        signal: line.signal,
      });
      wanted = answer.status !== 204; // there is no conversation yet
      if (answer.ok && wanted) {
        failures = 0;
        await read(answer.body);
      }
    } catch {
      // lost; it is made again below
    }
    clearTimeout(watch);
    open = null;
    if (wanted && !chat.signal.aborted) again = setTimeout(listen, pause(failures++));
  };

  // A phone that slept or a line that came back: what seems open may be dead.
  const back = () => {
    if (document.hidden) return;
    failures = 0;
    if (open && Date.now() - heard > SILENCE / 2) open.abort();
    listen();
  };

  chat.on("ready", () => chat.last && listen());
  chat.on("told", listen);
  chat.on("erased", () => open?.abort());
  chat.listen(window, "online", () => (open ? open.abort() : back()));
  chat.listen(window, "pageshow", back);
  chat.listen(document, "visibilitychange", back);
  chat.listen(chat.signal, "abort", () => open?.abort());
});
