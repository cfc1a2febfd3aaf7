// The store model: what a dump contradicts, given the seed and the sessions since. Payloads that
// were acknowledged are stored, in order; of those that were not, any beginning may be. What a
// receiver may know or not is tried both ways, and the dump has to fit one of them.
import type { StoreContent, Strategy } from '../control/values.ts';
import type { CheckStore, StoreDeed, StoreFinding, StoreQuestion } from '../run/judging.ts';
import { isAcceptableCode } from '../wire/error-registry.ts';
import { baseFindings } from './edited-bases.ts';
import { keptCursor, ModelStore, type Outcome } from './model-store.ts';
import { newNameFindings } from './new-names.ts';
import { sentFindings, unlikeFindings } from './sent-entries.ts';
import { sentLog } from './sent-log.ts';
import { sessionLog, type SessionLog, type ToldOutcome } from './session-log.ts';
import { about, changeNames, isArchived, slotDifferences } from './state-difference.ts';
import { keyOf, stateOf } from './state.ts';

interface LoggedSession {
  readonly log: SessionLog;
  readonly strategy: Strategy;
}

/** How far a session may have come beyond what was acknowledged. */
interface Course {
  readonly stored: number;
  readonly hasFinalCursor: boolean;
}

/** More combinations than that are not tried one by one. */
const courseMax = 512;

function coursesOf({ log }: LoggedSession, all: boolean): Course[] {
  const { payloads, acknowledged, isDeclined, completeCursor, hasReceipt } = log;
  const last = isDeclined ? acknowledged : payloads.length;
  const lengths = all
    ? Array.from({ length: last - acknowledged + 1 }, (_, i) => acknowledged + i)
    : [...new Set([acknowledged, last])];
  return lengths.flatMap((stored): Course[] => {
    const plain = { stored, hasFinalCursor: hasReceipt };
    const mayHave = !hasReceipt && completeCursor !== undefined && stored === payloads.length;
    return mayHave ? [plain, { stored, hasFinalCursor: true }] : [plain];
  });
}

/** Every way in which the sessions may have gone, one list of courses each. */
function combinations(sessions: readonly LoggedSession[]): Course[][] {
  const product = (all: boolean): Course[][] =>
    sessions.reduce<Course[][]>(
      (lists, session) =>
        lists.flatMap((list) => coursesOf(session, all).map((course) => [...list, course])),
      [[]],
    );
  const size = sessions.reduce((count, session) => count * coursesOf(session, true).length, 1);
  return product(size <= courseMax);
}

const withCode = ({ outcome, code }: ToldOutcome): string =>
  code === '' || code === 'UNSPECIFIED' ? outcome : `${outcome} ${code}`;

function isTold(told: ToldOutcome, { outcome, code }: Outcome): boolean {
  if (told.outcome !== outcome) return false;
  return outcome !== 'REFUSED' || isAcceptableCode(told.code, code);
}

function playSession(
  store: ModelStore,
  { log, strategy }: LoggedSession,
  { stored, hasFinalCursor }: Course,
): StoreFinding[] {
  const found = requestFindings(store, log);
  for (const [at, { entries, cursor }] of log.payloads.slice(0, stored).entries()) {
    for (const [index, entry] of entries.entries()) {
      const isAcknowledged = at < log.acknowledged;
      const told = isAcknowledged
        ? (log.outcomes.get(`${at + 1}/${index}`) ?? { outcome: 'STORED', code: '' })
        : undefined;
      const expected = store.take(entry, strategy, told);
      if (told === undefined || isTold(told, expected) || store.open.has(keyOf(entry))) continue;
      const detail = `its outcome was told as ${withCode(told)}, it is ${withCode(expected)}`;
      found.push(about(expected.rule, entry, `${detail} (Payload ${at + 1}, entry ${index})`));
    }
    store.keepCursor(log.peer, log.request?.asked, cursor);
  }
  if (hasFinalCursor) store.keepCursor(log.peer, log.request?.asked, log.completeCursor ?? '');
  return found;
}

