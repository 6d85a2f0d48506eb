/** Projects and requirements in pages, sorted and searched; whole when nobody asks for a page. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { problemOf, startStack } from './support/stack.ts';
import type { Stack } from './support/stack.ts';

let stack: Stack;
beforeEach(async () => {
  stack = await startStack();
});
afterEach(() => stack.close());

async function read(url: string): Promise<{ names: string[]; nextCursor: string | null }> {
  const { body, status } = await stack.send('GET', url);
  expect(status).toBe(200);
  const { items, nextCursor }: { items: { name: string }[]; nextCursor: string | null } = Object(body);
  return { names: items.map(({ name }) => name), nextCursor };
}

/** Names on the pages of `limit`; `meanwhile` runs after the first one. */
async function pages(url: string, limit: number, meanwhile = async (): Promise<void> => undefined) {
  const found: string[][] = [];
  let cursor: string | null = null;
  do {
    const next: string = cursor === null ? '' : `&cursor=${cursor}`;
    const page = await read(`${url}${url.includes('?') ? '&' : '?'}limit=${limit}${next}`);
    found.push(page.names);
    if (found.length === 1) await meanwhile();
    cursor = page.nextCursor;
  } while (cursor !== null);
  return found;
}

it('projects', async () => {
  for (const name of ['shop', 'api', 'Docs', 'web']) await stack.project(`/srv/${name}`);
  const url = '/api/projects';
  expect(await read(url)).toEqual({ names: ['Docs', 'api', 'shop', 'web'], nextCursor: null });
  expect((await read(`${url}?sort=newest`)).names.toSorted()).toEqual(['Docs', 'api', 'shop', 'web'].toSorted());
  expect(await pages(url, 3)).toEqual([['Docs', 'api', 'shop'], ['web']]);
  expect((await pages(`${url}?sort=newest`, 1)).flat()).toEqual((await read(`${url}?sort=newest`)).names);
  expect((await read(`${url}?search=DO`)).names).toEqual(['Docs']);
  expect((await read(`${url}?search=/srv/`)).names).toHaveLength(4);
  for (const wrong of ['sort=size', 'limit=0', 'cursor=abc'])
    expect(problemOf(await stack.send('GET', `${url}?${wrong}`))).toMatchObject({ code: 'invalid_input', status: 400 });
});

it('requirements, also while the list changes between two pages', async () => {
  const shop = await stack.project('/srv/shop', 'd', 'b', 'a', 'c');
  const batch = await stack.batch(shop, 'b', 'c');
  const url = `/api/projects/${shop.id}/requirements`;
  expect(await read(url)).toEqual({ names: ['a', 'b', 'c', 'd'], nextCursor: null });
  expect(await pages(url, 2)).toEqual([
    ['a', 'b'],
    ['c', 'd'],
  ]);
  const change = async (): Promise<void> => {
    stack.door.requirements.get('/srv/shop')?.delete('b');
    stack.door.requirements.get('/srv/shop')?.set('aa', '# aa').set('e', '# e');
  };
  expect(await pages(url, 2, change)).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
  await stack.send('POST', `/api/batches/${batch.id}/start`, {});
  expect((await read(`${url}?status=queued`)).names).toEqual(['c']);
  expect((await read(`${url}?status=idle&search=C`)).names).toEqual([]);
  expect((await read(`${url}?sort=status`)).names).toEqual(['a', 'aa', 'd', 'e', 'c']);
  expect((await read(`${url}?status=completed`)).names).toEqual([]);
  expect(problemOf(await stack.send('GET', `${url}?status=nonsense`)).code).toBe('invalid_input');
});
