/** The host door's calls about GitHub, as they are read from JSON. */
import { z } from 'zod';
import type { GithubDoor } from '../contracts/host-door-github.ts';
import { isId } from '../contracts/ids.ts';
import type { ProjectId } from '../contracts/ids.ts';
import { SettingsOverridesSchema } from '../contracts/settings.ts';

const asker = z.object({
  id: z.custom<ProjectId>((value) => typeof value === 'string' && isId('project', value)),
  name: z.string().max(1000),
  path: z.string().min(1).max(4096),
  settings: SettingsOverridesSchema,
  trustedSha256: z.string().max(100).nullable(),
});
const mark = z.string().max(1000).nullable();
const position = z.object({ issuesSince: mark, issuesEtag: mark, commentsSince: mark, commentsEtag: mark });
const place = z.object({
  repository: z.string().max(300),
  number: z.int().min(1),
  comment: z.int().min(1).nullable(),
});

/** How the arguments of each call are read. */
export const GITHUB_ARGUMENTS = {
  githubNews: z.tuple([asker, position]),
  githubLook: z.tuple([asker, place]),
} as const satisfies Record<keyof GithubDoor, z.ZodType>;
