/** Whether the machine runs on mains power. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Linux: https://docs.kernel.org/power/power_supply_class.html */
const POWER_SUPPLIES = '/sys/class/power_supply';

/** False only when a battery of the machine itself is there and no mains or USB supply is online. */
export async function isOnPower(folder = POWER_SUPPLIES): Promise<boolean> {
  let hasBattery = false;
  for (const name of await readdir(folder).catch(() => [])) {
    const read = async (file: string): Promise<string> =>
      (await readFile(join(folder, name, file), 'utf8').catch(() => '')).trim();
    const type = await read('type');
    if (type !== 'Battery') {
      if ((await read('online')) === '1') return true;
    } else if ((await read('scope')) !== 'Device') hasBattery = true;
  }
  return !hasBattery;
}
