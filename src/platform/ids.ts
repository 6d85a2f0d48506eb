/** New ids, random enough that two hosts never make the same one. */
import { randomInt } from 'node:crypto';
import { asId } from '../contracts/ids.ts';
import type { BatchId, HostId, IdeaId, InstallationId, ProjectId, TaskId, WebhookId } from '../contracts/ids.ts';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';
const PREFIXES = { installation: 'i_', project: 'p_', batch: 'b_', task: 't_', webhook: 'w_', idea: 'd_' } as const;
const HOST_NAME_MAX = 36;

interface NewIds {
  installation: InstallationId;
  project: ProjectId;
  batch: BatchId;
  task: TaskId;
  webhook: WebhookId;
  idea: IdeaId;
}

function randomText(length: number): string {
  let text = '';
  while (text.length < length) text += ALPHABET.charAt(randomInt(ALPHABET.length));
  return text;
}

/** A new id of `kind`: prefix and 10 random characters (51 bits). Hosts have {@link newHostId}. */
export function newId<Kind extends keyof NewIds>(kind: Kind): NewIds[Kind] {
  return asId(kind, `${PREFIXES[kind]}${randomText(10)}`);
}

/** {@link newId} of each kind that the API makes. */
export const NEW_IDS = {
  project: () => newId('project'),
  batch: () => newId('batch'),
  task: () => newId('task'),
  webhook: () => newId('webhook'),
  idea: () => newId('idea'),
} as const;

/**
 * A new host id: the machine's name in lower case, other characters as `-`, at most 36 characters, and 4 random
 * characters, so that two machines of one name differ. A name without usable characters becomes `host`.
 */
export function newHostId(machineName: string): HostId {
  const name = machineName
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, HOST_NAME_MAX)
    .replaceAll(/^-+|-+$/g, '');
  return asId('host', `${name === '' ? 'host' : name}-${randomText(4)}`);
}
