/** Moves a file so that a crash leaves it at one of the two places, or at both, but never at none. */
import { constants } from 'node:fs';
import { copyFile, lstat, open, readlink, rename, symlink, unlink } from 'node:fs/promises';

/** Moves `from` to `to`, which is replaced; also between file systems. A link is moved as a link. */
export async function moveFile(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EXDEV')) throw error;
    await copyThenUnlink(from, to);
  }
}

async function copyThenUnlink(from: string, to: string): Promise<void> {
  const temporary = `${to}.${process.pid}.tmp`;
  await unlink(temporary).catch(() => undefined);
  if ((await lstat(from)).isSymbolicLink()) {
    await symlink(await readlink(from), temporary);
  } else {
    await copyFile(from, temporary, constants.COPYFILE_EXCL);
    const handle = await open(temporary, 'r');
    try {
      await handle.datasync();
    } finally {
      await handle.close();
    }
  }
  await rename(temporary, to);
  await unlink(from);
}
