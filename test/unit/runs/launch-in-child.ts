/** Launches the run whose specification is in argv and then waits to be killed; a stand-in for a worker. */
import { launchRun } from '../../../src/host/runs/launch.ts';
import type { RunSpec } from '../../../src/host/runs/launch.ts';

const spec: RunSpec = JSON.parse(process.argv[2] ?? '');
await launchRun(spec);
process.stdout.write('launched\n');
setInterval(() => undefined, 1000);
