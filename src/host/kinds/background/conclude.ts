/** Makes a result of what an agent answered, or says what is wrong with the answer. Pure. */
import { BACKGROUND_ANSWERS } from '../../../contracts/background.ts';
import type {
  BackgroundOrder,
  BackgroundResult,
  GenerateResult,
  RefineResult,
  StoryEditResult,
} from '../../../contracts/background.ts';
import { assertNever } from '../../../contracts/vocabulary.ts';
import { classify } from '../../requirements/classify.ts';
import type { FrozenStory } from './stories.ts';

/** A result that may be kept, or what the agent is to correct: at most 20 lines for people and agents. */
export type Conclusion =
  | { readonly ok: true; readonly result: BackgroundResult }
  | { readonly ok: false; readonly mistakes: readonly string[] };

const MAX_MISTAKES = 20;
const NEW_ID = /^[a-z0-9][a-z0-9-]{0,79}$/;

/**
 * Judges an answer.
 * @param answer what the agent gave; null: nothing that could be one
 * @param stories with the texts that the agent was shown
 */
export function conclude(order: BackgroundOrder, stories: readonly FrozenStory[], answer: unknown): Conclusion {
  if (answer === null || answer === undefined) return wrong(['There is no JSON object in the answer.']);
  switch (order.kind) {
    case 'refine': {
      const parsed = BACKGROUND_ANSWERS.refine.safeParse(answer);
      if (!parsed.success) return wrong(parsed.error.issues.map(describe));
      return judged(refineMistakes(parsed.data, asked(order.params.requirements, stories)), {
        kind: 'refine',
        result: parsed.data,
      });
    }
    case 'generate': {
      const parsed = BACKGROUND_ANSWERS.generate.safeParse(answer);
      if (!parsed.success) return wrong(parsed.error.issues.map(describe));
      const { count } = order.params;
      return judged(generateMistakes(parsed.data, stories, count), { kind: 'generate', result: parsed.data });
    }
    case 'story-edit': {
      const parsed = BACKGROUND_ANSWERS['story-edit'].safeParse(answer);
      if (!parsed.success) return wrong(parsed.error.issues.map(describe));
      const { storyId } = order.params;
      const current = stories.find((story) => story.id === storyId);
      const currentStory = { title: current?.title ?? '', body: current?.body ?? '' };
      const result = { storyId, currentStory, ...parsed.data };
      return judged(storyEditMistakes(result, stories), { kind: 'story-edit', result });
    }
    default:
      return assertNever(order);
  }
}

/** The stories that may be refined; the others are shown because they belong together. */
function asked(names: readonly string[] | undefined, stories: readonly FrozenStory[]): readonly FrozenStory[] {
  return names === undefined ? stories : stories.filter((story) => names.includes(story.id));
}

function refineMistakes({ refinements }: RefineResult, stories: readonly FrozenStory[]): string[] {
  return [
    ...unknown('refinements', refinements, stories),
    ...repeated(
      'refinements',
      refinements.map((each) => each.storyId),
    ),
    ...refinements.flatMap(({ storyId, body }, at) => bodyMistakes(`refinements.${at}.body`, storyId, body)),
  ];
}

function generateMistakes({ stories: made }: GenerateResult, known: readonly FrozenStory[], max: number): string[] {
  const taken = new Set(known.map((story) => story.id.toLowerCase()));
  return [
    ...(made.length > max ? [`stories: at most ${max} were asked for, there are ${made.length}.`] : []),
    ...made.flatMap(({ id }, at) =>
      NEW_ID.test(id) ? [] : [`stories.${at}.id: only lower-case letters, digits and hyphens, at most 80.`],
    ),
    ...made.flatMap(({ id }, at) => (taken.has(id) ? [`stories.${at}.id: there is a story ${id} already.`] : [])),
    ...repeated(
      'stories',
      made.map((each) => each.id),
    ),
    ...made.flatMap(({ id, body }, at) => bodyMistakes(`stories.${at}.body`, id, body)),
  ];
}

function storyEditMistakes(result: StoryEditResult, stories: readonly FrozenStory[]): string[] {
  const { storyId, target, related_updates: related } = result;
  return [
    ...bodyMistakes('target.body', storyId, target.body),
    ...unknown('related_updates', related, stories),
    ...repeated('related_updates', [storyId, ...related.map((each) => each.storyId)]),
    ...related.flatMap((each, at) => bodyMistakes(`related_updates.${at}.body`, each.storyId, each.body)),
  ];
}

function unknown(list: string, items: readonly { storyId: string }[], stories: readonly FrozenStory[]): string[] {
  const ids = new Set(stories.map((story) => story.id));
  return items.flatMap(({ storyId }, at) =>
    ids.has(storyId) ? [] : [`${list}.${at}.storyId: there is no story ${JSON.stringify(storyId)} that this is about.`],
  );
}

function repeated(list: string, ids: readonly string[]): string[] {
  const twice = new Set(ids.filter((id, at) => ids.indexOf(id) !== at));
  return [...twice].map(
    (id) => `${list}: ${JSON.stringify(id)} is there more than once; put everything into one item.`,
  );
}

/** What the file would be must be a requirement that can be run. */
function bodyMistakes(path: string, id: string, body: string): string[] {
  const { problem, slashCommandReason } = classify(id, Buffer.from(`${body}\n`));
  if (problem !== null) return [`${path}: ${problem}`];
  // A story in a subfolder is a slash command whatever it says.
  if (slashCommandReason === null || id.includes('/')) return [];
  return [`${path}: It would be taken for a slash command. ${slashCommandReason}`];
}

function judged(mistakes: readonly string[], result: BackgroundResult): Conclusion {
  return mistakes.length === 0 ? { ok: true, result } : wrong(mistakes);
}

function wrong(mistakes: readonly string[]): Conclusion {
  const shown = mistakes.slice(0, MAX_MISTAKES).map((line) => line.slice(0, 500));
  const more = mistakes.length - shown.length;
  return { ok: false, mistakes: more > 0 ? [...shown, `... and ${more} more.`] : shown };
}

function describe(issue: { readonly path: readonly PropertyKey[]; readonly message: string }): string {
  const path = issue.path.map(String).join('.');
  return path === '' ? issue.message : `${path}: ${issue.message}`;
}
