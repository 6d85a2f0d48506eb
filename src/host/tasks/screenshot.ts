/** A picture of the running product after a task: a command that makes one, or a browser that is sent to an address. */
import { existsSync } from 'node:fs';
import { readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../contracts/errors.ts';
import { traitsOf } from '../../contracts/kinds.ts';
import type { WorkOrder } from '../../contracts/order.ts';
import type { Settings } from '../../contracts/settings.ts';
import { systemClock } from '../../platform/clock.ts';
import { findExecutable } from '../../platform/exec.ts';
import { isPng, screenshotFile } from '../runs/screenshot-file.ts';
import { taskPlace } from '../verify/run-place.ts';
import { runShell } from '../verify/shell-run.ts';
import { attemptDirectory } from './attempt-note.ts';
import type { HostContext } from './host-context.ts';
import { environmentOfCommands } from './workspace.ts';
import type { Workspace } from './workspace.ts';

const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome', 'chrome'] as const;
const ASK_EVERY_MS = 500;
/** Chromium's own switches; it refuses to run as root with its sandbox. */
const BROWSE = `exec "$NIGHTLOOM_BROWSER" --headless --disable-gpu --hide-scrollbars --no-first-run $NIGHTLOOM_BROWSER_FLAGS \\
  --user-data-dir="$NIGHTLOOM_PROFILE" --window-size=1280,800 --screenshot="$NIGHTLOOM_SCREENSHOT" "$NIGHTLOOM_URL"`;

interface Plan {
  readonly command: string;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Takes the picture that the settings ask for, once for each attempt, in the workspace as it was committed. A task is done
 * whether it works or not.
 * @returns notes for the report: what did not work
 */
export async function takeScreenshot(context: HostContext, order: WorkOrder, workspace: Workspace): Promise<string[]> {
  const { screenshot } = workspace.settings;
  if (!asksForScreenshot(workspace.settings) || traitsOf(order.kind).changes === 'never') return [];
  const file = screenshotFile(context.paths, order.task, order.attempt);
  if (existsSync(file)) return [];
  try {
    const draft = join(attemptDirectory(context, order), 'screenshot-draft.png');
    const env = environmentOfCommands(context, workspace.settings);
    const plan = await planOf(screenshot, attemptDirectory(context, order), env['PATH'] ?? '');
    const { exit } = await runShell({
      place: taskPlace(context.paths, context.installation, order.task, order.attempt),
      step: 'screenshot',
      command: plan.command,
      cwd: workspace.directory,
      env: { ...env, ...plan.env, NIGHTLOOM_SCREENSHOT: draft },
      timeoutMs: screenshot.timeoutMs,
    });
    if (exit.timedOut) return [`No screenshot: it took more than ${screenshot.timeoutMs / 1000} s.`];
    if (exit.code !== 0)
      return [`No screenshot: exit code ${exit.code ?? 'none'}; see the log of the step screenshot.`];
    return await keep(draft, file);
  } catch (error) {
    if (!AppError.is(error)) throw error;
    return [`No screenshot: ${context.masker.maskText(error.message)}`.slice(0, 300)];
  }
}

/** Whether a picture is wanted at all. */
export function asksForScreenshot({ screenshot }: Pick<Settings, 'screenshot'>): boolean {
  return screenshot.command !== null || screenshot.url !== null;
}

async function keep(draft: string, file: string): Promise<string[]> {
  const bytes = await readFile(draft).catch(() => null);
  if (bytes === null || !isPng(bytes)) {
    await rm(draft, { force: true });
    return ['No screenshot: no PNG was written to $NIGHTLOOM_SCREENSHOT.'];
  }
  await rename(draft, file);
  return [];
}

/** @throws AppError agent_missing (no browser), run_lost (nobody answers at the address) */
async function planOf(screenshot: Settings['screenshot'], directory: string, path: string): Promise<Plan> {
  const { command, url, browser, timeoutMs } = screenshot;
  if (command !== null || url === null) return { command: command ?? 'false', env: {} };
  const program = await findBrowser(browser, path);
  await untilAnswered(url, timeoutMs);
  const env = {
    NIGHTLOOM_BROWSER: program,
    NIGHTLOOM_BROWSER_FLAGS: process.getuid?.() === 0 ? '--no-sandbox' : '',
    NIGHTLOOM_PROFILE: join(directory, 'browser'),
    NIGHTLOOM_URL: url,
  };
  return { command: BROWSE, env };
}

async function findBrowser(wanted: string | null, path: string): Promise<string> {
  for (const name of wanted === null ? BROWSERS : [wanted]) {
    const found = await findExecutable(name, path);
    if (found !== null) return found;
  }
  const message = wanted === null ? `none of ${BROWSERS.join(', ')} is on PATH` : `${wanted} cannot be executed`;
  throw new AppError('agent_missing', `There is no browser: ${message}. Set screenshot.browser or screenshot.command.`);
}

/** Any answer will do: also an error page is what the product shows. */
async function untilAnswered(url: string, timeoutMs: number): Promise<void> {
  const deadline = systemClock.monotonicMs() + timeoutMs;
  while (systemClock.monotonicMs() < deadline) {
    const answer = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(5000) }).catch(() => null);
    await answer?.body?.cancel();
    if (answer !== null) return;
    await sleep(ASK_EVERY_MS);
  }
  throw new AppError('run_lost', `${url} did not answer within ${timeoutMs / 1000} s.`);
}
