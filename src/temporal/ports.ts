/** Ports on the loopback address. */
import { createServer } from 'node:net';

/** The only address that we listen on unless told otherwise. */
export const LOOPBACK = '127.0.0.1';

/** The first of `preferred` that is free now and not in `except`, else a free one of the system's choice. */
export async function choosePort(preferred: readonly number[], except: readonly number[] = []): Promise<number> {
  for (const port of preferred) {
    if (!except.includes(port) && (await bindOnce(port)) !== null) return port;
  }
  for (;;) {
    const port = await bindOnce(0);
    if (port !== null && !except.includes(port)) return port;
  }
}

/** True if nothing listens on the port now. */
export async function isPortFree(port: number): Promise<boolean> {
  return (await bindOnce(port)) !== null;
}

/** Listens on `port` (0: any) and stops at once; the port's number, or null when it is taken or not allowed. */
function bindOnce(port: number): Promise<number | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(null));
    server.listen({ port, host: LOOPBACK, exclusive: true }, () => {
      const address = server.address();
      const bound = typeof address === 'object' && address !== null ? address.port : null;
      server.close(() => resolve(bound));
    });
  });
}
