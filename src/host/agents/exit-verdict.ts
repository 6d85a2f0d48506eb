/** Verdicts that follow from how a process ended, the same for every agent. */
import type { AgentVerdict } from '../../contracts/outcome.ts';
import type { AgentExit, RunEvidence } from './adapter.ts';
import { lastLine } from './printable.ts';

const NOT_EXECUTABLE = 126;
const NOT_FOUND = 127;
/** What a shell reports for signal n is 128 + n. */
const SIGNAL_CODES: Readonly<Record<number, string>> = {
  129: 'SIGHUP',
  130: 'SIGINT',
  131: 'SIGQUIT',
  134: 'SIGABRT',
  137: 'SIGKILL',
  139: 'SIGSEGV',
  143: 'SIGTERM',
};

/** The verdict when we (or the machine) ended the run; null when the agent ended by itself. */
export function interventionVerdict(exit: AgentExit): AgentVerdict | null {
  if (exit.terminated) return { kind: 'terminated', message: 'Ended on request.' };
  if (exit.timedOut) return { kind: 'failed', code: 'timed_out', message: 'The time of the run was up.' };
  if (exit.stalled) return { kind: 'failed', code: 'stalled', message: 'The agent was silent for too long.' };
  if (exit.lost) return { kind: 'lost', message: 'The run ended with its machine or its supervisor.' };
  return null;
}

/** The signal that ended the process, also when a shell reported it as an exit code; null when none did. */
function endingSignal(exit: AgentExit): string | null {
  return exit.signal ?? (exit.code === null ? null : (SIGNAL_CODES[exit.code] ?? null));
}

/**
 * The verdict when the program could not run or was ended by a signal that we did not send; null for any other exit.
 * A polite signal from outside (SIGTERM of a machine that shuts down) is not the agent's fault: the same session can
 * go on. SIGKILL and crashes count, since an agent that exhausts the memory would do so again for ever.
 */
export function abnormalVerdict(evidence: RunEvidence, program: string): AgentVerdict | null {
  const { exit, stderrTail } = evidence;
  if (exit.code === NOT_FOUND || exit.code === NOT_EXECUTABLE) {
    const fact = exit.code === NOT_FOUND ? 'was not found' : 'cannot be executed';
    return { kind: 'environment', message: `${program} ${fact}: ${lastLine(stderrTail, 400) ?? `exit ${exit.code}`}` };
  }
  const signal = endingSignal(exit);
  if (signal === null) return null;
  if (signal === 'SIGTERM' || signal === 'SIGINT') {
    return { kind: 'lost', message: `${program} was ended from outside by ${signal}.` };
  }
  return { kind: 'failed', code: 'killed', message: `${program} was ended by ${signal}.` };
}