/** PSP-RESUME-2: the cursor of a Request is the one that is kept for that peer. */
function requestFindings({ cursors }: ModelStore, { request, peer }: SessionLog): StoreFinding[] {
  if (request?.mode !== 'CURSOR') return [];
  const kept = cursors.find(
    (cursor) => cursor.peer === peer && (cursor.asked ?? request.asked) === request.asked,
  );
  if ((kept?.cursor ?? '') === request.cursor) return [];
  // A store that keeps one cursor for each peer may have any of them.
  if (cursors.some((cursor) => cursor.peer === peer && cursor.cursor === request.cursor)) return [];
  const has = kept === undefined ? 'none is' : `${kept.cursor} is`;
  const detail = `the Request has cursor ${request.cursor || 'none'}, ${has} kept for the sender`;
  return [{ requirement: 'PSP-RESUME-2', level: 'MUST', detail }];
}

function entryFindings(store: ModelStore, after: StoreContent, wasKilled: boolean): StoreFinding[] {
  const dumped = new Map(after.entries.map((value) => [`${value.type}/${value.id}`, value]));
  const found: StoreFinding[] = [];
  for (const [key, slot] of store.slots) {
    const value = dumped.get(key);
    dumped.delete(key);
    if (store.open.has(key)) continue;
    if (value !== undefined) found.push(...slotDifferences(slot, value, after.replica));
    else {
      // What a loss of power left out of a Payload is torn, whatever was to become of it.
      const rule = wasKilled ? 'PSP-ATOM-2' : (slot.rule ?? 'PSP-ATOM-2');
      found.push(about(rule, slot.state, 'it is missing'));
    }
  }
  for (const [key, value] of dumped) {
    if (store.open.has(key)) continue;
    found.push(
      about(
        wasKilled ? 'PSP-ATOM-2' : 'PSP-ATOM-1',
        stateOf(value),
        'it is there, nothing was to be stored of it',
      ),
    );
  }
  return found;
}

function archiveFindings(store: ModelStore, after: StoreContent): StoreFinding[] {
  const archive = after.archive ?? [];
  const found = store.archive.flatMap(({ reason, state }) => {
    if (store.open.has(keyOf(state))) return [];
    const is = archive.some((item) => item.reason === reason && isArchived(item.entry, state));
    const rule = reason === 'deferred' ? 'PSP-CLS-21' : 'PSP-CLS-15';
    const detail = `the archive lacks the ${reason} state (${changeNames(state)})`;
    return is ? [] : [about(rule, state, detail)];
  });
  for (const [key, { merged, state }] of store.slots) {
    if (merged === undefined || store.open.has(key)) continue;
    const sides = [merged.ours.state, merged.theirs];
    const is = archive.some((item) => sides.some((side) => isArchived(item.entry, side)));
    if (!is)
      found.push(about('PSP-CLS-15', state, 'the archive lacks the side that was merged in'));
  }
  return found;
}

function cursorFindings(store: ModelStore, after: StoreContent): StoreFinding[] {
  const dumped = (after.cursors ?? []).map(keptCursor);
  const found: StoreFinding[] = [];
  for (const { peer, cursor, asked } of store.cursors) {
    const own = dumped.filter((kept) => kept.peer === peer);
    const same = own.filter((kept) => (kept.asked ?? asked) === (asked ?? kept.asked));
    if (same.some((kept) => kept.cursor === cursor)) continue;
    // A store may keep one cursor for each peer, whatever was asked for.
    const isReplaced = own.some((kept) =>
      store.cursors.some((other) => other.peer === peer && other.cursor === kept.cursor),
    );
    if (isReplaced) continue;
    const there = same.map((kept) => kept.cursor).join(', ') || 'none';
    const detail = `the cursor of ${peer} is ${there}, it should be ${cursor}`;
    found.push({ requirement: 'PSP-RESUME-1', level: 'MUST', detail });
  }
  for (const { peer, cursor } of dumped) {
    if (store.cursors.some((kept) => kept.peer === peer)) continue;
    const detail = `a cursor ${cursor} of ${peer} is kept, none was given`;
    found.push({ requirement: 'PSP-RESUME-1', level: 'MUST', detail });
  }
  return found;
}

