/** `status --json`, read as the product's own schema says. */
import { StatusSchema } from '../../../src/contracts/views.ts';
import type { Status } from '../../../src/contracts/views.ts';
import type { User } from './user.ts';

/** How the user's stack is, with the exit code and the keys as they were printed. */
export async function statusOf(user: User): Promise<{ exit: number; status: Status; keys: string[] }> {
  const { exit, doc } = await user.json(['status']);
  return { exit, status: StatusSchema.parse(doc), keys: Object.keys(Object(doc)) };
}
