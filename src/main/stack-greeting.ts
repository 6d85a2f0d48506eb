/** What `up` prints when it is up, and when it goes. */
import type { StatePaths } from '../platform/paths.ts';
import type { Store } from '../store/store.ts';
import type { DashboardLink } from './dashboard-link.ts';
import type { OpenTemporal } from './temporal.ts';

/** A stack that is up. */
export interface Greeted {
  readonly link: DashboardLink;
  readonly paths: StatePaths;
  readonly temporal: OpenTemporal;
  readonly version: string;
}

/** Where everything is, in lines. */
export function greeting({ link, paths, temporal, version }: Greeted): string {
  const ui = temporal.uiUrl();
  return lines(
    `Nightloom ${version} is up: ${link.url}`,
    ...(link.login === null ? [] : [`Dashboard: ${link.login}`]),
    `Temporal: ${temporal.config.address}${ui === null ? '' : `, Web UI ${ui}`}`,
    `State: ${paths.home}. Ctrl-C stops the stack; running agents go on, and \`nightloom up\` re-attaches.`,
  );
}

/** Whoever stops the stack must know what it leaves running. */
export async function goodbye(store: Store): Promise<string> {
  const { length } = (await store.tasks.list({ status: 'running', limit: 100 })).items;
  if (length === 0) return lines('The stack stops; no agent is running.');
  const agents = length === 1 ? '1 agent goes on' : `${length} agents go on`;
  return lines(`The stack stops; ${agents} running, and \`nightloom up\` re-attaches.`);
}

function lines(...each: readonly string[]): string {
  return `${each.join('\n')}\n`;
}
