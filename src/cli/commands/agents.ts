/** `nightloom agents` */
import type { AgentInfo } from '../../contracts/agent-routes.ts';
import { connect } from '../connect.ts';
import type { Handler } from '../context.ts';
import { outputOptions, printEither } from '../output.ts';
import type { RenderOptions } from '../render/batch.ts';
import { clip, columns, oneLine } from '../render/text.ts';

/** Shows the agents, whether they are installed and logged in on the host. */
export const agents: Handler<{ json?: boolean }> = async (context, { json }) => {
  const { client } = await connect(context);
  const { items } = await client.call('listAgents');
  printEither(context, json, { agents: items }, () => agentLines(items, outputOptions(context)));
  return 0;
};

function agentLines(items: readonly AgentInfo[], { style }: RenderOptions): string[] {
  return columns(
    items.map(({ name, installed, version, login, method, repair }) => [
      installed && login !== 'no' ? style.good('✓') : style.dim('·'),
      name,
      installed ? clip(oneLine(version ?? ''), 40) : style.dim('not installed'),
      installed ? loginText(login, method) : '',
      repair === null ? '' : style.dim(repair),
    ]),
  );
}

function loginText(login: AgentInfo['login'], method: string | null): string {
  switch (login) {
    case 'yes':
      return method === null ? 'logged in' : `logged in (${oneLine(method)})`;
    case 'no':
      return 'not logged in';
    case 'not_needed':
      return 'needs no login';
    case 'unknown':
      return 'login not known';
  }
}
