/** Requests at a fixed rate, whatever the answers take: a server that stalls is charged for all that should have been sent meanwhile. */
import { Agent, get } from 'node:http';

/** What is asked. */
export interface Load {
  readonly url: string;
  /** In turns. */
  readonly paths: readonly string[];
  readonly token: string;
  readonly perSecond: number;
  readonly seconds: number;
}

/** Milliseconds of each request, counted from the moment at which it was due. Throws when an answer is no 200. */
export async function sendAtRate({ url, paths, token, perSecond, seconds }: Load): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 50 });
  const times: number[] = [];
  const count = perSecond * seconds;
  const beganAt = performance.now();
  const sent: Promise<void>[] = [];
  for (let at = 0; at < count; at += 1) {
    const dueAt = beganAt + (at * 1000) / perSecond;
    const waitMs = dueAt - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    const path = paths[at % paths.length] ?? '/';
    sent.push(ask(agent, `${url}${path}`, token).then(() => void times.push(performance.now() - dueAt)));
  }
  await Promise.all(sent);
  agent.destroy();
  return times;
}

function ask(agent: Agent, url: string, token: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent, headers: { authorization: `Bearer ${token}` } }, (response) => {
      response.on('data', () => undefined);
      response.on('end', () => {
        if (response.statusCode === 200) resolve();
        else reject(new Error(`${url} answered ${response.statusCode}`));
      });
    });
    request.on('error', reject);
  });
}
