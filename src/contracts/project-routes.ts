/** Routes of projects and their requirements. */
import { z } from 'zod';
import { id, listOf, route, shortPage } from './route.ts';
import { SettingsOverridesSchema } from './settings.ts';
import { PreflightViewSchema, ProjectViewSchema, RegisteredProjectSchema, RequirementViewSchema } from './views.ts';
import { TASK_STATUSES } from './vocabulary.ts';

const search = z.string().max(200).optional();

/** What is at a path. */
export const ProjectCheckSchema = z
  .object({
    ok: z.boolean(),
    path: z.string().describe('Top of the repository; what was asked for if there is none'),
    name: z.string().nullable(),
    branch: z.string().nullable().describe('null: none, or detached'),
    head: z.string().nullable(),
    uncommittedFiles: z.int().nullable(),
    projectId: z.string().nullable().describe('It is registered already'),
    problem: z.object({ code: z.string(), message: z.string(), hint: z.string() }).nullable(),
  })
  .meta({ id: 'ProjectCheck' });

/** By name; part of `routes`. */
export const projectRoutes = {
  listProjects: route({
    method: 'GET',
    path: '/api/projects',
    summary: 'Registered projects',
    tag: 'projects',
    query: z.object({
      ...shortPage,
      sort: z.enum(['name', 'newest']).default('name'),
      search: search.describe('Part of the name or the path, in any case'),
    }),
    answers: listOf(ProjectViewSchema),
  }),
  addProject: route({
    method: 'POST',
    path: '/api/projects',
    summary: 'Register a repository, and trust its project file as it is; again: the same project',
    tag: 'projects',
    body: z.object({
      path: z.string().min(1).max(4096),
      name: z.string().trim().min(1).max(100).optional(),
      trust: z
        .boolean()
        .default(true)
        .describe('false: a file that changed since it was trusted stays untrusted; a new project is trusted anyway'),
    }),
    answers: RegisteredProjectSchema,
    status: 201,
  }),
  getProject: route({
    method: 'GET',
    path: '/api/projects/:id',
    summary: 'One project',
    tag: 'projects',
    params: id,
    answers: ProjectViewSchema,
  }),
  removeProject: route({
    method: 'DELETE',
    path: '/api/projects/:id',
    summary: 'Forget a project; nothing in its repository changes',
    tag: 'projects',
    params: id,
    answers: ProjectViewSchema,
  }),
  checkProject: route({
    method: 'POST',
    path: '/api/projects/check',
    readOnly: true,
    summary: 'What is at a path, as one types it; registers nothing',
    tag: 'projects',
    body: z.object({ path: z.string().max(4096) }),
    answers: ProjectCheckSchema,
  }),
  setProjectSettings: route({
    method: 'PUT',
    path: '/api/projects/:id/settings',
    summary: 'Settings kept in the database',
    tag: 'projects',
    params: id,
    body: SettingsOverridesSchema,
    answers: ProjectViewSchema,
  }),
  projectConfiguration: route({
    method: 'POST',
    path: '/api/projects/:id/configuration',
    readOnly: true,
    summary: 'Each setting and where it comes from',
    tag: 'projects',
    params: id,
    body: z.object({ flags: SettingsOverridesSchema.optional() }),
    answers: z.object({
      settings: z.record(z.string(), z.unknown()),
      origins: z.array(
        z.object({ key: z.string(), value: z.unknown(), source: z.string(), file: z.string().nullable() }),
      ),
    }),
  }),
  preflight: route({
    method: 'POST',
    path: '/api/projects/:id/preflight',
    readOnly: true,
    summary: 'What a night in this project needs',
    tag: 'projects',
    params: id,
    body: z.object({ flags: SettingsOverridesSchema.optional() }),
    answers: PreflightViewSchema,
  }),
  listRequirements: route({
    method: 'GET',
    path: '/api/projects/:id/requirements',
    summary: 'Requirement files with their status',
    tag: 'requirements',
    params: id,
    query: z.object({
      ...shortPage,
      sort: z.enum(['name', 'title', 'status']).default('name'),
      status: z.enum(TASK_STATUSES).optional(),
      search: search.describe('Part of the name or the title, in any case'),
    }),
    answers: listOf(RequirementViewSchema),
  }),
} as const;
