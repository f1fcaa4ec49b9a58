// What is kept of the conversation, as a file. On another site a link cannot show our token, so the script fetches it.

parts.push((chat) => {
  chat.root.addEventListener("click", async (event) => {
    const link = event.target.closest?.(".ww-inzage");
    if (!link || !chat.server) return;
    event.preventDefault();
    const answer = await chat.fetch(link.getAttribute("href")).catch(() => null);
    if (!answer?.ok) return;
    const file = chat.make("a", "");
    file.href = URL.createObjectURL(await answer.blob());
    file.download = "wegwijs-gesprek.html";
    file.click();
    URL.revokeObjectURL(file.href);
  }, { signal: chat.signal });
});
