/** Where the API listens. */
import { AppError } from '../contracts/errors.ts';

/** Tried first; then any free one. */
const DEFAULT_PORT = 7780;
const LOOPBACK = '127.0.0.1';

/** What can listen: a Fastify instance. */
interface Listener {
  listen(options: { host: string; port: number }): Promise<string>;
}

/**
 * Listens on loopback: the port of last time, else 7780, else a free one.
 * @returns the address as URL
 * @throws AppError port_taken when not even a free port can be had
 */
export async function listenOnLoopback(api: Listener, last: number | null): Promise<string> {
  for (const port of [last ?? DEFAULT_PORT, DEFAULT_PORT, 0]) {
    try {
      return await api.listen({ host: LOOPBACK, port });
    } catch (error) {
      const taken =
        error instanceof Error && 'code' in error && (error.code === 'EADDRINUSE' || error.code === 'EACCES');
      if (!taken) throw error;
    }
  }
  throw new AppError('port_taken', 'No port could be had for the API.');
}
