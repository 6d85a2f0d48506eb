/**
 * Builds the workflow bundle: `node scripts/build-workflows.ts`. With arguments (entry, bundle, key, sources...) for
 * other places; `workflowBundlePath` calls it so.
 */
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { bundleKey, bundlePlaces, writeBundle } from '../src/worker/workflow-bundle.ts';
import type { BundlePlaces } from '../src/worker/workflow-bundle.ts';

function placesFromArguments([entry, bundle, key, ...sources]: readonly string[]): BundlePlaces {
  if (entry === undefined || bundle === undefined || key === undefined) return bundlePlaces();
  return { entry, bundle, key, sources };
}

const places = placesFromArguments(process.argv.slice(2));
// The key is taken first: a source that changes during the build makes the bundle stale, not wrongly fresh.
const key = await bundleKey(places);
const { code } = await bundleWorkflowCode({
  workflowsPath: places.entry,
  logger: new DefaultLogger('WARN', ({ message }) => process.stderr.write(`${message}\n`)),
});
await writeBundle(places, code, key);
process.stdout.write(`${places.bundle} ${Math.round(code.length / 1024)} KB\n`);
