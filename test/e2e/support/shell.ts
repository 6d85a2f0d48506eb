/** A user who works in one repository after another: what is typed is typed in the present one. */
import type { TestRepository } from '../../support/git-repository.ts';
import { asBatch } from './batch.ts';
import type { Ran, User } from './user.ts';

/** See above. */
export interface Shell {
  /** The present one. Throws before the first {@link Shell.enter}. */
  readonly repository: TestRepository;
  /** Makes a repository with these scripts, for the scripted agent with `agent`'s settings and one attempt, and enters it. */
  enter(scripts: Readonly<Record<string, string>>, agent?: object): Promise<void>;
  type(...args: string[]): Promise<Ran>;
  /** `batch create`. Returns the batch's id. */
  create(...args: string[]): Promise<string>;
}

/** A shell of `user`. */
export function shellOf(user: User): Shell {
  let present: TestRepository | null = null;
  const repository = (): TestRepository => {
    if (present === null) throw new Error('The user is in no repository yet.');
    return present;
  };
  return {
    get repository() {
      return repository();
    },
    enter: async (scripts, agent = {}) => {
      const settings = { agent: { name: 'scripted', ...agent }, attempts: 1 };
      present = await user.repository(scripts, { 'nightloom.config.json': JSON.stringify(settings) });
    },
    type: (...args) => user.call(args, { cwd: repository().directory }),
    create: async (...args) => {
      const { doc } = await user.json(['batch', 'create', ...args], { cwd: repository().directory });
      return asBatch(doc).id;
    },
  };
}
