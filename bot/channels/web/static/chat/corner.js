// Where the chat stands on another site: in its place, or in a panel behind a button in the corner.

const FRAME = `
  :host { all: initial; display: block; }
  [hidden] { display: none !important; }
  button { font: 700 1em/1.3 system-ui, sans-serif; cursor: pointer; }
  .open { position: fixed; inset-block-end: 16px; inset-inline-end: 16px; z-index: 2147483000; min-block-size: 48px;
    padding: 8px 20px; border: 2px solid #fff; border-radius: 24px; background: #0b3a82; color: #fff;
    box-shadow: 0 2px 10px rgb(0 0 0 / 30%); }
  .panel { position: fixed; inset: auto 16px 16px auto; z-index: 2147483001; box-sizing: border-box; display: none;
    flex-direction: column; inline-size: min(27em, 100vw - 32px); block-size: min(44em, 100dvh - 32px); margin: 0;
    padding: 0; overflow: clip; border: 1px solid #5b6b85; border-radius: 8px; background: Canvas; color: CanvasText;
    font: 1em/1.5 system-ui, sans-serif; box-shadow: 0 6px 32px rgb(0 0 0 / 35%); }
  .panel[open] { display: flex; }
  .panel:dir(rtl), :host([dir="rtl"]) .panel { inset-inline: 16px auto; }
  .head { display: flex; justify-content: flex-end; background: var(--ww-brand, #0b3a82); }
  .close { min-block-size: 44px; padding: 4px 16px; border: 0; background: none; color: #fff; text-decoration: underline; }
  .place { flex: 1; min-block-size: 0; overflow: auto; overscroll-behavior: contain; }
  .away { padding: 16px; margin: 0; font: 1em/1.5 system-ui, sans-serif; }
  :focus-visible { outline: 3px solid #ffdd00; outline-offset: 2px; box-shadow: 0 0 0 2px #0b0c0c; }
  @media (max-width: 40em) {
    .panel { inset: 0; inline-size: 100vw; max-inline-size: none; block-size: 100dvh; max-block-size: none; border: 0;
      border-radius: 0; }
  }
  @media print { .open { display: none; } }
`;

const make = (tag, name, text = "") => {
  const element = document.createElement(tag);
  element.className = name;
  element.textContent = text;
  return element;
};

const inPlace = (shadow) => {
  const place = make("div", "");
  shadow.replaceChildren(place);
  return { shadow, place, isOpen: () => true };
};

const corner = (shadow, words, fill) => {
  const button = make("button", "open", words.open);
  const panel = make("dialog", "panel");
  const head = make("div", "head");
  const close = make("button", "close", words.close);
  const frame = { shadow, place: make("div", "place"), isOpen: () => panel.open };
  const small = matchMedia("(max-width: 40em)");

  const set = (open) => {
    button.hidden = open;
    button.setAttribute("aria-expanded", String(open));
    if (kept.read().token) kept.write({ open });
  };

  const show = (byHand) => {
    if (byHand && small.matches) panel.showModal();
    else panel.setAttribute("open", "");
    if (byHand) panel.focus();
    set(true);
    fill(frame);
  };

  button.addEventListener("click", () => show(true));
  close.addEventListener("click", () => panel.close());
  panel.addEventListener("close", () => {
    set(false);
    button.focus();
  });
  panel.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    panel.close();
  });

  button.type = close.type = "button";
  button.setAttribute("aria-haspopup", "dialog");
  panel.tabIndex = -1;
  panel.setAttribute("aria-label", words.open);
  head.append(close);
  panel.append(head, frame.place);
  shadow.replaceChildren(button, panel);
  const { token, open } = kept.read();
  set(false);
  if (token && open && !small.matches) show(false); // it stood open before the page was loaded again
};
