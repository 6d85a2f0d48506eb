/** The order of the columns of tonight. */
import { expect, it } from 'vitest';
import type { BatchSummary } from '../../../src/contracts/views.ts';
import { inOrder, placeWord } from '../../../web/src/model/lanes.ts';

type Part = Pick<BatchSummary, 'status' | 'lane' | 'hold' | 'startedAt' | 'createdAt'> & { name: string };

const NONE = { why: null, place: null, of: null, reason: null, until: null, message: null };

function batch(
  name: string,
  status: Part['status'],
  lane: 'none' | 'asked' | 'held',
  place: number | null,
  age: number,
): Part {
  const at = new Date(age * 1000).toISOString();
  return {
    name,
    status,
    lane: { ...NONE, status: lane, place, of: place === null ? null : 3 },
    hold: null,
    startedAt: at,
    createdAt: at,
  };
}

it('has lanes first, then the waiting ones by their place, then paused ones and those that nobody started', () => {
  const held = batch('held', 'running', 'none', null, 5);
  const all = [
    batch('idle', 'idle', 'none', null, 1),
    batch('done', 'completed', 'none', null, 1),
    batch('third', 'running', 'asked', 3, 2),
    batch('first', 'running', 'asked', 1, 9),
    { ...held, hold: { reason: 'usage_limit' as const, since: '', until: null, message: '' } },
    batch('young', 'running', 'held', null, 8),
    batch('old', 'running', 'held', null, 3),
    batch('paused', 'paused', 'none', null, 1),
  ];
  expect(inOrder(all).map(({ name }) => name)).toEqual(['old', 'young', 'held', 'first', 'third', 'paused', 'idle']);
  expect(all.map(placeWord)).toEqual([
    null,
    null,
    'Waits, 3 of 3',
    'Waits, 1 of 3',
    null,
    'In a lane',
    'In a lane',
    null,
  ]);
});
