/** `nightloom config` */
import type { RouteAnswer } from '../../contracts/http.ts';
import { connect } from '../connect.ts';
import type { Handler } from '../context.ts';
import { outputOptions, printEither } from '../output.ts';
import { clip, columns, oneLine } from '../render/text.ts';
import { resolveProject } from '../repository.ts';
import { settingsFromFlags } from '../settings-flags.ts';
import type { SettingsFlags } from '../settings-flags.ts';

/** Prints each setting of a project and its source. */
export const config: Handler<SettingsFlags & { project?: string; json?: boolean }> = async (context, flags) => {
  const overrides = settingsFromFlags(flags, context.cwd);
  const { client } = await connect(context);
  const project = await resolveProject(context, client, flags.project);
  const answer = await client.call('projectConfiguration', { params: { id: project.id }, body: { flags: overrides } });
  printEither(context, flags.json, answer, () => [
    outputOptions(context).style.strong(`Settings of ${oneLine(project.name)} (${project.path})`),
    ...configLines(answer.origins),
  ]);
  return 0;
};

/** A table of settings: key, value, source. */
export function configLines(origins: RouteAnswer<'projectConfiguration'>['origins']): string[] {
  return columns(
    origins.map(({ key, value, source, file }) => [
      key,
      clip(oneLine(JSON.stringify(value) ?? 'null'), 60),
      file === null ? source : `${source} (${file})`,
    ]),
  );
}
