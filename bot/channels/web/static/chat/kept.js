// What this tab remembers, from the first message on and never before: what was not sent yet; on another site also
// the key to the conversation, and whether the panel stood open. While the page goes to another language also what was
// typed. Closing the tab forgets it.

const kept = (() => {
  const KEY = "wegwijs";
  let memory = {}; // where a browser allows no storage

  const read = () => {
    try {
      return JSON.parse(sessionStorage.getItem(KEY)) || memory;
    } catch {
      return memory;
    }
  };

  const write = (change) => {
    memory = { ...read(), ...change };
    try {
      sessionStorage.setItem(KEY, JSON.stringify(memory));
    } catch {
      // it lasts as long as the page
    }
  };

  const clear = () => {
    memory = {};
    try {
      sessionStorage.removeItem(KEY);
    } catch {
      // there was none
    }
  };

  // Returns something for the last time.
  const take = (name) => {
    const { [name]: found, ...rest } = read();
    if (found !== undefined) {
      clear();
      if (Object.keys(rest).length) write(rest);
    }
    return found;
  };

  return { read, write, clear, take };
})();
