/** The stories a background task looks at, as they were frozen when it was made. */
import type { StoryRef } from '../../../contracts/background.ts';
import { readFrozen } from '../../requirements/freeze.ts';

/** A story with its text. */
export interface FrozenStory extends StoryRef {
  /** The whole frozen text. */
  readonly body: string;
}

/**
 * Reads the frozen texts from `inputs` (a folder of the state directory).
 * @throws AppError requirement_not_found (not kept here any more), requirement_invalid (damaged)
 */
export async function readStories(inputs: string, refs: readonly StoryRef[]): Promise<FrozenStory[]> {
  const stories: FrozenStory[] = [];
  for (const ref of refs) stories.push({ ...ref, body: (await readFrozen(inputs, ref.sha256)).toString('utf8') });
  return stories;
}
