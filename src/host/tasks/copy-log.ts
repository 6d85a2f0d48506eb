/** A copy of a run's log in the user's checkout, where the project asks for it. */
import { lstat, mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../../contracts/errors.ts';
import type { WorkOrder } from '../../contracts/order.ts';
import type { Masker } from '../../platform/masking.ts';
import { DEFAULT_WINDOW_BYTES, readWindow } from '../door/log-window.ts';
import { errorCode, RUN_FILES } from '../runs/run-directory.ts';
import type { HostContext } from './host-context.ts';
import type { Workspace } from './workspace.ts';

const FOLDERS = ['.claude', '.claude/logs'] as const;

/**
 * Copies what a run printed, masked, to `.claude/logs/<requirement>_<when it began>.log`. Again: does nothing. The folder
 * ignores itself, so that the copies are never part of a commit. That it did not work is logged and fails nobody.
 */
export async function copyLog(
  context: Pick<HostContext, 'logger' | 'masker'>,
  order: Pick<WorkOrder, 'task' | 'input'>,
  { checkout, settings }: Pick<Workspace, 'checkout' | 'settings'>,
  directory: string,
): Promise<void> {
  if (!settings.logs.copy) return;
  try {
    const folder = await logsFolder(checkout);
    const began = statSync(join(directory, RUN_FILES.claim)).mtime.toISOString().replaceAll(/[:.]/g, '-');
    const target = join(folder, `${order.input.name.replaceAll('/', '-').slice(0, 150)}_${began}.log`);
    await copyMasked(join(directory, RUN_FILES.stdout), target, context.masker);
  } catch (err) {
    context.logger.warn({ err, task: order.task }, 'the log was not copied into the checkout');
  }
}

/** @throws AppError workspace_broken where a link or a file is in its place: nothing outside of the checkout is written */
async function logsFolder(checkout: string): Promise<string> {
  for (const each of FOLDERS) {
    const folder = join(checkout, each);
    await mkdir(folder).catch((error: unknown) => {
      if (errorCode(error) !== 'EEXIST') throw error;
    });
    if (!(await lstat(folder)).isDirectory()) throw new AppError('workspace_broken', `${folder} is no folder.`);
  }
  const folder = join(checkout, FOLDERS[1]);
  await writeFile(join(folder, '.gitignore'), '*\n', { flag: 'wx' }).catch((error: unknown) => {
    if (errorCode(error) !== 'EEXIST') throw error;
  });
  return folder;
}

async function copyMasked(file: string, target: string, masker: Masker): Promise<void> {
  if ((await lstat(target).catch(() => null)) !== null) return;
  const draft = `${target}.tmp`;
  await rm(draft, { force: true });
  const handle = await open(draft, 'wx', 0o600);
  try {
    for (let offset = 0; ;) {
      const range = await readWindow({ file, offset, maxBytes: DEFAULT_WINDOW_BYTES, ended: true, masker });
      await handle.writeFile(range.text);
      offset = range.nextOffset;
      if (range.nextOffset >= range.totalBytes || range.nextOffset === range.offset) break;
    }
  } finally {
    await handle.close();
  }
  await rename(draft, target);
}
