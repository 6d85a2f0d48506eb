/** Where our servers listen. */
import type { Server } from 'node:http';
import { AppError } from '../contracts/errors.ts';
import type { ListenPlace } from './service-options.ts';

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

/**
 * Listens at `place`; a port of 0 takes a free one.
 * @param who begins the message: `The host door`
 * @returns the address as URL
 * @throws AppError port_taken
 */
export async function listenAt(server: Server, who: string, { host, port }: ListenPlace): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      reject(new AppError('port_taken', `${who} cannot listen at ${host}:${port}: ${cause.message}.`, { cause }));
    });
    server.listen({ host, port }, resolve);
  });
  const address = server.address();
  const taken = typeof address === 'object' && address !== null ? address.port : port;
  return `http://${host.includes(':') ? `[${host}]` : host}:${taken}`;
}

/** Closes it, also under those who keep their connections. */
export async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}
