// A receiver's store as the specification has it: entries go in by checking, classifying and
// resolving, and what is left can be looked at. It knows no wire and no dump.
import { KitError } from '../fault.ts';
import { checkEntry } from '../json/entry-check.ts';
import type { Entry } from '../json/entry.ts';
import type { CursorValue, StoreContent, Strategy } from '../control/values.ts';
import { classify, keepOurs, storeTheirs, type Settled } from './classify.ts';
import { threeWay } from './merge.ts';
import { askedText, type ToldOutcome } from './session-log.ts';
import { heldOf, keyOf, sameChange, type Held, type State } from './state.ts';

/** What the model says of one resource. */
export interface Slot extends Settled {
  /** The sentence that made it what it is; undefined where no session touched it. */
  readonly rule: string | undefined;
  /** Both sides of a merge: the result is judged by laws. */
  readonly merged?: { readonly ours: Held; readonly theirs: State };
}

/** A state that has to be in the archive. */
export interface Put {
  readonly reason: 'displaced' | 'deferred' | 'merged';
  readonly state: State;
}

/** What became of an entry, by the model. */
export interface Outcome {
  readonly outcome: string;
  /** With REFUSED: the specific code. */
  readonly code: string;
  readonly rule: string;
}

/** A cursor that a receiver keeps. */
export interface KeptCursor {
  readonly peer: string;
  /** Hex. */
  readonly cursor: string;
  /** What was asked for when it was given, as {@link askedText}; undefined: not known. */
  readonly asked: string | undefined;
}

const resolutions = {
  theirs: { outcome: 'CONFLICT_THEIRS', rule: 'PSP-CLS-14' },
  ours: { outcome: 'CONFLICT_OURS', rule: 'PSP-CLS-16' },
  defer: { outcome: 'CONFLICT_DEFERRED', rule: 'PSP-CLS-21' },
  merge: { outcome: 'CONFLICT_MERGED', rule: 'PSP-CLS-20' },
} as const;

/** A store that a session goes into. */
export class ModelStore {
  readonly slots = new Map<string, Slot>();
  readonly archive: Put[] = [];
  /** Resources of which nothing is said any more. */
  readonly open = new Set<string>();
  cursors: readonly KeptCursor[];
  readonly #isForgetful: boolean;

  /**
   * @param isForgetful - Whether the store keeps no server content beside its entries.
   */
  constructor(seed: StoreContent, isForgetful: boolean) {
    this.#isForgetful = isForgetful;
    for (const value of seed.entries) {
      const held = heldOf(isForgetful ? withoutBaseResource(value) : value);
      this.slots.set(keyOf(held.state), { ...held, rule: undefined });
    }
    this.cursors = (seed.cursors ?? []).map(keptCursor);
  }

  /** Stores a cursor in the place of the one of that peer and request. */
  keepCursor(peer: string, asked: string | undefined, cursor: string): void {
    if (cursor === '') return;
    const others = this.cursors.filter(
      (kept) => kept.peer !== peer || (kept.asked !== asked && kept.asked !== undefined),
    );
    this.cursors = [...others, { peer, cursor, asked }];
  }

  /**
   * Takes in one entry.
   *
   * @param told - What the testee said of it, where it did: a merge may end in several ways.
   */
  take(entry: Entry, strategy: Strategy, told: ToldOutcome | undefined): Outcome {
    const key = keyOf(entry);
    const ours = this.slots.get(key);
    const isSameBase = ours !== undefined && ours.state.base?.versionId === entry.base?.versionId;
    const refused = checkEntry(entry, isSameBase ? ours.baseContent : undefined);
    if (refused !== undefined) {
      return { outcome: 'REFUSED', code: refused.code, rule: refused.requirement };
    }
    // The state of a merge is the testee's own; what meets it can't be foretold.
    if (ours?.merged !== undefined) this.open.add(key);
    const { relation, row, result } = classify(ours, entry);
    if (result !== undefined) {
      this.#put(key, result, row);
      return { outcome: relation, code: '', rule: row };
    }
    if (ours === undefined) throw new KitError('a conflict with nothing');
    return this.#resolve(key, ours, entry, strategy, told);
  }

  #put(key: string, settled: Settled, rule: string): void {
    const { state } = settled;
    const own = state.changes.length === 0 ? settled.baseContent : undefined;
    const baseContent = this.#isForgetful ? own : settled.baseContent;
    this.slots.set(key, { ...settled, baseContent, rule });
  }

  #resolve(
    key: string,
    ours: Slot,
    theirs: State,
    strategy: Strategy,
    told: ToldOutcome | undefined,
  ): Outcome {
    const way = strategy === 'merge' ? this.#wayOfMerge(key, told) : strategy;
    const { outcome, rule } = resolutions[way];
    if (way === 'theirs') {
      this.#put(key, storeTheirs(ours, theirs), rule);
      const isDisplaced = ours.state.changes.some(
        (change) => !theirs.changes.some((other) => sameChange(change, other)),
      );
      if (isDisplaced) this.archive.push({ reason: 'displaced', state: ours.state });
    } else {
      this.#put(key, keepOurs(ours, theirs), rule);
    }
    if (way === 'defer') this.archive.push({ reason: 'deferred', state: theirs });
    if (way === 'merge') {
      this.slots.set(key, { ...keepOurs(ours, theirs), rule, merged: { ours, theirs } });
    }
    return { outcome, code: '', rule };
  }

  /** A receiver that merges may leave a conflict to the strategy that it has beside. */
  #wayOfMerge(key: string, told: ToldOutcome | undefined): Strategy {
    const found = Object.entries(resolutions).find(([, { outcome }]) => outcome === told?.outcome);
    if (found === undefined) this.open.add(key);
    return (found?.[0] ?? 'merge') as Strategy;
  }
}

/** The content that section 16.4 has for a merge, where it merges. */
export function mergedContent({ ours, theirs }: NonNullable<Slot['merged']>): Slot['made'] {
  const merged = threeWay(ours, theirs);
  return 'reason' in merged ? undefined : merged.content;
}

function withoutBaseResource(value: StoreContent['entries'][number]): typeof value {
  const { type, id, resource, base, changes, absorbed } = value;
  return {
    type,
    id,
    resource,
    ...(base === undefined ? {} : { base }),
    ...(changes === undefined ? {} : { changes }),
    ...(absorbed === undefined ? {} : { absorbed }),
  };
}

/** A cursor of a dump or a seed. */
export function keptCursor({ replica, cursor, types }: CursorValue): KeptCursor {
  const asked = types === undefined ? undefined : askedText(types);
  return { peer: replica.toLowerCase(), cursor: cursor.toLowerCase(), asked };
}
