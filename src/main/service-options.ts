/** What `nightloom api` and `nightloom worker` tell the programs that they become, as one JSON argument. No secrets. */
import { z } from 'zod';
import { AppError } from '../contracts/errors.ts';
import { isId } from '../contracts/ids.ts';
import type { HostId } from '../contracts/ids.ts';
import { externalTemporalConfig, hasExternalTemporal } from '../temporal/connection.ts';
import type { TemporalConfig } from '../temporal/connection.ts';
import type { Environment } from '../platform/environment.ts';

const ApiOptionsSchema = z.object({
  listen: z.string().optional(),
  allowHost: z.array(z.string()).optional(),
  host: z.string().optional(),
  door: z.string().optional(),
});
const WorkerOptionsSchema = z.object({ metrics: z.string().optional() });
const HostOptionsSchema = z.object({
  host: z.string(),
  listen: z.string().optional(),
  metrics: z.string().optional(),
});

/** A place to listen at. */
export interface ListenPlace {
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
}

/** Options of `nightloom api`. */
export interface ApiOptions {
  readonly listen: ListenPlace;
  /** Names in Host headers beside those of loopback. */
  readonly allowedHosts: readonly string[];
  /** null: the state directory's own. */
  readonly host: HostId | null;
  /** Address of the host's door; null: this machine's files. */
  readonly door: string | null;
}

/** Options of `nightloom worker`. */
export interface ControlWorkerOptions {
  /** Where it serves what it measures; null: nowhere. */
  readonly metrics: ListenPlace | null;
}

/** Options of `nightloom worker --host`. */
export interface RemoteHostOptions extends ControlWorkerOptions {
  readonly host: HostId;
  readonly listen: ListenPlace;
}

const LOOPBACK = '127.0.0.1';

/** @throws AppError invalid_input */
export function apiOptions(argument: string | undefined, defaultPort: number): ApiOptions {
  const { listen, allowHost = [], host, door } = ApiOptionsSchema.parse(JSON.parse(argument ?? '{}'));
  return {
    listen: listenPlace('listen', listen ?? `${defaultPort}`),
    allowedHosts: allowHost,
    host: host === undefined ? null : hostId(host),
    door: door === undefined ? null : doorUrl(door),
  };
}

/** @throws AppError invalid_input */
export function controlWorkerOptions(argument: string | undefined): ControlWorkerOptions {
  const { metrics } = WorkerOptionsSchema.parse(JSON.parse(argument ?? '{}'));
  return { metrics: metrics === undefined ? null : listenPlace('metrics', metrics) };
}

/** @throws AppError invalid_input */
export function remoteHostOptions(argument: string | undefined, defaultPort: number): RemoteHostOptions {
  const { host, listen, metrics } = HostOptionsSchema.parse(JSON.parse(argument ?? 'null'));
  return {
    host: hostId(host),
    listen: listenPlace('listen', listen ?? `${defaultPort}`),
    metrics: metrics === undefined ? null : listenPlace('metrics', metrics),
  };
}

/** The cluster that the environment names. @throws AppError invalid_settings when it names none, or not rightly */
export function requiredTemporal(environment: Environment): TemporalConfig {
  if (hasExternalTemporal(environment)) return externalTemporalConfig(environment);
  throw new AppError(
    'invalid_settings',
    'TEMPORAL_ADDRESS is not set, and only `nightloom up` brings a server along.',
    {
      details: { next: 'Set TEMPORAL_ADDRESS to host:port of the Temporal server.' },
    },
  );
}

/** `7780`, `0.0.0.0:7780` or `[::]:7780`; a port alone is on loopback. */
function listenPlace(flag: string, text: string): ListenPlace {
  const match = /^(?:(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]+)):)?(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) throw mistake(flag, `${text} is no place to listen at; give host:port`);
  return { host: match[1] ?? match[2] ?? LOOPBACK, port };
}

function hostId(text: string): HostId {
  if (isId('host', text)) return text;
  throw mistake('host', `${text} is no id of a host: small letters, digits and -, at most 41`);
}

function doorUrl(text: string): string {
  const parsed = URL.parse(text);
  if (parsed !== null && /^https?:$/.test(parsed.protocol)) return parsed.href;
  throw mistake('door', `${text} is no address of a host door; give it like http://127.0.0.1:7790`);
}

function mistake(path: string, message: string): AppError {
  return new AppError('invalid_input', `${message}.`, {
    details: { fields: [{ path, message }], next: 'nightloom api --help, nightloom worker --help' },
  });
}
