import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readWindow } from '../../../src/host/door/log-window.ts';
import { createMasker } from '../../../src/platform/masking.ts';

const SECRET = 'correct-horse-battery-staple';
const masker = createMasker([SECRET]);
let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightloom-window-'));
  file = join(folder, 'stdout');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function readAll(maxBytes: number, ended = true): Promise<string> {
  let text = '';
  for (let offset = 0; ;) {
    const range = await readWindow({ file, offset, maxBytes, ended, masker });
    expect(range.offset).toBe(offset);
    text += range.text;
    if (range.nextOffset === offset) return text;
    offset = range.nextOffset;
  }
}

describe('readWindow', () => {
  it('[P9] loses and doubles no byte in any window size, with characters of 1 to 4 bytes', async () => {
    const text = 'aé€😀\n'.repeat(40);
    await writeFile(file, text);
    for (const maxBytes of [1, 4, 5, 6, 7, 11, 64, 4096]) expect(await readAll(maxBytes)).toBe(text);
  });

  it('masks a secret that lies across the border of windows, whatever their size', async () => {
    const text = `before ${SECRET} after sk-ant-api03-abcdefghijklmnop end\n`;
    await writeFile(file, text);
    const whole = await readAll(4096);
    expect(whole).not.toContain(SECRET);
    expect(Buffer.byteLength(whole)).toBe(Buffer.byteLength(text));
    for (const maxBytes of [4, 7, 13, 30]) expect(await readAll(maxBytes)).toBe(whole);
  });

  it('masks the body of a private key when reading starts inside it', async () => {
    const body = `${'QUJDREVGR0hJSktM'.repeat(4)}\n`.repeat(50);
    await writeFile(file, `-----BEGIN RSA PRIVATE KEY-----\n${body}-----END RSA PRIVATE KEY-----\n`);
    const range = await readWindow({ file, offset: 2000, maxBytes: 500, ended: true, masker });
    expect(range.text).not.toContain('QUJDREVG');
  });

  it('holds back the end of an unfinished line of a live file, and shows it when it is finished', async () => {
    await writeFile(file, `line one\npartial ${SECRET.slice(0, 20)}`);
    const live = await readWindow({ file, offset: 0, maxBytes: 4096, ended: false, masker });
    expect(live.text).not.toContain(SECRET.slice(0, 12));
    expect(live.ended).toBe(false);
    await writeFile(file, `line one\npartial ${SECRET}\n`);
    const rest = await readWindow({ file, offset: live.nextOffset, maxBytes: 4096, ended: false, masker });
    expect(live.text + rest.text).toBe(`line one\npartial ${'*'.repeat(SECRET.length)}\n`);
  });

  it('shows whole lines of a live file at once', async () => {
    await writeFile(file, '{"type":"tool"}\n');
    const range = await readWindow({ file, offset: 0, maxBytes: 4096, ended: false, masker });
    expect(range).toMatchObject({ text: '{"type":"tool"}\n', nextOffset: 16, ended: false });
  });

  it('counts a negative offset from the end, and starts at a whole character', async () => {
    await writeFile(file, 'x😀yz');
    const range = await readWindow({ file, offset: -4, maxBytes: 100, ended: true, masker });
    expect(range).toEqual({ text: 'yz', offset: 5, nextOffset: 7, totalBytes: 7, ended: true });
    expect((await readWindow({ file, offset: -100, maxBytes: 100, ended: true, masker })).text).toBe('x😀yz');
    expect(await readWindow({ file, offset: 99, maxBytes: 100, ended: true, masker })).toMatchObject({
      text: '',
      offset: 7,
      nextOffset: 7,
    });
  });

  it('goes on through bytes that are not UTF-8', async () => {
    await writeFile(file, Buffer.from([0x61, 0x80, 0x80, 0x80, 0x80, 0xff, 0xf0, 0x62, 0x00, 0xe2]));
    let offset = 0;
    for (let rounds = 0; rounds < 10 && offset < 10; rounds += 1) {
      const range = await readWindow({ file, offset, maxBytes: 4, ended: true, masker });
      expect(range.offset).toBe(offset);
      expect(range.nextOffset).toBeGreaterThan(offset);
      offset = range.nextOffset;
    }
    expect(offset).toBe(10);
  });

  it('needs little memory and time for a file of 1 GB', async () => {
    await writeFile(file, 'start\n');
    await truncate(file, 1024 ** 3);
    const before = process.memoryUsage().rss;
    const started = performance.now();
    const range = await readWindow({ file, offset: -1000, maxBytes: 1000, ended: true, masker });
    expect(range.nextOffset).toBe(1024 ** 3);
    expect(performance.now() - started).toBeLessThan(2000);
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024);
  });
});
