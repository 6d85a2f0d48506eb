/** How much processor time the processes of a stack have used. */
import { readFile } from 'node:fs/promises';
import type { Status } from '../../src/contracts/views.ts';

/** `USER_HZ`, which Linux fixes at 100 for all that user space sees. */
const TICKS_PER_SECOND = 100;

/** User and system time of control process, host worker and Temporal server since their starts; from `/proc`. */
export async function processorSeconds({ processes, temporalPid }: Status): Promise<number> {
  const pids = new Set([...processes.map((each) => each.pid), ...(temporalPid === null ? [] : [temporalPid])]);
  let ticks = 0;
  for (const pid of pids) {
    const text = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may hold blanks; utime and stime are the 14th and 15th field (proc_pid_stat(5)).
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    ticks += Number(fields[11]) + Number(fields[12]);
  }
  return ticks / TICKS_PER_SECOND;
}
