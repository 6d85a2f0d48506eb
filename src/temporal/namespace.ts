/** Makes a namespace fit for us at start, and marks it, so that a lost one is noticed. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from '@temporalio/client';
import { msToTs, tsToMs } from '@temporalio/common/lib/time.js';
import proto from '@temporalio/proto';
import type { temporal } from '@temporalio/proto';
import { AppError } from '../contracts/errors.ts';
import type { InstallationId } from '../contracts/ids.ts';
import { SEARCH_ATTRIBUTES } from '../contracts/names.ts';
import { isServiceError, isTimeout, SERVICE_STATUS, withinDeadline } from './service-errors.ts';

const { IndexedValueType, NamespaceState } = proto.temporal.api.enums.v1;

/** How long a closed workflow is kept on the embedded server (the dev server's own value is one day). */
export const RETENTION_MS = 30 * 86_400_000;

const CALL_TIMEOUT_MS = 5_000;
const APPEAR_TIMEOUT_MS = 30_000;
const INSTALLATION_KEY_PREFIX = 'nightloom.';

/** Which namespace and how far we may change it. */
export interface NamespaceOptions {
  readonly connection: Connection;
  readonly namespace: string;
  /** True on the embedded server: the namespace is made when missing and its retention raised. */
  readonly embedded: boolean;
}

/** What was found and done. */
export interface PreparedNamespace {
  readonly created: boolean;
  /** Retention now; a cluster of the user's keeps its own. */
  readonly retentionMs: number;
  /** Search attributes that were missing and are registered now. */
  readonly added: readonly string[];
}

/** Marks of installations in a namespace. */
export interface InstallationMark {
  /** False: this server does not know us: its database is new, was lost, or we never used it. */
  readonly present: boolean;
  /** Text of our mark; null when it is not there. */
  readonly token: string | null;
  /** Other installations that use the namespace. */
  readonly others: readonly string[];
}

/**
 * Makes sure that the namespace exists and has our search attributes with the right types. May be repeated any time.
 * @throws AppError temporal_setup_refused (namespace missing on a server of the user's; attribute of another type or
 * not allowed to register it), temporal_unreachable
 */
export async function prepareNamespace(options: NamespaceOptions): Promise<PreparedNamespace> {
  return translated(options, async () => {
    const created = await ensureExists(options);
    const retentionMs = await ensureRetention(options);
    const added = await ensureSearchAttributes(options);
    return { created, retentionMs, added };
  });
}

/** Whether the namespace carries the installation's mark. @throws AppError temporal_setup_refused, temporal_unreachable */
export async function readInstallation(
  options: NamespaceOptions,
  installation: InstallationId,
): Promise<InstallationMark> {
  const data = await translated(options, async () => (await describe(options))?.namespaceInfo?.data ?? {});
  const known = Object.keys(data)
    .filter((key) => key.startsWith(INSTALLATION_KEY_PREFIX))
    .map((key) => key.slice(INSTALLATION_KEY_PREFIX.length));
  const token = data[`${INSTALLATION_KEY_PREFIX}${installation}`] ?? null;
  return { present: token !== null, token, others: known.filter((id) => id !== installation) };
}

/**
 * Marks the namespace as known to the installation, with `token`; call it after open batches were brought into it. The
 * marks of others stay. @throws AppError temporal_setup_refused, temporal_unreachable
 */
export async function markInstallation(
  options: NamespaceOptions,
  installation: InstallationId,
  token: string = new Date().toISOString(),
): Promise<void> {
  await translated(options, async () => {
    const data = { [`${INSTALLATION_KEY_PREFIX}${installation}`]: token };
    await call(options, () =>
      options.connection.workflowService.updateNamespace({ namespace: options.namespace, updateInfo: { data } }),
    );
  });
}

async function ensureExists(options: NamespaceOptions): Promise<boolean> {
  const found = await describe(options);
  if (found !== null) {
    const state = found.namespaceInfo?.state;
    if (state === NamespaceState.NAMESPACE_STATE_REGISTERED) return false;
    throw new AppError('temporal_setup_refused', `The Temporal namespace ${options.namespace} is not in use any more.`);
  }
  if (!options.embedded) {
    throw new AppError('temporal_setup_refused', `The Temporal server has no namespace ${options.namespace}.`, {
      details: { namespace: options.namespace },
    });
  }
  await call(options, () =>
    options.connection.workflowService.registerNamespace({
      namespace: options.namespace,
      workflowExecutionRetentionPeriod: msToTs(RETENTION_MS),
    }),
  ).catch((error: unknown) => {
    if (!isServiceError(error, SERVICE_STATUS.alreadyExists)) throw error;
  });
  await waitUntilServed(options);
  return true;
}

