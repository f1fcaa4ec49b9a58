// Leaving quickly: one tap, or Escape twice within a second. Also on another site the whole page goes.

parts.push((chat) => {
  const exit = chat.find("#snel-weg");
  let escapes = [];

  const leave = () => {
    chat.emit("leaving");
    document.documentElement.replaceChildren(); // nothing to see while the other page comes
    location.replace(exit.href); // and nothing to go back to
  };

  exit.addEventListener("click", (event) => {
    event.preventDefault();
    leave();
  });
  chat.listen(document, "keydown", (event) => {
    if (event.key !== "Escape" || (!escapes.length && !chat.isOpen())) return;
    escapes = [...escapes, event.timeStamp].filter((at) => event.timeStamp - at < 1000);
    if (escapes.length > 1) leave();
  }, { capture: true }); // before the panel closes
});
