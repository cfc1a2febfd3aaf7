// Writes down what became of each entry, in the store and in the report. Sends nothing; asks the
// reader where the server's own words do not suffice.
import type { Store, UploadedResult, UploadedVersion } from '../store/store.ts';
import { judge, type Judgement } from './judgement.ts';
import { overrunUnanswered } from './overrun.ts';
import type { ProvenanceWriter } from './provenance-writer.ts';
import type { ServerConflicts } from './server-conflicts.ts';
import {
  pathOf,
  type LiveView,
  type ResourceName,
  type ServerReader,
  type ServerView,
} from './server-reader.ts';
import {
  authorsOf,
  changeReport,
  type ResourceUpload,
  type UploadOutcome,
  type UploadTally,
} from './upload-report.ts';
import { notesOn } from './upload-notes.ts';
import { dryOutcomes, stepOf, type Squash, type UploadStep } from './upload-step.ts';
import {
  arrivedChanges,
  tombstone,
  uploadedVersion,
  versionIdOf,
  type Held,
  type Work,
} from './upload-work.ts';

type Details = Partial<
  Pick<
    ResourceUpload,
    'versionId' | 'conflict' | 'resolution' | 'recorded' | 'overran' | 'altered' | 'detail'
  >
>;

const meanwhileDetail = 'it was changed here during the upload; the next upload looks again';

/** Keeps the books of one run. */
export class UploadLedger {
  readonly #store: Store;
  readonly #reader: ServerReader;
  readonly #tally: UploadTally;
  readonly #conflicts: ServerConflicts;
  readonly #dryRun: boolean;
  readonly #squash: Squash;
  readonly #provenance: ProvenanceWriter | undefined;
  readonly #onResult: (result: ResourceUpload) => void;
  /** Sent, and no answer yet that tells what became of it. */
  readonly #inFlight = new Map<string, Work>();

  constructor(
    store: Store,
    reader: ServerReader,
    tally: UploadTally,
    run: {
      readonly conflicts: ServerConflicts;
      readonly dryRun: boolean;
      readonly squash: Squash;
      readonly provenance: ProvenanceWriter | undefined;
      readonly onResult: (result: ResourceUpload) => void;
    },
  ) {
    this.#store = store;
    this.#reader = reader;
    this.#tally = tally;
    this.#conflicts = run.conflicts;
    this.#dryRun = run.dryRun;
    this.#squash = run.squash;
    this.#provenance = run.provenance;
    this.#onResult = run.onResult;
  }

  /** Results so far that need a person. */
  get problemCount(): number {
    return this.#tally.problemCount;
  }

