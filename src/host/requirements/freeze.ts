/** Keeps the bytes that a task works from, under their own sha256: later edits of the user's do not reach it. */
import { createHash, randomUUID } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../contracts/errors.ts';
import type { FrozenRequirement } from '../../contracts/host-door.ts';
import { readUsable } from './read.ts';

const SHA256 = /^[0-9a-f]{64}$/;

/**
 * Freezes a requirement of a checkout into `inputs` (a folder of the state directory). Idempotent.
 * @throws AppError requirement_name_invalid, requirement_not_found, requirement_invalid
 */
export async function freezeRequirement(checkout: string, name: string, inputs: string): Promise<FrozenRequirement> {
  const file = await readUsable(checkout, name);
  const sha256 = await freezeBytes(inputs, file.content);
  return { name, sha256, title: file.title };
}

/** Keeps `bytes` under their sha256, which is returned. On the disk, whole, when it returns. */
export async function freezeBytes(inputs: string, bytes: Uint8Array): Promise<string> {
  const sha256 = hashOf(bytes);
  const target = join(inputs, sha256);
  const present = await readFile(target).catch(() => null);
  if (present !== null && hashOf(present) === sha256) return sha256;
  const temporary = join(inputs, `.${randomUUID()}.tmp`);
  try {
    const handle = await openNew(inputs, temporary);
    try {
      await handle.writeFile(bytes);
      await handle.datasync();
    } finally {
      await handle.close();
    }
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  return sha256;
}

/** A new file in `folder`, which is made when it is missing: only once, and ten thousand files may be to come. */
async function openNew(folder: string, file: string): Promise<FileHandle> {
  const create = (): Promise<FileHandle> => open(file, 'wx', 0o600);
  return await create().catch(async (error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return await create();
  });
}

/**
 * The frozen bytes.
 * @throws AppError requirement_not_found when they are not kept here, requirement_invalid when they are not what was frozen
 */
export async function readFrozen(inputs: string, sha256: string): Promise<Buffer> {
  const bytes = SHA256.test(sha256) ? await readFile(join(inputs, sha256)).catch(() => null) : null;
  if (bytes === null) {
    throw new AppError('requirement_not_found', `No frozen requirement ${sha256} is kept here.`, {
      details: { sha256 },
    });
  }
  if (hashOf(bytes) === sha256) return bytes;
  throw new AppError('requirement_invalid', `The frozen requirement ${sha256} is damaged.`, { details: { sha256 } });
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
