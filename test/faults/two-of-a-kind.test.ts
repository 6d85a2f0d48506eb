/** Two of what there may be only one of: the second is refused, and the first does not notice. */
import { spawn } from 'node:child_process';
import { execPath } from 'node:process';
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { readEnvironment } from '../../src/platform/environment.ts';
import { endsOf, makeProject, startBatch, untilEnded, violationsOf } from './fault-night.ts';
import type { FaultProject } from './fault-night.ts';
import { makeStack } from './stack.ts';
import type { FaultStack } from './stack.ts';

let stack: FaultStack;
let project: FaultProject;

beforeEach(async () => {
  stack = await makeStack({ temporalAddress: inject('temporalAddress') });
  await stack.up();
  project = await makeProject(stack, [{ name: 'slow', lines: ['write src/slow.txt good', 'sleep 2s'] }]);
});
afterEach(async () => {
  await stack.stop();
  await project.repository.remove();
});

/** Runs one of our programs on the stack's state directory to its end. */
async function runProgram(name: 'up' | 'host', ...args: string[]): Promise<{ exit: number | null; text: string }> {
  const program = fileURLToPath(new URL(`../../src/main/${name}.ts`, import.meta.url));
  const { path } = readEnvironment();
  const env = { PATH: path, HOME: stack.root, NIGHTLOOM_HOME: stack.home, TEMPORAL_ADDRESS: inject('temporalAddress') };
  const child = spawn(execPath, [program, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (part) => (text += part));
  const exit = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { exit, text };
}

describe('the second', () => {
  it('[P1] up and host worker end at once, and the night goes on', async () => {
    const batch = await startBatch(stack, project, ['slow']);
    const before = [stack.process('control'), stack.process('host')];
    const options = { home: stack.home, temporalAddress: inject('temporalAddress'), embedded: false };
    const [up, host] = await Promise.all([runProgram('up'), runProgram('host', JSON.stringify(options))]);
    expect(up.exit).toBe(5);
    expect(up.text).toContain('nightloom down');
    expect(host.exit).not.toBe(0);
    expect(host.text).toContain('host.lock');
    expect([stack.process('control'), stack.process('host')]).toEqual(before);
    await untilEnded(stack, batch);
    expect(await violationsOf(stack, [project])).toEqual([]);
    expect(await endsOf(stack, batch)).toEqual({ slow: 'completed' });
  });

  it('program, an older one, is refused by a database that a newer one wrote', async () => {
    stack.kill('control');
    while (stack.process('control') !== null || stack.process('host') !== null) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const database = new DatabaseSync(join(stack.home, 'nightloom.db'), { timeout: 5000 });
    database.exec("insert into schema_version (name, timestamp) values ('9999-later', '2999-01-01')");
    database.close();
    const up = await runProgram('up');
    expect(up.exit).toBe(6);
    expect(up.text).toContain('newer Nightloom');
  });
});