/** A new namespace is unknown to the server's own cache for some seconds: workers would fail in that time. */
async function waitUntilServed(options: NamespaceOptions): Promise<void> {
  const deadline = Date.now() + APPEAR_TIMEOUT_MS;
  for (;;) {
    try {
      const { namespace } = options;
      await call(options, () => options.connection.workflowService.countWorkflowExecutions({ namespace, query: '' }));
      return;
    } catch (error) {
      if (!isServiceError(error, SERVICE_STATUS.notFound) || Date.now() >= deadline) throw error;
      await sleep(100);
    }
  }
}

async function ensureRetention(options: NamespaceOptions): Promise<number> {
  const found = await describe(options);
  const retention = tsToMs(found?.config?.workflowExecutionRetentionTtl);
  if (!options.embedded || retention >= RETENTION_MS) return retention;
  await call(options, () =>
    options.connection.workflowService.updateNamespace({
      namespace: options.namespace,
      config: { workflowExecutionRetentionTtl: msToTs(RETENTION_MS) },
    }),
  );
  return RETENTION_MS;
}

/** Registering says "ok" for a name that has another type already: only the list tells. */
async function ensureSearchAttributes(options: NamespaceOptions): Promise<string[]> {
  const missing = missingAttributes(await listAttributes(options));
  if (missing.length === 0) return [];
  const searchAttributes = Object.fromEntries(missing.map((name) => [name, wantedType(name)]));
  await call(options, () =>
    options.connection.operatorService.addSearchAttributes({ namespace: options.namespace, searchAttributes }),
  ).catch((error: unknown) => {
    if (!isServiceError(error, SERVICE_STATUS.alreadyExists)) throw error;
  });
  const deadline = Date.now() + APPEAR_TIMEOUT_MS;
  while (missingAttributes(await listAttributes(options)).length > 0) {
    if (Date.now() >= deadline) {
      throw new AppError('temporal_setup_refused', `Search attributes did not appear: ${missing.join(', ')}.`, {
        details: { searchAttributes: missing },
      });
    }
    await sleep(50);
  }
  return missing;
}

type AttributeName = keyof typeof SEARCH_ATTRIBUTES;

function wantedType(name: AttributeName): temporal.api.enums.v1.IndexedValueType {
  return IndexedValueType[`INDEXED_VALUE_TYPE_${SEARCH_ATTRIBUTES[name]}`];
}

function missingAttributes(found: Readonly<Record<string, temporal.api.enums.v1.IndexedValueType>>): AttributeName[] {
  const missing: AttributeName[] = [];
  for (const name of attributeNames()) {
    const type = found[name];
    if (type === undefined) missing.push(name);
    else if (type !== wantedType(name)) {
      throw new AppError(
        'temporal_setup_refused',
        `Search attribute ${name} has type ${IndexedValueType[type]}, not ${SEARCH_ATTRIBUTES[name]}.`,
        { details: { searchAttribute: name, type: IndexedValueType[type], wanted: SEARCH_ATTRIBUTES[name] } },
      );
    }
  }
  return missing;
}

function attributeNames(): AttributeName[] {
  const isName = (text: string): text is AttributeName => Object.hasOwn(SEARCH_ATTRIBUTES, text);
  return Object.keys(SEARCH_ATTRIBUTES).filter(isName);
}

async function listAttributes(
  options: NamespaceOptions,
): Promise<Readonly<Record<string, temporal.api.enums.v1.IndexedValueType>>> {
  const { namespace } = options;
  const answer = await call(options, () => options.connection.operatorService.listSearchAttributes({ namespace }));
  return answer.customAttributes ?? {};
}

async function describe(
  options: NamespaceOptions,
): Promise<temporal.api.workflowservice.v1.IDescribeNamespaceResponse | null> {
  const { namespace } = options;
  try {
    return await call(options, () => options.connection.workflowService.describeNamespace({ namespace }));
  } catch (error) {
    if (isServiceError(error, SERVICE_STATUS.notFound)) return null;
    throw error;
  }
}

function call<Answer>(options: NamespaceOptions, request: () => Promise<Answer>): Promise<Answer> {
  return withinDeadline(options.connection, Date.now() + CALL_TIMEOUT_MS, request);
}

async function translated<Result>(options: NamespaceOptions, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (AppError.is(error)) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    const unreachable = isTimeout(error) || isServiceError(error, SERVICE_STATUS.unavailable);
    const code = unreachable ? 'temporal_unreachable' : 'temporal_setup_refused';
    throw new AppError(code, `Temporal namespace ${options.namespace}: ${reason}`, {
      details: { namespace: options.namespace },
      cause: error,
    });
  }
}
