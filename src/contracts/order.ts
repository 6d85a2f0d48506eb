/**
 * The signed work order of one attempt: what a host may do, bound to host, batch, task, attempt and epoch. Whoever can
 * reach Temporal but not the installation's secret can start nothing on a host.
 */
import { canonicalJson } from './canonical-json.ts';
import type { BatchId, HostId, InstallationId, ProjectId, TaskId } from './ids.ts';
import type { SettingsOverrides } from './settings.ts';
import type { TaskKind } from './vocabulary.ts';

/** Everything that the signature covers. At most 32 KB as JSON. */
export interface OrderBody {
  readonly v: 1;
  readonly installation: InstallationId;
  readonly host: HostId;
  readonly batch: BatchId;
  /** Readable name of the batch, for branch and trailers. */
  readonly batchName: string;
  readonly task: TaskId;
  readonly attempt: number;
  readonly epoch: number;
  readonly kind: TaskKind;
  readonly project: ProjectId;
  readonly projectName: string;
  /** Real path of the user's checkout on the host. */
  readonly projectPath: string;
  /** sha256 of the project file that the user trusted; null: there was none. */
  readonly trustedSha256: string | null;
  /**
   * What the task works from, frozen under its sha256: a requirement's bytes (its name: file name without `.md`, may
   * hold `/`), for other kinds the canonical JSON `{kind, params}`, with the task's name.
   */
  readonly input: { readonly name: string; readonly sha256: string };
  /** Dashboard settings and flags; the host merges them over its own files. */
  readonly overrides: SettingsOverrides;
  /** RFC 3339; the order is refused later than this. */
  readonly notAfter: string;
}

/** An order with its HMAC-SHA256 (hex) over the canonical JSON of the body. */
export interface WorkOrder extends OrderBody {
  readonly mac: string;
}

/** Canonical bytes that are signed: keys sorted at every level, no white space. */
export function canonicalOrder(body: OrderBody): string {
  const { mac: _mac, ...signed }: OrderBody & { readonly mac?: string } = body;
  return canonicalJson(signed);
}
