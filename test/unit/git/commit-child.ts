/** Commits in a process of its own, so that a test can kill it: request as JSON in argv, `ready` out, a line in, `done` out. */
import { once } from 'node:events';
import { commitTask } from '../../../src/host/git/commit.ts';
import type { CommitRequest } from '../../../src/host/git/commit.ts';

const request: CommitRequest = JSON.parse(process.argv[2] ?? '{}');
process.stdout.write('ready\n');
await once(process.stdin, 'data');
await commitTask(request);
process.stdout.write('done\n');
process.exit(0);
