/** How much memory the processes of a stack hold. */
import { readFile } from 'node:fs/promises';
import type { Status } from '../../src/contracts/views.ts';

/** Resident set (VmRSS) in megabytes; the control process serves the API, too. */
export interface Resident {
  readonly control: number;
  readonly host: number;
}

/** Read from `/proc`, so on Linux only. */
export async function residentOf({ processes }: Pick<Status, 'processes'>): Promise<Resident> {
  const of = async (role: string): Promise<number> => {
    const pid = processes.find((each) => each.role === role)?.pid;
    const text = await readFile(`/proc/${pid}/status`, 'utf8');
    return Math.round(Number(/^VmRSS:\s+(\d+) kB$/m.exec(text)?.[1]) / 1024);
  };
  return { control: await of('control'), host: await of('host') };
}
