import { appendFileSync, closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MAX_LINE_BYTES, RunTail } from '../../../src/host/runs/tail.ts';
import type { TailLine } from '../../../src/host/runs/tail.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nightloom-tail-'));
  file = join(folder, 'stdout');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function readAll(tail: RunTail): Promise<TailLine[]> {
  const lines: TailLine[] = [];
  for (;;) {
    const part = await tail.read();
    lines.push(...part.lines);
    if (!part.more) return lines;
  }
}

describe('tailing', () => {
  it('waits for a file, hands out complete lines only, and the rest on flush', async () => {
    const tail = new RunTail(file);
    expect(await readAll(tail)).toEqual([]);
    writeFileSync(file, 'one\ntw');
    expect(await readAll(tail)).toEqual([{ text: 'one', offset: 0, bytes: 4, truncated: false }]);
    appendFileSync(file, 'o\n\nthree');
    expect((await readAll(tail)).map((line) => line.text)).toEqual(['two', '']);
    expect(tail.resumeOffset).toBe(9);
    expect(tail.flush()).toEqual({ text: 'three', offset: 9, bytes: 5, truncated: false });
    expect(tail.flush()).toBeNull();
    await tail.close();
  });

  it('keeps NULs and survives bytes that are no UTF-8', async () => {
    writeFileSync(file, Buffer.from([0x61, 0, 0x62, 0x0a, 0xff, 0xc3, 0x0a, 0xc3, 0xa9, 0x0a]));
    const tail = new RunTail(file);
    expect((await readAll(tail)).map((line) => line.text)).toEqual(['a\0b', '\uFFFD\uFFFD', 'é']);
    await tail.close();
  });

  it('[P9] loses and doubles nothing, wherever writes are cut and readers replaced', async () => {
    const lines = fc.array(fc.string({ unit: 'grapheme', maxLength: 20 }).map((text) => text.replaceAll('\n', ' ')));
    await fc.assert(
      fc.asyncProperty(lines, fc.array(fc.nat(50)), fc.array(fc.boolean()), async (texts, cuts, restarts) => {
        writeFileSync(file, '');
        const bytes = Buffer.from(texts.map((text) => `${text}\n`).join(''));
        const seen: string[] = [];
        let tail = new RunTail(file);
        let at = 0;
        for (const [index, cut] of [...cuts, bytes.length].entries()) {
          appendFileSync(file, bytes.subarray(at, at + cut));
          at = Math.min(bytes.length, at + cut);
          seen.push(...(await readAll(tail)).map((line) => line.text));
          if (restarts[index] === true) {
            await tail.close();
            tail = new RunTail(file, tail.resumeOffset);
          }
        }
        await tail.close();
        expect(seen).toEqual(texts.map((text) => Buffer.from(text).toString('utf8')));
      }),
      { numRuns: 100 },
    );
  });

  it('reads a line of 100 MB in flat memory and goes on after it', async () => {
    const handle = openSync(file, 'w');
    const block = Buffer.alloc(10 * 1024 * 1024, 0x78);
    for (let round = 0; round < 10; round += 1) writeSync(handle, block);
    writeSync(handle, '\nafter\n');
    closeSync(handle);
    const tail = new RunTail(file);
    const before = process.memoryUsage();
    let peak = 0;
    const lines: TailLine[] = [];
    for (;;) {
      const part = await tail.read();
      lines.push(...part.lines);
      const now = process.memoryUsage();
      peak = Math.max(peak, now.arrayBuffers + now.heapUsed - before.arrayBuffers - before.heapUsed);
      if (!part.more) break;
    }
    await tail.close();
    expect(peak).toBeLessThan(16 * 1024 * 1024);
    expect(lines.map((line) => [line.text.length, line.bytes, line.truncated])).toEqual([
      [MAX_LINE_BYTES, 10 * block.length + 1, true],
      [5, 6, false],
    ]);
    expect(lines[1]?.text).toBe('after');
  });

  it('a line of exactly the bound is whole', async () => {
    writeFileSync(file, `${'x'.repeat(MAX_LINE_BYTES)}\n${'y'.repeat(MAX_LINE_BYTES + 1)}\n`);
    const tail = new RunTail(file);
    expect((await readAll(tail)).map((line) => line.truncated)).toEqual([false, true]);
    await tail.close();
  });
});
