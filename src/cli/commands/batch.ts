/** `nightloom batch create|list|show` */
import { AppError } from '../../contracts/errors.ts';
import { BATCH_STATUSES } from '../../contracts/vocabulary.ts';
import { connect, connectOrStart } from '../connect.ts';
import type { Handler } from '../context.ts';
import { EXIT_USAGE } from '../exit-codes.ts';
import type { NeedFlags } from '../needs.ts';
import { changedText, isUntrusted, registerProject } from '../first-run.ts';
import { operand, outputOptions, printEither } from '../output.ts';
import { batchLines, batchTable } from '../render/batch.ts';
import { counted, shellWord } from '../render/text.ts';
import { requireRepository, resolveProject } from '../repository.ts';
import { selectRequirements, tasksFor, unusableRequirements } from '../requirements.ts';
import { allBatches, resolveBatch } from '../resolve.ts';
import { settingsFromFlags } from '../settings-flags.ts';
import type { SettingsFlags } from '../settings-flags.ts';

interface CreateFlags extends SettingsFlags, NeedFlags {
  readonly project?: string;
  readonly all?: boolean;
  readonly name?: string;
  readonly start?: boolean;
  readonly again?: boolean;
  readonly json?: boolean;
}

/** Makes a batch; the repository is registered if it is not yet. */
export const createBatch: Handler<CreateFlags> = async (context, flags, names) => {
  if ((names.length === 0) !== (flags.all === true)) {
    context.note('Name the requirements, or give --all.\nNext: nightloom batch create --help');
    return EXIT_USAGE;
  }
  const overrides = settingsFromFlags(flags, context.cwd);
  const path = requireRepository(context, flags.project);
  const { client } = await connectOrStart(context);
  const { project } = await registerProject(client, path);
  if (isUntrusted(project)) {
    const command = `nightloom project trust ${shellWord(project.path)}`;
    context.note(`${context.err.warn('!')} ${changedText(project)} The batch waits until \`${command}\`.`);
  }
  const again = flags.again === true;
  const requirements = await selectRequirements(client, { names, project, again });
  const unusable = flags.all === true ? await unusableRequirements(client, project) : [];
  for (const remark of unusable) context.note(`${context.err.warn('!')} ${remark}`);
  const made = await client.call('createBatch', {
    body: {
      tasks: tasksFor(project, requirements, flags),
      flags: overrides,
      again,
      ...(flags.name === undefined ? {} : { name: flags.name }),
    },
  });
  if (flags.start === true) await client.call('startBatch', { params: { id: made.id }, body: {} });
  const batch = flags.start === true ? await client.call('getBatch', { params: { id: made.id } }) : made;
  printEither(context, flags.json, batch, () => [
    `Batch ${batch.name} (${batch.id}): ${counted(requirements.length, 'task')}, ${batch.status}.`,
    ...(flags.start === true ? [] : [`Start it: nightloom batch start ${batch.id}`]),
  ]);
  return 0;
};

interface ListFlags {
  readonly project?: string;
  readonly status?: string;
  readonly all?: boolean;
  readonly deleted?: boolean;
  readonly json?: boolean;
}

/** Lists batches, newest first; `--json`: an array. */
export const listBatches: Handler<ListFlags> = async (context, flags) => {
  const status = flags.status === undefined ? undefined : oneOf('--status', flags.status, BATCH_STATUSES);
  const { client } = await connect(context);
  const project = flags.project === undefined ? null : await resolveProject(context, client, flags.project);
  const batches = await allBatches(client, {
    show: flags.deleted === true ? 'deleted' : flags.all === true ? 'all' : 'current',
    ...(status === undefined ? {} : { status }),
    ...(project === null ? {} : { project: project.id }),
  });
  printEither(context, flags.json, batches, () => batchTable(batches, outputOptions(context)));
  return 0;
};

/** Shows a batch with its tasks. */
export const showBatch: Handler<{ json?: boolean }> = async (context, flags, args) => {
  const { client } = await connect(context);
  const id = await resolveBatch(context, client, operand(args, 0));
  const batch = await client.call('getBatch', { params: { id } });
  printEither(context, flags.json, batch, () => batchLines(batch, outputOptions(context)));
  return 0;
};

/** `text` as one of `words`. @throws AppError invalid_input naming the words */
export function oneOf<Word extends string>(flag: string, text: string, words: readonly Word[]): Word {
  const found = words.find((word) => word === text);
  if (found !== undefined) return found;
  throw new AppError('invalid_input', `${flag} ${text} is not one of ${words.join(', ')}.`, {
    details: { next: `Give one of these to ${flag}.` },
  });
}
