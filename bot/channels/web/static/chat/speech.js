// Reading aloud and dictating, by what the browser has for it; where it has nothing there is no button.

parts.push((chat) => {
  const button = (name, drawing, words) => {
    const made = chat.make("button", `ww-speech ${name}`);
    made.type = "button";
    made.append(drawing.content.cloneNode(true), chat.make("span", "", words));
    return made;
  };

  // ---------------------------------------------------------------- reading aloud

  const speaker = window.speechSynthesis;
  const LEFT_OUT = "form, .ww-tools, button, svg";
  let reading = null; // the button whose text is read

  // Only voices that live in the device: another would send the text to its maker.
  const voiceFor = (language) => {
    const mine = (one) => one.lang.toLowerCase().replace("_", "-").split("-")[0] === language;
    return speaker.getVoices().find((one) => one.localService && mine(one));
  };

  const silent = () => {
    if (!reading) return;
    reading.querySelector("span").textContent = chat.words.read;
    reading.setAttribute("aria-pressed", "false");
    reading = null;
  };

  const wordsOf = (body) => {
    const copy = body.cloneNode(true);
    for (const one of copy.querySelectorAll(LEFT_OUT)) one.remove();
    return [...copy.querySelectorAll("p, h3, li")].map((one) => one.textContent.replace(/\s+/g, " ").trim()).filter(Boolean);
  };

  const read = (made, body, voice) => {
    const again = reading === made;
    speaker.cancel();
    silent();
    if (again) return;
    reading = made;
    made.querySelector("span").textContent = chat.words.stop;
    made.setAttribute("aria-pressed", "true");
    const lines = wordsOf(body).map((line) => Object.assign(new SpeechSynthesisUtterance(line), { voice, lang: voice.lang }));
    lines.at(-1).addEventListener("end", () => reading === made && silent());
    for (const line of lines) speaker.speak(line); // a piece at a time: some browsers stop after 15 seconds of one
  };

  const offer = (messages) => {
    const drawing = chat.find("#ww-drawn-speak");
    for (const message of messages) {
      const body = message.querySelector(".ww-body");
      if (!message.matches(".ww-message--bot, .ww-message--staff") || message.querySelector(".ww-read-aloud")) continue;
      const voice = voiceFor(body.lang);
      if (!voice || !drawing) continue;
      const made = button("ww-read-aloud", drawing, chat.words.read);
      made.setAttribute("aria-pressed", "false");
      made.addEventListener("click", () => read(made, body, voice));
      body.after(made);
    }
  };

  if (speaker && window.SpeechSynthesisUtterance) {
    chat.on("shown", offer);
    chat.on("erased", () => speaker.cancel());
    chat.on("leaving", () => speaker.cancel());
    chat.listen(speaker, "voiceschanged", () => offer(chat.all(".ww-message")));
    chat.listen(window, "pagehide", () => speaker.cancel());
  }

  // ---------------------------------------------------------------- dictating

  const Recognition = window.SpeechRecognition || window.webkitSpeechRecognition;
  const form = chat.find("#schrijf");
  const box = chat.find("#bericht");
  const sheet = chat.find("#ww-dictate");
  let listening = null;
  let agreed = false;

  const dictate = (made) => {
    if (listening) return listening.stop();
    const before = box.value && `${box.value.trimEnd()} `;
    const ear = new Recognition();
    listening = ear;
    Object.assign(ear, { lang: SPOKEN[chat.language] || chat.language, interimResults: true, continuous: true });
    ear.addEventListener("start", () => mark(made, true, chat.words.listening));
    ear.addEventListener("result", ({ results }) => {
      box.value = before + [...results].map((one) => one[0].transcript).join("");
      box.dispatchEvent(new Event("input", { bubbles: true }));
    });
    ear.addEventListener("error", ({ error }) => {
      if (error !== "aborted") made.dataset.problem = chat.words.unheard;
    });
    ear.addEventListener("end", () => {
      listening = null;
      mark(made, false, made.dataset.problem || "");
      delete made.dataset.problem;
      box.focus();
    });
    ear.start();
  };

  const mark = (made, on, words) => {
    made.setAttribute("aria-pressed", String(on));
    sheet.querySelector("[role=status]").textContent = words;
  };

  const ask = (made) => {
    if (agreed) return dictate(made);
    const question = sheet.querySelector("[data-ask]");
    question.hidden = false;
    question.querySelector("button").focus();
  };

  if (Recognition && sheet) {
    const made = button("ww-microphone", chat.find("#ww-drawn-microphone"), "");
    made.setAttribute("aria-label", chat.words.dictate);
    made.setAttribute("aria-pressed", "false");
    made.addEventListener("click", () => ask(made));
    box.after(made); // in its corner
    sheet.addEventListener("click", ({ target }) => {
      const answer = target.closest("[data-agree]");
      if (!answer) return;
      sheet.querySelector("[data-ask]").hidden = true;
      agreed = answer.dataset.agree === "yes";
      if (agreed) dictate(made);
      else made.focus();
    });
    chat.on("leaving", () => listening?.abort());
    chat.root.addEventListener("submit", () => listening?.abort(), { signal: chat.signal });
    chat.listen(chat.signal, "abort", () => listening?.abort());
  }
});

// Recognisers want a country with some languages; the rest is told as it is.
const SPOKEN = {
  nl: "nl-NL", "nl-simple": "nl-NL", en: "en-GB", tr: "tr-TR", ar: "ar", pl: "pl-PL", uk: "uk-UA", es: "es-ES",
  fr: "fr-FR", de: "de-DE", ru: "ru-RU", fa: "fa-IR", bg: "bg-BG", ro: "ro-RO", so: "so-SO",
};
