/** What `up` tells its host worker, as one JSON argument. Holds no secret. */
import { z } from 'zod';

const HostOptionsSchema = z.object({
  home: z.string().min(1),
  temporalAddress: z.string().min(1),
  embedded: z.boolean(),
});

/** State directory and server of a host worker. */
export type HostOptions = z.infer<typeof HostOptionsSchema>;

/** The options of a command line. @throws ZodError when started in another way than by `up` */
export function hostOptions(argument: string | undefined): HostOptions {
  return HostOptionsSchema.parse(JSON.parse(argument ?? 'null'));
}
