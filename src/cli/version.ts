/** The package's version. */
import { readFileSync } from 'node:fs';

/** Version from package.json; `0.0.0` if that says none. */
export function packageVersion(): string {
  const parsed: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  const found = typeof parsed === 'object' && parsed !== null && 'version' in parsed ? parsed.version : null;
  return typeof found === 'string' ? found : '0.0.0';
}
