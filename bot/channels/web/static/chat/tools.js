// What can be done with an advice: copy, share, print, save, a private link, and whether it was useful. Without this
// file the same are links and forms.

parts.push((chat) => {
  const SENT = "/chat/advies/";
  const advice = (element) => element.closest(".ww-tools");
  const plain = (element) => advice(element).querySelector("pre").textContent;

  const tell = (tools, words) => {
    tools.querySelector(".ww-tool-said").textContent = words;
  };

  // ---------------------------------------------------------------- copy, share, print

  const copy = async (tools, text) => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const box = chat.make("textarea", "ww-unseen"); // without https there is no clipboard of its own
      box.value = text;
      tools.append(box);
      box.select();
      document.execCommand("copy");
      box.remove();
    }
    tell(tools, chat.words.copied);
  };

  const print = (element) => {
    const message = element.closest(".ww-message");
    const marks = [message, document.documentElement];
    for (const one of marks) one.classList.add("ww-printing");
    addEventListener("afterprint", () => {
      for (const one of marks) one.classList.remove("ww-printing");
    }, { once: true });
    window.print();
  };

  // ---------------------------------------------------------------- files, which need the key on another site

  const save = async (link) => {
    const answer = await chat.fetch(new URL(link.href).pathname);
    if (!answer.ok) return;
    const made = chat.make("a", "");
    made.href = URL.createObjectURL(await answer.blob());
    made.download = link.dataset.file;
    made.click();
    setTimeout(() => URL.revokeObjectURL(made.href), 60000);
  };

  // The map of the phone itself, where there is one; elsewhere the link leads to a page with a map.
  const route = (link) => {
    const query = new URL(link.href).searchParams.get("query");
    const system = navigator.userAgentData?.platform || navigator.platform || "";
    if (/android/i.test(navigator.userAgent)) link.href = `geo:0,0?q=${encodeURIComponent(query)}`;
    else if (/mac|iphone|ipad/i.test(system)) link.href = `maps:?q=${encodeURIComponent(query)}`;
  };

  // ---------------------------------------------------------------- the private link

  const put = (tools, html) => {
    const said = tools.querySelector(".ww-tool-said");
    said.replaceChildren(...chat.parse(html));
    ready(said);
    const address = said.querySelector("[data-copy-link]");
    if (address) address.textContent = new URL(address.href, location.href).href;
  };

  const openLink = async (link) => {
    const answer = await chat.fetch(new URL(link.href).pathname, { headers: { Accept: "application/json" } });
    if (answer.ok) put(advice(link), (await answer.json()).html);
  };

  // ---------------------------------------------------------------- pressing

  const pressed = {
    "[data-copy]": (one) => copy(advice(one), plain(one)),
    "[data-copy-address]": (one) => copyAddress(one),
    "[data-share]": (one) => navigator.share({ text: plain(one) }).catch(() => {}), // they changed their mind
    "[data-print]": print,
    "[data-link]": openLink,
    "[data-file]": (one) => (chat.server ? save(one) : undefined),
  };

  const copyAddress = async (button) => {
    const tools = advice(button);
    const address = tools.querySelector("[data-copy-link]").textContent;
    try {
      await navigator.clipboard.writeText(address);
      button.querySelector("span").textContent = chat.words.copied;
    } catch {
      getSelection().selectAllChildren(tools.querySelector("[data-copy-link]"));
    }
  };

  chat.root.addEventListener("click", (event) => {
    for (const [selector, act] of Object.entries(pressed)) {
      const one = event.target.closest?.(selector);
      if (!one || !advice(one) || (selector === "[data-file]" && !chat.server)) continue;
      event.preventDefault();
      act(one);
    }
  }, { signal: chat.signal });

  chat.root.addEventListener("submit", async (event) => {
    const form = event.target;
    const path = form.getAttribute("action") || "";
    if (!path.startsWith(SENT)) return;
    event.preventDefault();
    const { submitter } = event;
    const fields = Object.fromEntries(new FormData(form));
    if (submitter?.name) fields[submitter.name] = submitter.value;
    try {
      const answer = await chat.post(path, fields);
      if (!answer.ok) return;
      if (form.dataset.rating === undefined) put(advice(form), answer.html);
      else rated(form, answer.html, submitter?.value);
    } catch {
      // nothing was kept; the button can be pressed again
    }
  }, { signal: chat.signal });

  const rated = (form, html, value) => {
    const [fresh] = chat.parse(html);
    form.replaceWith(fresh);
    fresh.querySelector(`button[value="${value}"]`)?.focus({ preventScroll: true });
  };

  // What only works with this file comes into sight with it.
  const ready = (place) => {
    for (const one of place.querySelectorAll("[data-print]")) one.hidden = Boolean(chat.server);
    for (const one of place.querySelectorAll("[data-share]")) one.hidden = !navigator.share;
    for (const one of place.querySelectorAll("[data-copy-address]")) one.hidden = false;
    for (const one of place.querySelectorAll("[data-route]")) route(one);
  };

  chat.on("shown", (messages) => messages.forEach(ready));
});
