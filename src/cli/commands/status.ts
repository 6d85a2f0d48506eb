/** `nightloom status` */
import { EXIT_UNREACHABLE } from '../../contracts/error-catalogue.ts';
import type { Status } from '../../contracts/views.ts';
import type { CliContext, Handler } from '../context.ts';
import { connect } from '../connect.ts';
import type { Connection } from '../connect.ts';
import { EXIT_NEEDS_USER } from '../exit-codes.ts';
import { outputOptions, printEither } from '../output.ts';
import { absenceText, findStack } from '../stack.ts';
import { columns, counted } from '../render/text.ts';
import type { Style } from '../render/style.ts';
import { packageVersion } from '../version.ts';

/** Says what runs; exit 3 without a stack, 6 if a part of it does not work. */
export const status: Handler<{ json?: boolean }> = async (context, flags) => {
  if (context.environment.apiUrl === null && (await findStack(context)) === null) {
    const view = noStack(context);
    const absence = await absenceText(context);
    printEither(context, flags.json, view, () => [absence, 'Next: nightloom up --detach']);
    return EXIT_UNREACHABLE;
  }
  const connection = await connect(context);
  const view = withRecord(await connection.client.call('status'), connection);
  printEither(context, flags.json, view, () => statusLines(view, outputOptions(context).style));
  return view.healthy ? 0 : EXIT_NEEDS_USER;
};

function noStack(context: CliContext): Status {
  return {
    healthy: false,
    url: null,
    pid: null,
    processes: [],
    temporalAddress: null,
    temporalPid: null,
    temporalUiUrl: null,
    home: context.paths.home,
    version: packageVersion(),
    installation: null,
    host: null,
    checks: [],
    running: 0,
    openBatches: 0,
  };
}

/** Fills in from the record what the API itself did not know. */
function withRecord(view: Status, { record, url }: Connection): Status {
  if (record === null) return { ...view, url: view.url ?? url };
  return {
    ...view,
    url: view.url ?? url,
    pid: view.pid ?? record.pid,
    processes: view.processes.length > 0 ? view.processes : record.processes.map(({ role, pid }) => ({ role, pid })),
    temporalAddress: view.temporalAddress ?? record.temporalAddress,
    temporalPid: view.temporalPid ?? record.temporalPid,
    temporalUiUrl: view.temporalUiUrl ?? record.temporalUiUrl,
  };
}

function statusLines(view: Status, style: Style): string[] {
  const rows = [
    ['API', view.url ?? '-'],
    ['Temporal', `${view.temporalAddress ?? '-'}${view.temporalPid === null ? '' : ` (pid ${view.temporalPid})`}`],
    ['Temporal UI', view.temporalUiUrl ?? '-'],
    ['State', view.home],
    ['Version', view.version],
    ...view.processes.map(({ role, pid }) => [`Process ${role}`, `pid ${pid}`]),
  ];
  const head = view.healthy ? style.good('Healthy') : style.bad('Not healthy');
  const work = `${counted(view.running, 'agent')} running, ${counted(view.openBatches, 'open batch', 'open batches')}`;
  const broken = view.checks
    .filter((check) => !check.ok)
    .flatMap(({ name, message, repair }) => [
      style.bad(`${name}: ${message}`),
      ...(repair === null ? [] : [`    Next: ${style.command(repair)}`]),
    ]);
  return [`${head}: ${work}`, ...broken, ...columns(rows)];
}
