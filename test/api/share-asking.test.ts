/** One answer for all who ask at the same time. */
import { expect, it } from 'vitest';
import { shareAsking } from '../../src/api/services/share-asking.ts';

/** Asks that are answered by hand. */
function asking() {
  const asks: { answer(text: string): void; fail(error: Error): void }[] = [];
  const ask = shareAsking(
    () =>
      new Promise<string>((resolve, reject) => {
        asks.push({ answer: resolve, fail: reject });
      }),
  );
  return { asks, ask };
}

it('shares one ask among all who came while another was awaited, and none that began before they came', async () => {
  const { asks, ask } = asking();
  const first = ask();
  const others = [ask(), ask(), ask()];
  expect(asks.length).toBe(1);
  asks[0]?.answer('before');
  expect(await first).toBe('before');
  const late = ask();
  expect(asks.length).toBe(2);
  asks[1]?.answer('after');
  expect(await Promise.all(others)).toEqual(['after', 'after', 'after']);
  expect(asks.length).toBe(3);
  asks[2]?.answer('later');
  expect(await late).toBe('later');
});

it('asks again after a failure, which only those are told who shared it', async () => {
  const { asks, ask } = asking();
  const first = ask();
  const second = ask();
  asks[0]?.fail(new Error('nobody there'));
  await expect(first).rejects.toThrow('nobody there');
  asks[1]?.answer('there');
  expect(await second).toBe('there');
  const third = ask();
  asks[2]?.answer('alone');
  expect(await third).toBe('alone');
});
