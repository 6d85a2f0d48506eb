/** What a run may take of the machine, where the system can bound it: programs that set a bound and become the run. */
import { findExecutable } from '../../platform/exec.ts';

/** Bounds of every process of a run; null: none. */
export interface RunLimits {
  /** Added to the priority number: 0 to 19, higher is politer. */
  readonly nice: number | null;
  /** Bytes of memory of its own that one process may have (RLIMIT_DATA, getrlimit(2)); Linux only. */
  readonly memoryBytes: number | null;
}

/** Where `nice` and `prlimit` (util-linux) are, whatever the run's own PATH says. */
const SYSTEM_PATH = '/usr/bin:/bin:/usr/sbin:/sbin';

/** `argv` under the bounds. Where a system has no such program the bound is left out. */
export async function limited(
  argv: readonly [string, ...string[]],
  { nice, memoryBytes }: RunLimits,
): Promise<readonly [string, ...string[]]> {
  const prlimit = memoryBytes === null ? null : await findExecutable('prlimit', SYSTEM_PATH);
  const bounded: readonly [string, ...string[]] =
    prlimit === null ? argv : [prlimit, `--data=${memoryBytes}`, '--', ...argv];
  const polite = nice === null ? null : await findExecutable('nice', SYSTEM_PATH);
  return polite === null ? bounded : [polite, '-n', String(nice), ...bounded];
}
