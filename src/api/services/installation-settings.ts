/** Settings of the installation: kept ones from the database, limits of the lanes from their workflow. */
import { AppError } from '../../contracts/errors.ts';
import type { InstallationSettings, SettingsChange } from '../../contracts/installation-settings.ts';
import { DEFAULT_BACKGROUND, DEFAULT_LANES } from '../../domain/lanes.ts';
import { readSettings, writeSettings } from '../../store/installation-settings.ts';
import type { VersionedSettings } from '../../store/installation-settings.ts';
import type { ApiDeps } from '../deps.ts';

type Deps = Pick<ApiDeps, 'store' | 'lanes' | 'host' | 'logger'>;

/** Other changes at the same moment are few. */
const MAX_TRIES = 5;

/** As they are; limits are null while Temporal does not answer. */
export async function installationSettings(deps: Deps): Promise<InstallationSettings> {
  return { ...(await limitsOf(deps)), retention: (await readSettings(deps.store.settings)).settings.retention };
}

/**
 * Changes some, or none of them.
 * @param check is given them as they are, and throws when they are not what the caller knows
 * @throws AppError no_worker, temporal_unreachable when a limit is to be changed; database_busy
 */
export async function changeSettings(
  deps: Deps,
  change: SettingsChange,
  check: (now: InstallationSettings) => void,
): Promise<InstallationSettings> {
  const { retention, ...limits } = change;
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const before = await readSettings(deps.store.settings);
    check({ ...(await limitsOf(deps)), retention: before.settings.retention });
    const settings = { ...before.settings, retention: { ...before.settings.retention, ...defined(retention ?? {}) } };
    const isKept = retention !== undefined;
    if (isKept && !(await writeSettings(deps.store.settings, settings, before.version))) continue;
    if (Object.keys(limits).length > 0) await setLimits(deps, defined(limits), isKept ? before : null);
    return await installationSettings(deps);
  }
  throw new AppError('database_busy', 'The settings are being changed by others all the time.');
}

/** If the limits cannot be changed, what was kept already is put back. */
async function setLimits(
  deps: Deps,
  limits: Readonly<Record<string, number>>,
  before: VersionedSettings | null,
): Promise<void> {
  try {
    await deps.lanes.setLimits(deps.host, toLimits(limits));
  } catch (error) {
    if (before !== null) await writeSettings(deps.store.settings, before.settings, before.version + 1);
    throw error;
  }
}

function toLimits({ lanes, background }: Readonly<Record<string, number>>) {
  return { ...(lanes === undefined ? {} : { limit: lanes }), ...(background === undefined ? {} : { background }) };
}

async function limitsOf({ lanes, host, logger }: Deps): Promise<Pick<InstallationSettings, 'lanes' | 'background'>> {
  try {
    const state = await lanes.state(host);
    return { lanes: state?.limit ?? DEFAULT_LANES, background: state?.background ?? DEFAULT_BACKGROUND };
  } catch (err) {
    if (!AppError.is(err) || err.category !== 'transient') throw err;
    logger.debug({ err }, 'the limits of the lanes are not known now');
    return { lanes: null, background: null };
  }
}

function defined(values: Readonly<Record<string, number | undefined>>): Record<string, number> {
  return Object.fromEntries(Object.entries(values).filter((pair): pair is [string, number] => pair[1] !== undefined));
}
