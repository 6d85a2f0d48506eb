/**
 * Completes `package-lock.json` (`npm run lock`): an entry for every optional package of another platform. npm leaves out
 * those that the registry at hand does not have (mirrors often carry one platform), and `npm ci` then refuses the whole
 * lock file. Such packages are never fetched here; where they are, npm takes this exact version.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { stdout } from 'node:process';
import { fileURLToPath } from 'node:url';

const PATH = fileURLToPath(new URL('../package-lock.json', import.meta.url));
const SYSTEMS = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32'];
const PROCESSORS = ['arm64', 'arm', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'wasm32', 'x64'];

interface Entry {
  readonly version?: string;
  readonly dev?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

type Packages = Readonly<Record<string, Entry>>;

/** `os`, `cpu` and `libc` of a package that is named after its platform; null when its name does not say them. */
export function platformOf(name: string): { os?: string[]; cpu: string[]; libc?: string[] } | null {
  const words = name.replace(/^.*\//, '').split('-');
  const os = SYSTEMS.find((system) => words.includes(system));
  const cpu = PROCESSORS.find((processor) => words.includes(processor));
  if (cpu === undefined) return null;
  if (os === undefined) return cpu === 'wasm32' ? { cpu: [cpu] } : null;
  const abi = words.at(-1) ?? '';
  if (abi.startsWith('musl')) return { os: [os], cpu: [cpu], libc: ['musl'] };
  if (os === 'linux' && abi.startsWith('gnu')) return { os: [os], cpu: [cpu], libc: ['glibc'] };
  return { os: [os], cpu: [cpu] };
}

/** Name and wanted version of every optional package without an entry, with the entry that wants it. */
export function missingFrom(packages: Packages): { name: string; version: string; wantedBy: string }[] {
  return Object.entries(packages).flatMap(([path, entry]) =>
    Object.entries(entry.optionalDependencies ?? {})
      .filter(([name]) => !isFound(packages, path, name))
      .map(([name, version]) => ({ name, version, wantedBy: path })),
  );
}

/** Looks where Node would: below the package itself, then below each folder around it. */
function isFound(packages: Packages, from: string, name: string): boolean {
  const folders = from.split('/node_modules/');
  const places = folders.map((_, length) => folders.slice(0, folders.length - length).join('/node_modules/'));
  return [...places.map((place) => `${place}/node_modules/${name}`), `node_modules/${name}`].some((path) =>
    Object.hasOwn(packages, path),
  );
}

if (import.meta.main) {
  const lock: { readonly packages: Packages } = JSON.parse(await readFile(PATH, 'utf8'));
  const missing = missingFrom(lock.packages);
  const added = missing.map(({ name, version, wantedBy }): [string, Entry] => {
    const platform = platformOf(name);
    if (platform === null || !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)) {
      throw new Error(`${name}@${version}, wanted by ${wantedBy}, is named after no platform or has no exact version.`);
    }
    const dev = lock.packages[wantedBy]?.dev === true ? { dev: true, optional: true } : { optional: true };
    return [`node_modules/${name}`, { version, ...platform, ...dev }];
  });
  const packages = [...Object.entries(lock.packages), ...added].toSorted(([a], [b]) => a.localeCompare(b, 'en'));
  await writeFile(PATH, `${JSON.stringify({ ...lock, packages: Object.fromEntries(packages) }, null, 2)}\n`);
  stdout.write(`${missing.length} packages of other platforms added to package-lock.json.\n`);
}
