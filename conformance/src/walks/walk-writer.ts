// Writes the sessions of a walk as steps, all of them valid: what was said and stored before
// decides what may be said now. It knows no fault and plays nothing.
import { createHash } from 'node:crypto';
import type { Edit, Entry, RunParams } from '../control/values.ts';
import type { ControlStep, Step } from '../peer/script.ts';
import { testeeReplica } from '../run/surroundings.ts';
import { entryOfPick } from './small-space.ts';
import type { AnyEntry, EntryPick, LocalEdit, WalkSession } from './walk.ts';
import { receivingSteps } from './receiving-steps.ts';
import { sendingSteps } from './sending-steps.ts';
import { spiced } from './spices.ts';

/** A session as it is to be played, and what `run` gets for it. */
export interface WrittenSession {
  readonly role: WalkSession['role'];
  readonly params: RunParams;
  /** From the first frame to the close, without what comes between sessions. */
  readonly steps: readonly Step[];
}

/** Results that a session may have that did not come to its end. */
const unfinished = ['interrupted', 'failed', 'rejected', 'cancelled'] as const;

/** Longer ones are for cases about limits; deflated they would grow too much (PSP-DEF-3). */
const resourceMax = 2_000;

/** What sessions of one walk know of those before. */
export class WalkWriter {
  /** Entries of the package's data. */
  readonly #listed: readonly Entry[];
  /** What each change id stands for, so that none stands for two. */
  readonly #changes = new Map<string, string>();
  /** Ids of changes that the testee made. */
  readonly #own = new Set<string>();
  /** Local edits of resources of the testee's own. */
  readonly #local = new Map<number, 'local' | 'imported' | 'gone'>();
  #cursors = 0;
  #sessions = 0;
  #edits = 0;
  /** Of the last session in which the testee received to the end: whether it was a narrow one. */
  #cursorIsNarrow: boolean | undefined;
  /** Whether the testee received in a session so far. */
  hasReceived = false;
  /** Entries that the store holds for sure. */
  held = 0;

  constructor(listed: readonly Entry[]) {
    this.#listed = listed.filter(({ resource }) => (resource ?? '').length <= resourceMax);
  }

  /** The seed: each resource once. */
  seed(picks: readonly EntryPick[]): readonly Entry[] {
    const seen = new Set<string>();
    const entries = picks.map(entryOfPick).filter(({ type, id }) => {
      const isNew = !seen.has(`${type}/${id}`);
      seen.add(`${type}/${id}`);
      return isNew;
    });
    const kept = this.#unequivocal(entries);
    for (const id of kept.flatMap(ownIds)) this.#own.add(id);
    this.held = kept.length;
    return kept;
  }

