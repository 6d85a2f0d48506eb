/** Whether the machine stays awake in the night. For `doctor`. */
import type { DoctorCheck } from '../contracts/doctor-routes.ts';
import { badCheck, goodCheck } from '../host/project/machine-checks.ts';
import { keepAwakeSetting } from '../host/project/settings.ts';
import type { Environment } from '../platform/environment.ts';
import { canKeepAwake } from './keep-awake.ts';

const NAME = 'keep awake';

/** A machine that falls asleep is no fault of ours, but it costs the night. */
export async function awakeCheck(home: string, environment: Pick<Environment, 'path' | 'raw'>): Promise<DoctorCheck> {
  const wish = await keepAwakeSetting(home);
  if (wish === 'never') return goodCheck(NAME, 'off: the machine may fall asleep while a batch runs');
  if (await canKeepAwake(environment.path, environment.raw)) {
    const when = wish === 'always' ? '' : ' and has mains power';
    return goodCheck(NAME, `the machine is kept awake while a batch runs${when}`);
  }
  const message = 'Nothing here keeps the machine awake while a batch runs.';
  return badCheck(NAME, 'warning', message, 'Switch automatic sleep off in its energy settings.');
}
