/**
 * Records the histories that the replay test uses: `node scripts/record-histories.ts [story...]`, all of them without a name.
 * To be run after a change of the workflow code that is not compatible on purpose; the diff of the files is the proof
 * that it was meant. A new story is recorded by its name, so that the others stay as they are.
 */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { argv } from 'node:process';
import { setup } from '../test/support/temporal-server.ts';
import { startInstallation } from '../test/support/installation.ts';
import { HISTORIES } from '../test/support/replay.ts';
import { STORIES } from '../test/support/stories.ts';
import type { Story } from '../test/support/stories.ts';

/** One line, and without the name of the machine, which every event carries as its worker's identity. */
function compact(json: string): string {
  return `${JSON.stringify(JSON.parse(json), (key, value: unknown) => (key === 'identity' ? 'recorded' : value))}\n`;
}

const named = argv.slice(2);
const unknown = named.filter((name) => !Object.hasOwn(STORIES, name));
if (unknown.length > 0) throw new Error(`There is no story ${unknown.join(', ')}: ${Object.keys(STORIES).join(', ')}.`);

let address = '';
const stopServer = await setup({
  provide: (_key, value) => {
    if (typeof value === 'string') address = value;
  },
});
try {
  await mkdir(HISTORIES, { recursive: true });
  for (const [story, tell] of Object.entries(STORIES)) {
    if (named.length > 0 && !named.includes(story)) continue;
    for (const [name, json] of Object.entries(await record(tell))) {
      const file = `${HISTORIES}/${name}.json`;
      await rm(file, { force: true });
      await writeFile(file, compact(json));
      process.stdout.write(`${file}\n`);
    }
  }
} finally {
  await stopServer();
}

/** Each story has lanes and accounts of its own. */
async function record(tell: Story): Promise<Record<string, string>> {
  const installation = await startInstallation(address, { 'README.md': '# Recording\n' });
  try {
    return await tell(installation);
  } finally {
    await installation.stop();
  }
}