  /** Entries that the kit may send in one Payload. */
  entries(picks: readonly AnyEntry[], isNarrow: boolean): readonly Entry[] {
    const entries = picks.map((pick) =>
      'drawn' in pick ? entryOfPick(pick.drawn) : this.#entryAt(pick.listed),
    );
    const asked = entries.filter(({ type }) => !isNarrow || type === 'Patient');
    // PSP-CHG-1: nobody else has a change of the testee's that it never made.
    const known = asked.filter((entry) => ownIds(entry).every((id) => this.#own.has(id)));
    return this.#unequivocal(known);
  }

  /** A cursor that was not given before. */
  cursor(): string {
    this.#cursors += 1;
    return `hex:${this.#cursors.toString(16).padStart(4, '0')}`;
  }

  /** Whether the testee keeps a cursor of the kit's for sure, for what it asks for now. */
  hasCursor(isNarrow: boolean): boolean {
    return this.#cursorIsNarrow === isNarrow;
  }

  /** One session, whole, with its spices. */
  session(session: WalkSession): WrittenSession {
    this.#sessions += 1;
    const plain =
      session.role === 'receiver' ? receivingSteps(session, this) : sendingSteps(session, this);
    const suffix = this.#sessions === 1 ? '' : `-${this.#sessions}`;
    const steps = spiced(plain.steps, session.spices).map((step) => ({
      ...step,
      id: `${step.id}${suffix}`,
    }));
    const grease = session.isGreased ? { grease: true } : {};
    return { role: session.role, params: { ...plain.params, ...grease }, steps };
  }

  /** A session as it ends: whole, cut or killed; and what follows before the next one. */
  ended(session: WalkSession, { steps }: WrittenSession): readonly Step[] {
    const { end, role } = session;
    const n = this.#sessions;
    this.#noteCursor(session);
    if (end.kind === 'complete') {
      return [...steps, { id: `ended-${n}`, do: 'ended', results: ['completed'], holds: false }];
    }
    const isLast = (step: Step): boolean =>
      role === 'receiver'
        ? step.do === 'send' && step.message === 'Complete'
        : step.do === 'collect';
    const kept = steps.slice(0, end.at % (steps.findIndex(isLast) + 1));
    if (end.kind === 'killed') {
      return [...kept, { id: `kill-${n}`, do: 'kill' }, { id: `open-${n}`, do: 'open' }];
    }
    // A reset before anything came may reach the testee before it knows that it has a connection.
    const isHeard = kept.some((step) => step.do === 'expect');
    const how = end.kind === 'broken' && isHeard ? 'rst' : 'fin';
    return [
      ...kept,
      { id: `cut-${n}`, do: 'close', how },
      { id: `ended-${n}`, do: 'ended', results: unfinished, holds: false },
    ];
  }

  /** Local edits between two sessions; those that make no sense are left out. */
  edited(edits: readonly LocalEdit[]): readonly ControlStep[] {
    const made = edits.flatMap((edit) => this.#edit(edit) ?? []);
    if (made.length === 0) return [];
    this.#edits += 1;
    const id = `edit-${this.#edits}`;
    return [{ id, do: 'control', command: 'edit', with: { edits: made } }];
  }

  /** A store may keep one cursor for each peer, or one for each request. */
  #noteCursor(session: WalkSession): void {
    if (session.role === 'sender') return;
    this.hasReceived = true;
    if (session.end.kind === 'complete') this.#cursorIsNarrow = session.isNarrow;
    else if (this.#cursorIsNarrow !== session.isNarrow) this.#cursorIsNarrow = undefined;
  }

  #entryAt(index: number): Entry {
    const entry = this.#listed[index % this.#listed.length];
    return entry ?? entryOfPick({ ...plainPick, resource: index });
  }

  /** Entries whose change ids stand for nothing else in this walk. */
  #unequivocal(entries: readonly Entry[]): readonly Entry[] {
    return entries.filter(({ type, id, changes = [] }) => {
      const uses = changes.map((change) => {
        const text = JSON.stringify([type, id, change.type, change.payload ?? '']);
        const content = createHash('sha256').update(text).digest('hex');
        return [`${change.replica.toLowerCase()}/${change.counter}`, content] as const;
      });
      const isClear = uses.every(([name, use]) => (this.#changes.get(name) ?? use) === use);
      if (isClear) for (const [name, use] of uses) this.#changes.set(name, use);
      return isClear;
    });
  }

  #edit({ op, resource, value }: LocalEdit): Edit | undefined {
    const state = this.#local.get(resource);
    const id = `e${resource}`;
    const content = { resourceType: 'Patient', id, multipleBirthInteger: value };
    const isFree = state === undefined;
    if (op === 'import' ? !isFree && state !== 'imported' : (op === 'create') !== isFree) {
      return undefined;
    }
    if (state === 'gone') return undefined;
    if (op === 'delete') {
      this.#local.set(resource, 'gone');
      return { op, type: 'Patient', id };
    }
    this.#local.set(resource, op === 'import' ? 'imported' : 'local');
    if (op === 'create') return { op, resource: JSON.stringify(content) };
    const meta = { versionId: `${value + 1}` };
    const versioned = { ...content, meta };
    return { op, resource: JSON.stringify(op === 'import' ? versioned : content) };
  }
}

/** Ids of the testee's own that an entry names. */
function ownIds({ changes = [], absorbed = [] }: Entry): string[] {
  const named = [...changes, ...absorbed].filter(({ replica }) => replica === testeeReplica);
  return named.map(({ counter }) => `${counter}`);
}

const plainPick: EntryPick = {
  resource: 0,
  version: 1,
  isDated: true,
  edits: [],
  by: 0,
  deletedBy: null,
  absorbed: [],
};
