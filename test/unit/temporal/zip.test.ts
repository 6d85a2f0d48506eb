import { randomBytes } from 'node:crypto';
import { readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { extractZipMember } from '../../../src/temporal/zip.ts';
import { makeScratch } from './support.ts';
import type { Scratch } from './support.ts';

/** Writes the members as a zip file: the second has an extra field in its local header only, as some writers do. */
function zip(members: readonly { name: string; data: Buffer; stored: boolean; extra: number }[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, data, stored, extra } of members) {
    const body = stored ? data : deflateRawSync(data);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(name.length, 26);
    local.writeUInt16LE(extra, 28);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(stored ? 0 : 8, 10);
    entry.writeUInt32LE(body.length, 20);
    entry.writeUInt32LE(data.length, 24);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(offset, 42);
    directory.push(entry, Buffer.from(name));
    const written = [local, Buffer.from(name), Buffer.alloc(extra), body];
    parts.push(...written);
    offset += written.reduce((sum, part) => sum + part.length, 0);
  }
  const list = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt32LE(list.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, list, end, Buffer.from('a comment')]);
}

describe('taking a member out of a zip file', () => {
  let scratch: Scratch;
  beforeEach(async () => {
    scratch = await makeScratch();
  });
  afterEach(() => scratch.remove());

  const big = Buffer.concat([randomBytes(300_000), Buffer.alloc(300_000)]);
  const write = async (): Promise<string> => {
    const file = join(scratch.path, 'a.zip');
    const stored = { name: 'stored', data: Buffer.from('plain'), stored: true, extra: 0 };
    await writeFile(file, zip([stored, { name: 'd/deflated', data: big, stored: false, extra: 24 }]));
    return file;
  };

  it('gives the bytes back, stored or deflated', async () => {
    const file = await write();
    await extractZipMember(file, 'stored', join(scratch.path, 'one'));
    await extractZipMember(file, 'd/deflated', join(scratch.path, 'two'));
    expect(await readFile(join(scratch.path, 'one'), 'utf8')).toBe('plain');
    expect((await readFile(join(scratch.path, 'two'))).equals(big)).toBe(true);
  });

  it('says when the member is not there or the file is cut off', async () => {
    const file = await write();
    await expect(extractZipMember(file, 'other', join(scratch.path, 'x'))).rejects.toThrow('has no member other');
    await truncate(file, 1_000);
    await expect(extractZipMember(file, 'stored', join(scratch.path, 'y'))).rejects.toThrow('not a zip file');
  });
});
