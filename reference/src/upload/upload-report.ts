// What an upload did, as a value that is JSON from end to end. Holds no resource content, no token,
// and of the server's words only those of its refusals.
import type { UploadedResult } from '../store/store.ts';
import type { BoundedList } from '../sync/report.ts';
import { ChangeType, type LocalChange } from '../wire/messages.ts';
import type { UploadConflict } from './judgement.ts';
import type { ProvenanceResult } from './provenance-writer.ts';
import type { ConflictResult } from './server-conflicts.ts';
import type { StopReason } from './upload-stop.ts';

/** What became of a resource with changes. */
export type UploadOutcome =
  /** The server took the changes that it did not have. */
  | 'uploaded'
  /** The server has all of them: someone else brought them, or an earlier answer was lost. */
  | 'already-there'
  /** Created and deleted here, never there: nothing to do. */
  | 'never-there'
  /** Others did something else there, and nothing was sent; `resolution` says what we hold. */
  | 'conflict'
  /** The server says no, for good; everything is kept here. */
  | 'refused'
  /** It is not known whether the server took them; the next upload looks first. */
  | 'unsettled'
  /** The run ended before its turn. */
  | 'not-tried'
  /** Dry run: this would be sent. */
  | 'would-create'
  | 'would-update'
  | 'would-delete';

/** One change, by its author. */
export interface ChangeReport {
  /** The replica that the change was made on, however many it came through; 32 hex digits. */
  readonly replicaId: string;
  /** Decimal. */
  readonly counter: string;
  readonly type: 'INSERT' | 'UPDATE' | 'DELETE';
  /** The author's clock; informative, may be empty. */
  readonly recordedAt: string;
}

/** One resource and what became of its changes. */
export interface ResourceUpload {
  readonly resourceType: string;
  readonly resourceId: string;
  readonly outcome: UploadOutcome;
  /** Every change that was pending, in order. */
  readonly changes: readonly ChangeReport[];
  /**
   * The replicas that made these changes, and those that `mergedFrom` is by, each once; 32 hex
   * digits. Whoever brought them here is not among them.
   */
  readonly authors: readonly string[];
  /** So many of them, from the first on, the server had already. */
  readonly alreadyThere: number;
  /** So many of them, after those, this run brought. */
  readonly uploaded: number;
  /** The server's version that contains them, or that is in the way. */
  readonly versionId?: string;
  readonly conflict?: UploadConflict;
  /** What the strategy made of the conflict; undefined: it was only told. */
  readonly resolution?: ConflictResult;
  /** The changes that a merge with the server's version made `changes` of; they are archived. */
  readonly mergedFrom?: readonly ChangeReport[];
  /**
   * What this store made of the server's version: `settled` is the rule. `version-unknown`: a
   * deletion whose version the server does not tell; it stays pending and is looked at again.
   */
  readonly recorded?: UploadedResult | 'version-unknown';
  /**
   * A version of the server that nobody here saw and that `uploaded` went over: the server took a
   * creation or a deletion in spite of its precondition. What others did is in its history. With
   * `already-there` the answer was lost, and the write that was found may be someone else's.
   */
  readonly overran?: string;
  /** True: the server's version is not what was sent, beyond its own meta; it was adopted. */
  readonly altered?: true;
  /** The Provenances of changes that the server has; only where they are asked for. */
  readonly provenance?: readonly ProvenanceResult[];
  /** For people; may hold the server's text: clean it before showing. */
  readonly detail?: string;
}

/** The report of one upload. */
export interface UploadReport {
  readonly server: string;
  readonly dryRun: boolean;
  /** Why the run ended early; undefined: everything had its turn. */
  readonly stopped?: { readonly reason: StopReason; readonly detail: string };
  /** Requests sent, repeated ones counted each time. */
  readonly requests: number;
  /** Resources by outcome; a missing name is 0. Their sum is every resource that had changes. */
  readonly outcomes: Readonly<Partial<Record<UploadOutcome, number>>>;
  /**
   * Changes that this run brought, those that were there, those that gave way to the server's
   * version and are in the archive, and those that still wait here.
   */
  readonly changes: {
    readonly uploaded: number;
    readonly alreadyThere: number;
    readonly displaced: number;
    readonly left: number;
  };
  /** Every resource, as far as the list goes. */
  readonly resources: BoundedList<ResourceUpload>;
  /** Those that need a person: conflict, refused, unsettled, and any that overran a version. */
  readonly problems: BoundedList<ResourceUpload>;
}

/** Longest lists of a report. */
const itemsMax = 1_000;
const problems: readonly UploadOutcome[] = ['conflict', 'refused', 'unsettled'];

/** Collects results. */
export class UploadTally {
  readonly #outcomes: Partial<Record<UploadOutcome, number>> = {};
  readonly #resources: ResourceUpload[] = [];
  readonly #problems: ResourceUpload[] = [];
  #count = 0;
  #problemCount = 0;
  #uploaded = 0;
  #alreadyThere = 0;
  #displaced = 0;
  #left = 0;

  add(result: ResourceUpload): void {
    const { outcome, changes, alreadyThere, uploaded } = result;
    this.#outcomes[outcome] = (this.#outcomes[outcome] ?? 0) + 1;
    this.#count += 1;
    this.#uploaded += uploaded;
    this.#alreadyThere += alreadyThere;
    const rest = changes.length - alreadyThere - uploaded;
    if (result.resolution === 'theirs') this.#displaced += rest;
    else this.#left += rest;
    if (this.#resources.length < itemsMax) this.#resources.push(result);
    const isProvenanceMissing = result.provenance?.some((one) => one.result === 'not-written');
    const needsPerson = problems.includes(outcome) || isProvenanceMissing === true;
    if (!needsPerson && result.overran === undefined) return;
    this.#problemCount += 1;
    if (this.#problems.length < itemsMax) this.#problems.push(result);
  }

  /** Resources with a result so far. */
  get count(): number {
    return this.#count;
  }

  /** Results that need a person. */
  get problemCount(): number {
    return this.#problemCount;
  }

  report(run: Pick<UploadReport, 'server' | 'dryRun' | 'requests' | 'stopped'>): UploadReport {
    return {
      ...run,
      outcomes: this.#outcomes,
      changes: {
        uploaded: this.#uploaded,
        alreadyThere: this.#alreadyThere,
        displaced: this.#displaced,
        left: this.#left,
      },
      resources: bounded(this.#resources, this.#count),
      problems: bounded(this.#problems, this.#problemCount),
    };
  }
}

/** Who made them, in the order of their first change. */
export function authorsOf(changes: readonly ChangeReport[]): string[] {
  return [...new Set(changes.map(({ replicaId }) => replicaId))];
}

/** A change by its author. */
export function changeReport({ id, type, recordedAt }: LocalChange): ChangeReport {
  const replicaId = Buffer.from(id?.replicaId ?? []).toString('hex');
  return { replicaId, counter: String(id?.counter ?? 0n), type: typeName(type), recordedAt };
}

function typeName(type: LocalChange['type']): ChangeReport['type'] {
  if (type === ChangeType.INSERT) return 'INSERT';
  return type === ChangeType.DELETE ? 'DELETE' : 'UPDATE';
}

function bounded<T>(items: readonly T[], count: number): BoundedList<T> {
  return { items, more: count - items.length };
}