  /** What an entry asks for now; undefined where nothing is to be done, or nothing can be. */
  async load(
    name: ResourceName,
    { found, mergedFrom }: Pick<Work, 'found' | 'mergedFrom'> = { found: [], mergedFrom: [] },
  ): Promise<Work | undefined> {
    const entry = await this.#store.get(name.resourceType, name.resourceId);
    // A session, or another upload, was here since the order was made.
    if (entry === undefined || entry.payload.changes.length === 0) return undefined;
    const work = { name, entry, step: stepOf(entry, this.#squash), found, mergedFrom };
    if (work.step.kind !== 'invalid') return work;
    this.close(work, 'refused', 0, { detail: work.step.detail });
    return undefined;
  }

  /** Notes that the server may have these from now on. */
  sending(works: readonly Work[]): void {
    for (const work of works) this.#inFlight.set(pathOf(work.name), work);
  }

  /** Notes that the server said clearly that it did not take these. */
  notTaken(works: readonly Work[]): void {
    for (const work of works) this.#inFlight.delete(pathOf(work.name));
  }

  /** At the end of a run: what was sent and never answered. */
  closeInFlight(detail: string): void {
    for (const work of this.#inFlight.values()) this.close(work, 'unsettled', 0, { detail });
  }

  /**
   * Settles an entry by what the server holds.
   *
   * @returns The entry to be sent, now or again; undefined where it has its result.
   */
  async settle(work: Work, view: ServerView): Promise<Work | undefined> {
    const judgement = await judge(work.entry, view, this.#reader, this.#squash);
    switch (judgement.kind) {
      case 'send':
        this.notTaken([work]);
        return this.#dryRun
          ? this.#wouldSend(work, judgement.step)
          : { ...work, step: judgement.step };
      case 'contained':
        return this.#contained(work, judgement);
      case 'never-there':
        this.close(work, 'never-there', 0);
        return undefined;
      case 'conflict':
        return this.#conflict(work, view, judgement);
      case 'unreadable':
        this.close(work, 'unsettled', 0, { detail: judgement.detail });
        return undefined;
    }
  }

  /** The server took these: its versions become their bases, in one transaction. */
  async taken(works: readonly Work[], held: readonly Held[]): Promise<void> {
    const versions: UploadedVersion[] = [];
    const recorded: (UploadedResult | 'version-unknown')[] = [];
    const known: number[] = [];
    for (const [index, work] of works.entries()) {
      recorded.push('version-unknown');
      const version = uploadedVersion(work, held[index], work.entry.payload.changes.length);
      if (version === undefined) continue;
      known.push(index);
      versions.push(version);
    }
    await this.#provenance?.write(works.map((work, index) => arrivedChanges(work, held[index])));
    const results = await this.#store.recordUploaded(versions);
    for (const [position, index] of known.entries()) {
      recorded[index] = results[position] ?? 'changed-meanwhile';
    }
    for (const [index, work] of works.entries()) {
      const versionId = versionIdOf(held[index]);
      this.close(work, 'uploaded', work.entry.payload.changes.length, {
        ...(versionId === undefined ? {} : { versionId }),
        recorded: recorded[index] ?? 'version-unknown',
        ...notesOn(work, held[index], 'answered'),
      });
    }
  }

  /** The result of an entry. */
  close(
    work: Work,
    outcome: UploadOutcome,
    uploaded: number,
    details: Details = {},
    alreadyThere = 0,
  ): void {
    this.#inFlight.delete(pathOf(work.name));
    const { resourceType, resourceId } = work.name;
    const changes = [...work.found, ...work.entry.payload.changes].map(changeReport);
    const mergedFrom = work.mergedFrom.map(changeReport);
    const provenance = this.#provenance?.resultsOf(work.name) ?? [];
    const result: ResourceUpload = {
      resourceType,
      resourceId,
      outcome,
      changes,
      authors: authorsOf([...changes, ...mergedFrom]),
      alreadyThere: work.found.length + alreadyThere,
      uploaded,
      ...(mergedFrom.length > 0 ? { mergedFrom } : {}),
      ...(provenance.length > 0 ? { provenance } : {}),
      ...details,
    };
    this.#tally.add(result);
    this.#onResult(result);
  }

  async #contained(
    work: Work,
    { count, view, baseResource, isOlder }: Judgement & { readonly kind: 'contained' },
  ): Promise<Work | undefined> {
    const { changes } = work.entry.payload;
    const isLost = this.#inFlight.has(pathOf(work.name)) && count === changes.length && !isOlder;
    const held = await this.#heldOf(work, view, isLost);
    const versionId = versionIdOf(held);
    const details = {
      ...(versionId === undefined ? {} : { versionId }),
      ...(isLost ? notesOn(work, held, 'unanswered') : {}),
    };
    const version = uploadedVersion(work, held, count, baseResource);
    if (this.#dryRun) return this.#wouldContain(work, count, view, details);
    await this.#provenance?.write([arrivedChanges(work, isOlder ? undefined : held, count)]);
    const [recorded = 'version-unknown'] =
      version === undefined ? [] : await this.#store.recordUploaded([version]);
    if (count === changes.length) {
      this.close(work, 'already-there', 0, { ...details, recorded }, count);
      return undefined;
    }
    if (recorded === 'rebased') {
      const found = [...work.found, ...changes.slice(0, count)];
      this.notTaken([work]);
      return this.load(work.name, { ...work, found });
    }
    if (recorded === 'content-differs') {
      // The rest does not apply there, so it is a conflict (PSP-CLS-10): whoever waits for another
      // upload to find it otherwise waits for ever.
      const conflict = work.entry.payload.base === undefined ? 'exists' : 'server-moved';
      const found = { kind: 'conflict', conflict, count, versionId, baseResource } as const;
      return this.#conflict(work, view, found);
    }
    this.close(work, 'unsettled', 0, { ...details, recorded, detail: meanwhileDetail }, count);
    return undefined;
  }

  /** Lets the strategy decide; gives what it leads to where that can be sent. */
  async #conflict(
    work: Work,
    view: ServerView,
    judgement: Judgement & { readonly kind: 'conflict' },
  ): Promise<Work | undefined> {
    const { conflict, count, versionId } = judgement;
    const held = this.#dryRun ? undefined : await this.#heldIn(work, view);
    const version = held?.kind === 'live' ? held : held?.version;
    const resource = held?.kind === 'live' ? held.resource : new Uint8Array(0);
    const resolution =
      version && (await this.#conflicts.settle(work.entry, resource, version, judgement));
    if (resolution === 'merged') {
      this.notTaken([work]);
      const mergedFrom = [...work.mergedFrom, ...work.entry.payload.changes];
      return this.load(work.name, { found: work.found, mergedFrom });
    }
    const there = versionId ?? version?.versionId;
    this.close(
      work,
      'conflict',
      0,
      {
        conflict,
        ...(there === undefined ? {} : { versionId: there }),
        ...(resolution === undefined ? {} : { resolution }),
      },
      count,
    );
    return undefined;
  }

  async #heldIn(work: Work, view: ServerView): Promise<Held | undefined> {
    return view.kind === 'live' || view.kind === 'deleted' ? this.#heldOf(work, view) : undefined;
  }

  /** @param isOurs - It is what our write made, though its answer was lost. */
  async #heldOf(
    work: Work,
    view: LiveView | { readonly kind: 'deleted' },
    isOurs = false,
  ): Promise<Held> {
    const deletion = view.kind === 'live' ? undefined : await this.#reader.deletion(work.name);
    const held = view.kind === 'live' ? view : tombstone(deletion);
    if (!isOurs) return held;
    return { ...held, overran: await overrunUnanswered(work, held, deletion, this.#reader) };
  }

  #wouldContain(
    work: Work,
    count: number,
    view: LiveView | { readonly kind: 'deleted' },
    details: Details,
  ): undefined {
    const { changes, resource } = work.entry.payload;
    if (count === changes.length) this.close(work, 'already-there', 0, details, count);
    else if (view.kind === 'live') {
      this.close(work, resource.length === 0 ? 'would-delete' : 'would-update', 0, details, count);
    } else {
      const conflict = { ...details, conflict: 'deleted-on-server' } as const;
      this.close(work, 'conflict', 0, conflict, changes.length);
    }
  }

  #wouldSend(work: Work, { kind }: UploadStep): undefined {
    this.close(work, dryOutcomes[kind], 0);
  }
}
