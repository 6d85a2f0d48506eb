/** Whether a Temporal server answers at an address. */
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';

/**
 * Version of the server that answers at `address` (host:port, no TLS) within `timeoutMs`; null if none does. A plain
 * TCP connection is tried first: a failed gRPC channel would back off for a second.
 */
export async function probeServer(address: string, timeoutMs: number): Promise<string | null> {
  if (!(await acceptsConnections(address, timeoutMs))) return null;
  // Without the client's own retries: one that is still to come when the connection closes would end the process.
  const connection = Connection.lazy({
    address,
    channelArgs: { 'grpc.use_local_subchannel_pool': 1 },
    interceptors: [],
  });
  try {
    const deadline = Date.now() + timeoutMs;
    const info = await connection.withDeadline(deadline, () => connection.workflowService.getSystemInfo({}));
    return info.serverVersion ?? null;
  } catch {
    return null;
  } finally {
    await connection.close();
  }
}

/** Asks again every 25 ms until a server answers; null after `timeoutMs` or as soon as `giveUp` says so. */
export async function waitForServer(
  address: string,
  timeoutMs: number,
  giveUp: () => Promise<boolean>,
): Promise<string | null> {
  const deadline = Date.now() + timeoutMs;
  while (Date.now() < deadline) {
    const version = await probeServer(address, 1_000);
    if (version !== null) return version;
    if (await giveUp()) return null;
    await sleep(25);
  }
  return null;
}

function acceptsConnections(address: string, timeoutMs: number): Promise<boolean> {
  const [host = '', port = ''] = address.split(':');
  return new Promise((resolve) => {
    const socket = connect({ host, port: Number(port), timeout: timeoutMs });
    const answer = (accepted: boolean): void => {
      socket.destroy();
      resolve(accepted);
    };
    socket.once('connect', () => answer(true));
    socket.once('error', () => answer(false));
    socket.once('timeout', () => answer(false));
  });
}
