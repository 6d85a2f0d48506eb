/** What the Temporal Web UI shows of the lanes. Runs in the workflow sandbox: pure. */
import { limitOf, poolOf } from './lanes.ts';
import type { LanePool, LanesState } from './lanes.ts';

/** Markdown: who works, who waits, which accounts hold. */
export function lanesTable(state: LanesState): string {
  const holders = state.holders.map((each) => `| ${each.batch} | works since ${iso(each.sinceMs)} | ${each.account} |`);
  const queue = state.queue.map((each, index) => `| ${each.batch} | waits, place ${index + 1} | ${each.account} |`);
  const holds = Object.entries(state.accounts).map(
    ([account, hold]) =>
      `- ${account}: ${hold.reason} until ${iso(hold.untilMs)}${hold.probe === null ? '' : `, ${hold.probe} probes`}`,
  );
  const head = `**${usage(state, 'lanes')} lanes in use**, ${usage(state, 'background')} places of tasks by themselves, ${state.queue.length} waiting`;
  return [head, '', '| batch | | account |', '|---|---|---|', ...holders, ...queue, '', ...holds]
    .join('\n')
    .slice(0, 18_000);
}

function usage(state: LanesState, pool: LanePool): string {
  return `${state.holders.filter((each) => poolOf(each.batch) === pool).length} of ${limitOf(state, pool)}`;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
