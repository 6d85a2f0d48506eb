/** Takes one member out of a zip archive: just enough of the format to unpack a wheel, without a dependency. */
import { createReadStream, createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createInflateRaw } from 'node:zlib';

const END_SIGNATURE = 0x06054b50;
const CENTRAL_SIGNATURE = 0x02014b50;
const LOCAL_SIGNATURE = 0x04034b50;
const END_BYTES = 22;
const CENTRAL_BYTES = 46;
const LOCAL_BYTES = 30;
const MAX_COMMENT_BYTES = 0xffff;
const STORED = 0;
const DEFLATED = 8;

interface Member {
  readonly name: string;
  readonly method: number;
  readonly compressedBytes: number;
  readonly bytes: number;
  readonly headerOffset: number;
}

/**
 * Writes the member `name` of the zip file `archive` to the new file `target` (mode 0700), streaming.
 * The archive's own checksums are not looked at: the caller has verified the whole file.
 * @throws Error when the archive is damaged, of the 64-bit kind, or has no such member.
 */
export async function extractZipMember(archive: string, name: string, target: string): Promise<void> {
  const file = await open(archive, 'r');
  try {
    const member = (await readDirectory(file)).find((entry) => entry.name === name);
    if (member === undefined) throw new Error(`${archive} has no member ${name}`);
    const start = await dataOffset(file, member);
    await writeMember(archive, member, start, target);
  } finally {
    await file.close();
  }
}

async function writeMember(archive: string, member: Member, start: number, target: string): Promise<void> {
  const source = createReadStream(archive, { start, end: start + member.compressedBytes - 1 });
  const sink = createWriteStream(target, { flags: 'wx', mode: 0o700 });
  if (member.method === STORED) await pipeline(source, sink);
  else if (member.method === DEFLATED) await pipeline(source, createInflateRaw(), sink);
  else throw new Error(`${member.name} is compressed by the unknown method ${member.method}`);
  if (sink.bytesWritten !== member.bytes) {
    throw new Error(`${member.name} has ${sink.bytesWritten} bytes instead of ${member.bytes}`);
  }
}

/** The list of members is at the end; a comment of unknown length may follow it. */
async function readDirectory(file: FileHandle): Promise<Member[]> {
  const { size } = await file.stat();
  const tail = await readBytes(file, Math.max(0, size - END_BYTES - MAX_COMMENT_BYTES), size);
  for (let at = tail.length - END_BYTES; at >= 0; at -= 1) {
    if (tail.readUInt32LE(at) !== END_SIGNATURE) continue;
    const bytes = tail.readUInt32LE(at + 12);
    const offset = tail.readUInt32LE(at + 16);
    return parseDirectory(await readBytes(file, offset, offset + bytes));
  }
  throw new Error('not a zip file: it has no directory at its end');
}

function parseDirectory(directory: Buffer): Member[] {
  const members: Member[] = [];
  let at = 0;
  while (at + CENTRAL_BYTES <= directory.length && directory.readUInt32LE(at) === CENTRAL_SIGNATURE) {
    const nameBytes = directory.readUInt16LE(at + 28);
    const nameStart = at + CENTRAL_BYTES;
    members.push({
      name: directory.toString('utf8', nameStart, nameStart + nameBytes),
      method: directory.readUInt16LE(at + 10),
      compressedBytes: directory.readUInt32LE(at + 20),
      bytes: directory.readUInt32LE(at + 24),
      headerOffset: directory.readUInt32LE(at + 42),
    });
    at = nameStart + nameBytes + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  return members;
}

/** The header before the data repeats name and extra field, with lengths of its own. */
async function dataOffset(file: FileHandle, member: Member): Promise<number> {
  const header = await readBytes(file, member.headerOffset, member.headerOffset + LOCAL_BYTES);
  if (header.readUInt32LE(0) !== LOCAL_SIGNATURE) throw new Error(`${member.name} is not where the directory says`);
  return member.headerOffset + LOCAL_BYTES + header.readUInt16LE(26) + header.readUInt16LE(28);
}

async function readBytes(file: FileHandle, from: number, to: number): Promise<Buffer> {
  const buffer = Buffer.alloc(to - from);
  const { bytesRead } = await file.read(buffer, 0, buffer.length, from);
  if (bytesRead !== buffer.length) throw new Error('the zip file is cut off');
  return buffer;
}
