/** Routes about what the machine of the host needs. Part of the route table. */
import { z } from 'zod';
import { listOf, route } from './route.ts';

/** One prerequisite, looked at. */
export const DoctorCheckSchema = z
  .object({
    name: z.string(),
    ok: z.boolean(),
    level: z.enum(['error', 'warning', 'info']).describe('error: nothing works before it is repaired; info: it is ok'),
    message: z.string().describe('What was found'),
    repair: z.string().nullable().describe('The command, or what to do, that repairs it; null: nothing to repair'),
  })
  .meta({
    id: 'DoctorCheck',
    examples: [
      {
        name: 'git identity',
        ok: false,
        level: 'error',
        message: 'git does not know who commits (in /home/me).',
        repair: 'git config --global user.name "..." && git config --global user.email "..."',
      },
    ],
  });
/** See {@link DoctorCheckSchema}. */
export type DoctorCheck = z.infer<typeof DoctorCheckSchema>;

/** Rows of the route table. */
export const doctorRoutes = {
  doctor: route({
    method: 'GET',
    path: '/api/doctor',
    summary:
      'What the host needs, each thing that is missing with the command that repairs it; agents: see /api/agents',
    tag: 'system',
    answers: listOf(DoctorCheckSchema),
  }),
} as const;