/** Resources that local edits touched: what a testee makes of them is its own. */
function editedKeys(deeds: readonly StoreDeed[]): string[] {
  return deeds.flatMap((deed) => {
    if (deed.kind !== 'edits') return [];
    return deed.edits.map((edit) => {
      if (edit.op === 'delete') return `${edit.type}/${edit.id}`;
      const { resourceType, id } = JSON.parse(edit.resource) as Record<string, unknown>;
      return `${String(resourceType)}/${String(id)}`;
    });
  });
}

function loggedSessions(deeds: readonly StoreDeed[]): LoggedSession[] {
  return deeds.flatMap((deed) => {
    if (deed.kind !== 'session') return [];
    const { transcript, context } = deed;
    const strategy = context.params.strategy ?? 'theirs';
    return [{ log: sessionLog(transcript, context), strategy }];
  });
}

function wasKilled(deeds: readonly StoreDeed[]): boolean {
  return deeds.some((deed) => deed.kind === 'session' && deed.context.wasTesteeKilled === true);
}

/** The findings of one way in which everything may have gone. */
function findingsOf(
  question: StoreQuestion,
  sessions: readonly LoggedSession[],
  courses: readonly Course[],
  isForgetful: boolean,
): StoreFinding[] {
  const store = new ModelStore(question.before, isForgetful);
  for (const key of editedKeys(question.deeds)) store.open.add(key);
  const found = sessions.flatMap((session, i) => {
    const course = courses[i];
    return course === undefined ? [] : playSession(store, session, course);
  });
  return [
    ...found,
    ...entryFindings(store, question.after, wasKilled(question.deeds)),
    ...archiveFindings(store, question.after),
    ...cursorFindings(store, question.after),
  ];
}

/** A sender's store stays as it was, but for its own edits; and what it sends comes from there. */
function senderFindings(question: StoreQuestion): StoreFinding[] {
  const edited = new Set(editedKeys(question.deeds));
  const edits = question.deeds.flatMap((deed) => (deed.kind === 'edits' ? deed.edits : []));
  const seed = question.before.entries.map(stateOf);
  const sent = question.deeds.flatMap((deed) => {
    if (deed.kind !== 'session') return [];
    const log = sentLog(deed.transcript, deed.context);
    if (log === undefined) return [];
    const open = log.entries.filter((entry) => edited.has(keyOf(entry)));
    return [
      ...sentFindings(seed, log, deed.context.params, (key) => edited.has(key)),
      ...baseFindings(seed, edits, open),
    ];
  });
  return [...sent, ...findingsOf(question, [], [], true)];
}

/** A testee may take the other part in a later session of the same store. */
function hasReceived({ role, deeds }: StoreQuestion): boolean {
  if (role === 'receiver') return true;
  return deeds.some((deed) => deed.kind === 'session' && deed.transcript.role === 'receiver');
}

/** What a receiver passed on in its last session is what it holds. */
function passedOnFindings({ deeds, after }: StoreQuestion): StoreFinding[] {
  const last = deeds.at(-1);
  if (last?.kind !== 'session' || last.transcript.role !== 'sender') return [];
  const log = sentLog(last.transcript, last.context);
  return log === undefined ? [] : unlikeFindings(after.entries.map(stateOf), log.entries);
}

/**
 * What a dump contradicts: the findings of the way that it fits best, none where it fits one.
 * `ready` of CPace must have been awaited.
 */
export const checkStore: CheckStore = (question) => {
  if (!hasReceived(question)) return senderFindings(question);
  const sessions = loggedSessions(question.deeds);
  const logs = sessions.map(({ log }) => log);
  const names = newNameFindings(logs, question.after.entries, editedKeys(question.deeds));
  const apart = [...names, ...passedOnFindings(question)];
  let best: StoreFinding[] | undefined;
  for (const courses of combinations(sessions)) {
    for (const isForgetful of [false, true]) {
      const found = findingsOf(question, sessions, courses, isForgetful);
      if (found.length === 0) return apart;
      if (best === undefined || found.length < best.length) best = found;
    }
  }
  return [...apart, ...(best ?? [])];
};
