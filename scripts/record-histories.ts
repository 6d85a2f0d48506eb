/**
 * Records the histories that the replay test uses: `node scripts/record-histories.ts`. To be run after a change of the
 * workflow code that is not compatible on purpose; the diff of the files is the proof that it was meant.
 */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { setup } from '../test/support/temporal-server.ts';
import { startInstallation } from '../test/support/installation.ts';
import type { TestInstallation } from '../test/support/installation.ts';
import { startNight } from '../test/support/night.ts';
import { HISTORIES, takeHistory } from '../test/support/replay.ts';

const GREETING_IS_HELLO = '! test -e greeting.txt || grep -qx hello greeting.txt';

/** Name of the file -> a batch that is over. */
const NIGHTS: Record<string, (installation: TestInstallation) => Promise<string>> = {
  'fix-and-failures': async (installation) => {
    const scripts = {
      greet: ['write greeting.txt helo', 'on fix 1:', 'write greeting.txt hello'],
      bad: ['write greeting.txt helo'],
      nothing: ['say nothing to do'],
      failing: ['fail no', 'on attempt 2:', 'fail no'],
    };
    const { batch } = await startNight(installation, scripts, { verify: [GREETING_IS_HELLO], attempts: 2 });
    await installation.until(batch, (each) => each.status === 'completed');
    return await takeHistory(installation.temporal, installation.context.installation, batch);
  },
  'limit-and-backoff': async (installation) => {
    const scripts = {
      a: ['write a.txt 1', 'limit 1s', 'write b.txt 2', 'overloaded', 'write c.txt 3'],
      b: ['write d.txt 1'],
    };
    const { batch } = await startNight(installation, scripts);
    await installation.until(batch, (each) => each.tasks[0]?.status === 'waiting' && each.tasks[0].attempt === 2);
    await installation.command(batch, 'skipWait');
    await installation.until(batch, (each) => each.status === 'completed');
    return await takeHistory(installation.temporal, installation.context.installation, batch);
  },
  'pause-resume-cancel': async (installation) => {
    const scripts = { a: ['write a.txt 1', 'sleep 60s'], b: ['write b.txt 1'], c: ['write c.txt 1'] };
    const { batch, tasks } = await startNight(installation, scripts);
    const [, second] = tasks;
    if (second === undefined) throw new Error('no task');
    await installation.until(
      batch,
      (each) => each.tasks[0]?.status === 'running' && each.details[each.tasks[0].id]?.sessionId !== null,
    );
    await installation.send(batch, 'moveTask', (command) => ({ ...command, taskId: second, position: 1 }));
    await installation.pause(batch, true);
    await installation.until(batch, (each) => each.tasks[0]?.status === 'queued');
    await installation.command(batch, 'resume');
    await installation.until(batch, (each) => each.tasks[0]?.status === 'running');
    await installation.command(batch, 'cancel');
    await installation.until(batch, (each) => each.completedAtMs !== null);
    return await takeHistory(installation.temporal, installation.context.installation, batch);
  },
};

/** One line, and without the name of the machine, which every event carries as its worker's identity. */
function compact(json: string): string {
  return `${JSON.stringify(JSON.parse(json), (key, value: unknown) => (key === 'identity' ? 'recorded' : value))}\n`;
}

let address = '';
const stopServer = await setup({
  provide: (_key, value) => {
    if (typeof value === 'string') address = value;
  },
});
const installation = await startInstallation(address, { 'README.md': '# Recording\n' });
try {
  await mkdir(HISTORIES, { recursive: true });
  for (const [name, night] of Object.entries(NIGHTS)) {
    const file = `${HISTORIES}/${name}.json`;
    await rm(file, { force: true });
    await writeFile(file, compact(await night(installation)));
    process.stdout.write(`${file}\n`);
  }
} finally {
  await installation.stop();
  await stopServer();
}
