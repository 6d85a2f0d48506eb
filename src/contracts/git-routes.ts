/** Routes that commit and push a checkout. Part of the route table. */
import { z } from 'zod';
import { route } from './route.ts';

const template = z.string().min(1).max(2000).describe('Template: {requirementName} {projectName} {branch} {timestamp}');

/** Rows of the route table. */
export const gitRoutes = {
  commitAndPush: route({
    method: 'POST',
    path: '/api/git/commit-and-push',
    summary: 'Add, commit and push in the checkout of a project; a batch needs none of this',
    tag: 'git',
    body: z.object({
      projectId: z.string().max(200).optional().describe('Or projectPath'),
      projectPath: z.string().min(1).max(4096).optional().describe('Of a registered project; instead of projectId'),
      requirementName: z.string().min(1).max(1000).optional().describe('For the templates; absent: the project name'),
      commitMessage: template.optional().describe('What {commitMessage} stands for; wins over commitMessageTemplate'),
      commitMessageTemplate: template.optional().describe('Default: `Auto-commit: {requirementName}`'),
      commands: z
        .array(z.string().min(1).max(2000))
        .min(1)
        .max(20)
        .optional()
        .describe(
          'Default: `git add .`, `git commit -m "{commitMessage}"`, `git push`. Only git add, commit and push; no shell, no force',
        ),
    }),
    answers: z.object({
      success: z.boolean().describe('No step failed; nothing to commit is no failure'),
      message: z.string(),
      branch: z.string(),
      commit: z.string().nullable().describe('The commit that was made; null: none'),
      pushed: z.boolean(),
      rebased: z.boolean().describe('The remote had other commits: ours were put on top of them, once'),
      results: z.array(
        z.object({
          command: z.string(),
          status: z.enum(['done', 'nothing_to_commit', 'failed', 'skipped']),
          success: z.boolean(),
          output: z.string(),
        }),
      ),
    }),
  }),
} as const;
