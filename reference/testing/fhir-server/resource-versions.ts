// Every version of every resource, in memory. Knows no HTTP: it numbers versions, stamps them, and
// can go back to how it was before a failed transaction.
import type { JsonObject, JsonValue } from '../../src/fhir/json-value.ts';
import { isJsonObject } from '../../src/fhir/json-value.ts';

/** How a version came about, as a history tells it. */
export type Method = 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** One version of one resource. */
export interface Version {
  readonly resourceType: string;
  readonly id: string;
  readonly versionId: string;
  readonly lastUpdated: string;
  readonly method: Method;
  /** Undefined: this version is the deletion. */
  readonly content: JsonObject | undefined;
}

/** A moment to go back to. */
export type Snapshot = ReadonlyMap<string, readonly Version[]>;

// A fixed start: what a test sees does not depend on when it runs.
const startMs = Date.UTC(2024, 0, 1);

/** The resources of one server. */
export class ResourceVersions {
  readonly #clockStepMs: () => number;
  #resources = new Map<string, readonly Version[]>();
  #nowMs = startMs;

  /** @param clockStepMs - How far the clock goes on with each write. */
  constructor(clockStepMs: () => number) {
    this.#clockStepMs = clockStepMs;
  }

  /** Oldest first; empty where the id was never used. */
  all(resourceType: string, id: string): readonly Version[] {
    return this.#resources.get(`${resourceType}/${id}`) ?? [];
  }

  /** The newest version, a deletion too. */
  current(resourceType: string, id: string): Version | undefined {
    return this.all(resourceType, id).at(-1);
  }

  /** The newest versions, of one type or all, that are no deletions; oldest write first. */
  live(resourceType?: string): readonly Version[] {
    return [...this.#resources.values()]
      .flatMap((versions) => versions.at(-1) ?? [])
      .filter((version) => (resourceType ?? version.resourceType) === version.resourceType)
      .filter((version) => version.content !== undefined)
      .sort((a, b) => Date.parse(a.lastUpdated) - Date.parse(b.lastUpdated));
  }

  /** Adds a version; undefined as content deletes. `stamp` overrides the clock. */
  write(
    resourceType: string,
    id: string,
    content: JsonObject | undefined,
    method: Method,
    stamp?: string,
  ): Version {
    const before = this.all(resourceType, id);
    this.#nowMs += this.#clockStepMs();
    const versionId = String(before.length + 1);
    const lastUpdated = stamp ?? new Date(this.#nowMs).toISOString();
    const stamped = content && withServerMeta(content, id, versionId, lastUpdated);
    const version = { resourceType, id, versionId, lastUpdated, method, content: stamped };
    this.#resources.set(`${resourceType}/${id}`, [...before, version]);
    return version;
  }

  snapshot(): Snapshot {
    return new Map(this.#resources);
  }

  restore(snapshot: Snapshot): void {
    this.#resources = new Map(snapshot);
  }
}

function withServerMeta(
  content: JsonObject,
  id: string,
  versionId: string,
  lastUpdated: string,
): JsonObject {
  const meta = content.get('meta');
  const stamp = new Map<string, JsonValue>([
    ['versionId', versionId],
    ['lastUpdated', lastUpdated],
  ]);
  for (const [key, value] of isJsonObject(meta) ? meta : []) {
    if (!stamp.has(key)) stamp.set(key, value);
  }
  return new Map(content).set('id', id).set('meta', stamp);
}
