/** A TCP proxy on the loopback address that a test can cut: connections stay open and nothing passes, as when a cable is pulled. */
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';

/** A way to a server that can be interrupted. */
export interface CutNetwork {
  /** `host:port` to use instead of the server's. */
  readonly address: string;
  /** From now on nothing passes in either direction, and new connections are taken and never answered. */
  cut(): void;
  /** Lets everything pass again. Connections from before are reset, as a router without their state would do. */
  mend(): void;
  close(): Promise<void>;
}

/** Opens the way to `target` (`host:port`). */
export async function openNetwork(target: string): Promise<CutNetwork> {
  const [host = '', port = ''] = target.split(':');
  const open = new Set<Socket>();
  let isCut = false;
  const keep = (socket: Socket): void => {
    open.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => open.delete(socket));
  };
  const server = createServer({ pauseOnConnect: true }, (near) => {
    keep(near);
    if (isCut) return;
    const far = connect({ host, port: Number(port), noDelay: true });
    keep(far);
    near.setNoDelay(true);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on('data', (bytes) => to.write(bytes));
      from.once('close', () => to.destroy());
    }
    near.resume();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('The proxy has no port.');
  return {
    address: `127.0.0.1:${address.port}`,
    cut: () => {
      isCut = true;
      for (const socket of open) socket.pause();
    },
    mend: () => {
      isCut = false;
      for (const socket of open) socket.destroy();
    },
    close: async () => {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
