import { beforeAll, describe, expect, it } from 'vitest';
import { silentLogger } from '../../src/platform/logger.ts';
import { installRuntime } from '../../src/worker/runtime.ts';
import { readHistory, recordedHistories, replay } from '../support/replay.ts';

const names = await recordedHistories();

beforeAll(() => installRuntime(silentLogger));

describe('recorded histories', () => {
  it('are there of every shape', () => {
    expect(names.map((name) => name.replace('.json', ''))).toEqual([
      'closed-with-a-failure',
      'continued-as-new-first',
      'continued-as-new-last',
      'fallback',
      'fix-and-failures',
      'limit-and-backoff',
      'long-executions-first',
      'long-executions-last',
      'offload-queued-source',
      'offload-queued-target',
      'offload-running-source',
      'offload-running-target',
      'pause-resume-cancel',
      'reopened',
      'usage-limit-hold',
      'usage-limit-lanes',
      'usage-limit-of-another',
    ]);
  });

  it.each(names)('%s replays with the code of today', { timeout: 120_000 }, async (name) => {
    await replay(await readHistory(name));
  });

  it('a history that the code would not have made is refused', async () => {
    const [name = ''] = names;
    const json = await readHistory(name);
    const other = json.replaceAll('"prepareWorkspace"', '"somethingElse"');
    expect(other).not.toBe(json);
    await expect(replay(other)).rejects.toThrow();
  });
});
