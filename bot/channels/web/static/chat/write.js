// The box to write in, and every button that says something.

parts.push((chat) => {
  const form = chat.find("#schrijf");
  const box = chat.find("#bericht");

  const grow = () => {
    if (CSS.supports("field-sizing", "content")) return;
    box.style.blockSize = "auto";
    box.style.blockSize = `${box.scrollHeight + 3}px`;
  };

  const write = (fields) => {
    if (!box.value.trim()) return box.focus();
    box.value = "";
    grow();
    box.focus();
    chat.say(fields.message, fields);
  };

  chat.root.addEventListener("submit", (event) => {
    if (event.target.getAttribute("action") !== "/chat") return;
    event.preventDefault();
    const fields = Object.fromEntries(new FormData(event.target));
    const pressed = event.submitter;
    if (event.target === form) write(fields);
    else if (pressed) chat.say(pressed.textContent.trim(), { ...fields, [pressed.name]: pressed.value });
  }, { signal: chat.signal });

  box.addEventListener("input", grow);
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });

  // What was typed goes along to our page in another language; it stays in this tab and is in no address.
  chat.root.addEventListener("click", (event) => {
    const elsewhere = event.ctrlKey || event.metaKey || event.shiftKey; // in another tab; this one keeps it on the page
    if (chat.server || elsewhere || !event.target.closest?.(".ww-languages a") || !box.value.trim()) return;
    kept.write({ typed: box.value });
  }, { signal: chat.signal });
  const typed = kept.take("typed");
  if (typed && !box.value) box.value = typed;

  const empty = () => {
    kept.take("typed");
    box.value = "";
    grow();
  };
  chat.on("erased", empty);
  chat.on("leaving", empty);
  grow();
});
