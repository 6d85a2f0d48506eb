/** Routes about GitHub. Part of the route table. */
import { z } from 'zod';
import { route } from './route.ts';

const instant = z.string().nullable().describe('RFC 3339');

/** How the intake stands with every project. */
export const GithubViewSchema = z
  .object({
    projects: z.array(
      z.object({
        projectId: z.string(),
        project: z.string(),
        intake: z.boolean().nullable().describe('Whether its settings ask for it; null: not known yet'),
        askedAt: instant,
        nextAt: instant,
        queued: z.int().describe('Tasks that were found since this process started'),
        problem: z.object({ code: z.string(), message: z.string() }).nullable(),
      }),
    ),
  })
  .meta({ id: 'Github' });
/** See {@link GithubViewSchema}. */
export type GithubView = z.infer<typeof GithubViewSchema>;

const QueuedSchema = z.object({ taskId: z.string(), kind: z.string(), name: z.string(), status: z.string() });

/** Where GitHub sends its deliveries for one project; they carry a signature instead of the token. */
export const GITHUB_WEBHOOK_PATH = '/api/github/webhook/:id';

/** Rows of the route table. */
export const githubRoutes = {
  github: route({
    method: 'GET',
    path: '/api/github',
    summary: 'How the intake from GitHub stands',
    tag: 'github',
    answers: GithubViewSchema,
  }),
  pollGithub: route({
    method: 'POST',
    path: '/api/github/poll',
    summary: 'Ask GitHub for news of a project now; known events give the tasks that they have',
    tag: 'github',
    body: z.object({ projectId: z.string() }),
    answers: z.object({ intake: z.boolean(), tasks: z.array(QueuedSchema) }),
  }),
} as const;
