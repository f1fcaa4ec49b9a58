// Counts down what can still be taken back, and puts a ready sentence where one types. The page works without it.
"use strict";

// The server carries it out; this only shows how long there is left.
setInterval(() => {
  for (const left of document.querySelectorAll("[data-seconds]")) {
    const seconds = Math.max(0, Number(left.dataset.seconds) - 1);
    left.dataset.seconds = seconds;
    left.textContent = seconds;
    if (seconds === 0) document.dispatchEvent(new Event("wegwijs-refresh"));
  }
}, 1000);

const answer = document.getElementById("antwoord");
const sentence = document.getElementById("zin");

document.addEventListener("click", (event) => {
  if (!event.target.matches("[data-ready]") || !answer || !sentence) return;
  event.preventDefault();
  const before = answer.value.slice(0, answer.selectionStart);
  const gap = before && !before.endsWith("\n") ? "\n\n" : "";
  answer.focus();
  answer.setRangeText(gap + sentence.selectedOptions[0].dataset.text, answer.selectionStart, answer.selectionEnd, "end");
  answer.dispatchEvent(new Event("input", { bubbles: true }));
});
