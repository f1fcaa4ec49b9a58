// A sound and a notification for what is urgent, and keys to work through the queue. All of it is a choice.
"use strict";

{
  const chosen = (name) => localStorage.getItem(`wegwijs-${name}`);
  const choose = (name, value) => localStorage.setItem(`wegwijs-${name}`, value);
  const status = (sentence) => { document.getElementById("verbinding").textContent = sentence; };

  // ---------------------------------------------------------------- alarm

  let audio = null;
  const wake = () => {
    audio ??= new AudioContext();
    if (audio.state === "suspended") audio.resume();
  };

  // Two soft tones, made here; nobody has to load a file for it.
  const ring = () => {
    wake();
    [660, 880].forEach((pitch, at) => {
      const [tone, volume] = [audio.createOscillator(), audio.createGain()];
      const start = audio.currentTime + at * 0.25;
      tone.frequency.value = pitch;
      volume.gain.setValueAtTime(0.0001, start);
      volume.gain.exponentialRampToValueAtTime(0.3, start + 0.03);
      volume.gain.exponentialRampToValueAtTime(0.0001, start + 0.4);
      tone.connect(volume).connect(audio.destination);
      tone.start(start);
      tone.stop(start + 0.45);
    });
  };

  // Others may see the screen: it says that there is something, never what.
  const notify = () => {
    const shown = new Notification("Wegwijs", { body: "Er is een dringende vraag", tag: "wegwijs-dringend" });
    shown.addEventListener("click", () => { window.focus(); shown.close(); });
  };

  const mayNotify = () => "Notification" in window && Notification.permission === "granted";

  // What was urgent is remembered over pages, so that going to another one hides nothing new.
  const isNew = (numbers) => {
    const known = chosen("dringend")?.split(" ");
    choose("dringend", numbers.join(" "));
    return known && numbers.some((number) => !known.includes(number));
  };

  document.addEventListener("wegwijs-urgent", (event) => {
    if (!isNew(event.detail)) return;
    if (chosen("geluid") === "aan") ring();
    if (chosen("melding") === "aan" && mayNotify()) notify();
  });

  // A browser makes no sound before somebody touched the page.
  if (chosen("geluid") === "aan") {
    for (const name of ["pointerdown", "keydown"]) document.addEventListener(name, wake, { once: true });
  }

  const toggle = (name, turnOn) => {
    const button = document.getElementById(name);
    if (!button) return;
    const show = () => button.setAttribute("aria-pressed", String(chosen(name) === "aan"));
    button.addEventListener("click", async () => {
      const on = chosen(name) !== "aan" && await turnOn();
      choose(name, on ? "aan" : "uit");
      show();
    });
    show();
  };
  toggle("geluid", () => { ring(); return true; });
  toggle("melding", async () => {
    if (await Notification.requestPermission() === "granted") return true;
    status("Uw browser laat geen meldingen toe. U kunt dat aanpassen bij de instellingen van uw browser.");
    return false;
  });

  const alarm = document.getElementById("alarm");
  if (alarm) {
    alarm.hidden = false;
    document.getElementById("melding").hidden = !("Notification" in window);
  }

  // ---------------------------------------------------------------- keys

  const help = document.getElementById("toetsen-uitleg");
  const rows = () => [...document.querySelectorAll(".desk-open")];

  const step = (by, from) => {
    const all = rows();
    const next = all[Math.min(Math.max(from + by, 0), all.length - 1)];
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
  };

  const filter = () => {
    const first = document.querySelector(".desk-filters select");
    if (!first) return;
    first.closest("details").open = true;
    first.focus();
  };

  const act = (key) => {
    const at = rows().indexOf(document.activeElement);
    const keys = {
      j: () => step(1, at),
      k: () => step(-1, at),
      "/": filter,
      "?": () => help.showModal(),
      // Arrows scroll the page, until somebody is in the list.
      ...(at >= 0 && { ArrowDown: () => step(1, at), ArrowUp: () => step(-1, at) }),
    };
    keys[key]?.();
    return key in keys;
  };

  if (help) {
    const use = document.getElementById("toetsen-aan");
    use.checked = chosen("toetsen") !== "uit";
    use.addEventListener("change", () => choose("toetsen", use.checked ? "aan" : "uit"));
    document.getElementById("toetsen").addEventListener("click", () => help.showModal());
    document.addEventListener("keydown", (event) => {
      const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
      if (!use.checked || typing || help.open || event.ctrlKey || event.metaKey || event.altKey) return;
      if (act(event.key)) event.preventDefault();
    });
  }
}
