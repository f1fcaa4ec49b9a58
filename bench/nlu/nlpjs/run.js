// nlp.js on one task: node run.js FOLDER. The Dutch stemmer, all settings as nlp.js has them.
// One task a process: nlp.js keeps what it learned in one place a process, so a second task would know the first.

const fs = require('fs');
const path = require('path');
const { containerBootstrap, Nlp } = require('@nlpjs/basic');
const { LangNl } = require('@nlpjs/lang-nl');

const WARM = 10; // messages that are read before the clock starts, none of them a test message
const KEPT = 3;

const clock = () => { // milliseconds of the processor, as for the Python engines
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

async function main(folder) {
  const task = JSON.parse(fs.readFileSync(path.join(folder, 'task.json'), 'utf-8'));
  const container = await containerBootstrap();
  container.use(Nlp);
  container.use(LangNl);
  if (!container.get('stemmer-nl')) throw new Error('the Dutch stemmer is not there');
  const nlp = container.get('nlp');
  nlp.settings.autoSave = false;
  nlp.addLanguage('nl');

  const began = clock();
  for (const [text, intent] of task.train) nlp.addDocument('nl', text, intent);
  await nlp.train();
  const training = clock() - began;

  const read = async (text) => {
    const { classifications } = await nlp.process('nl', text);
    return classifications.map((one) => one.intent).filter((intent) => intent !== 'None').slice(0, KEPT);
  };
  for (const [text] of task.train.slice(0, WARM)) await read(text);
  const rankings = [];
  const milliseconds = [];
  for (const text of task.test) {
    const before = clock();
    rankings.push(await read(text));
    milliseconds.push(clock() - before);
  }
  const peak = /VmHWM:\s+(\d+)/.exec(fs.readFileSync('/proc/self/status', 'utf-8'))[1] / 1024;
  const found = { rankings, milliseconds, training_seconds: training / 1000, peak_mb: peak };
  fs.writeFileSync(path.join(folder, 'found.json'), JSON.stringify(found));
}

main(process.argv[2]).catch((slip) => {
  console.error(String(slip));
  process.exit(1);
});
