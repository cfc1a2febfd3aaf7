// The testee's state while a session is played, as the state table and what was said tell it. Where
// nobody can know it, the testee is in one of several, and each is followed. It plays nothing.
import type { Role } from '../control/values.ts';
import { KitError } from '../fault.ts';
import { eventOf, stateTable, writingsOf, type StateTable } from '../observer/state-table.ts';
import type { Step } from '../peer/script.ts';

/** One way in which the testee may have come so far. */
interface Course {
  readonly state: string;
  /** What it wrote and the kit has not heard yet; Payloads and Acks are not kept one by one. */
  readonly unheard: readonly string[];
  /** Payloads that wait to be stored. */
  readonly queued: number;
  readonly committed: number;
  readonly hasSent: boolean;
  /** Cells of the table on the way. */
  readonly cells: ReadonlySet<string>;
}

/** How a testee has to answer an event, as far as it is the same in each state it may be in. */
export type Answer = 'reject' | 'abort' | 'close' | 'goes-on';

/** Events of the testee's own that may come at any time; the others are asked for. */
const ownEvents = [
  'CODE_ENTERED',
  'REQUEST_READY',
  'AGREED',
  'COMMITTED',
  'STORED_ALL',
  'OFFER_READY',
  'BATCH_READY',
  'ALL_SENT',
];
/** Not kept one by one: how many there are is the testee's choice. */
const uncounted = new Set(['Ack', 'Payload']);

function keyOf({ state, unheard, queued, committed, hasSent }: Course): string {
  return JSON.stringify([state, unheard, queued, committed, hasSent]);
}

/** Far more than any session has; a table without an end must not hang the kit. */
const coursesMax = 300;

type Cells = ReadonlySet<string>;

const common = (a: Cells, b: Cells): Cells => new Set([...a].filter((cell) => b.has(cell)));

/** Each course once; what two ways to it have in common was on the way for sure. */
function merged(courses: readonly Course[]): Course[] {
  const found = new Map<string, Course>();
  for (const course of courses) {
    const key = keyOf(course);
    const known = found.get(key);
    const cells = known === undefined ? course.cells : common(known.cells, course.cells);
    found.set(key, { ...course, cells });
  }
  return [...found.values()];
}

/** The testee of one session. */
export class PeerModel {
  readonly #table: StateTable;
  #courses: readonly Course[];

  constructor(role: Role) {
    this.#table = stateTable(role);
    const unheard = role === 'sender' ? ['Initiate'] : [];
    const start = { state: this.#table.initial, unheard, queued: 0, committed: 0, hasSent: false };
    this.#courses = this.#closed([{ ...start, cells: new Set<string>() }]);
  }

  /** The same testee, from here on for itself. */
  copy(): PeerModel {
    const copy = new PeerModel(this.#table.role);
    copy.#courses = this.#courses;
    return copy;
  }

  /** The states that it may be in. */
  get states(): readonly string[] {
    return [...new Set(this.#courses.map(({ state }) => state))];
  }

  /** Cells that were met for sure: `STATE/EVENT`. */
  get cells(): readonly string[] {
    const [first, ...others] = this.#courses.map(({ cells }) => cells);
    if (first === undefined) return [];
    return [...others.reduce((all, cells) => common(all, cells), first)].sort();
  }

  /** Takes in one step that was played as it says. */
  play(step: Step): void {
    switch (step.do) {
      case 'send':
        this.event(isIgnorable(step) ? 'IGNORABLE' : eventOf(step.message));
        break;
      case 'expect':
        this.#hear(step.message, Number(step.where?.['through_sequence'] ?? 0));
        break;
      case 'collect':
        this.#hear('Complete', 0);
        break;
      case 'close':
        this.event('END');
        break;
      default:
    }
  }

  /** An event that the kit brings about. */
  event(name: string): void {
    this.#courses = this.#closed(this.#courses.flatMap((course) => this.#on(course, name)));
  }

  /** How it has to answer an event; undefined where that depends on what nobody knows. */
  answerTo(event: string): Answer | undefined {
    const answers = new Set(
      this.#courses.map(({ state }) => {
        const transition = this.#table.transitions[state]?.[event];
        const actions = transition?.actions ?? [];
        if (state === 'CLOSING' || state === 'CLOSED') return 'goes-on';
        if (actions.includes('SEND_REJECT')) return 'reject';
        if (actions.includes('SEND_ABORT')) return 'abort';
        const isOver = transition?.next === 'CLOSING' || transition?.next === 'CLOSED';
        return isOver && !actions.includes('NOTE_RECEIPT') ? 'close' : 'goes-on';
      }),
    );
    const [only] = answers;
    return answers.size === 1 ? only : undefined;
  }

  #hear(message: string, through: number): void {
    const heard = this.#courses.flatMap((course): Course[] => {
      if (message === 'Ack') return course.committed >= through ? [course] : [];
      if (message === 'Payload') return course.hasSent ? [course] : [];
      const [first, ...unheard] = course.unheard;
      return first === message ? [{ ...course, unheard }] : [];
    });
    this.#courses = merged(heard);
  }

  #closed(courses: readonly Course[]): readonly Course[] {
    let all = merged(courses);
    for (;;) {
      const next = merged([...all, ...all.flatMap((course) => this.#own(course))]);
      if (next.length === all.length) return next;
      if (next.length > coursesMax) throw new KitError('the state table allows endless courses');
      all = next;
    }
  }

  #own(course: Course): Course[] {
    const { state, queued } = course;
    return ownEvents.flatMap((event) => {
      const transition = this.#table.transitions[state]?.[event];
      const isIdle = transition?.next === state && transition.actions.length === 0;
      if (transition === undefined || isIdle) return [];
      if (event === 'COMMITTED' && queued === 0) return [];
      if (event === 'STORED_ALL' && queued > 0) return [];
      return this.#on(course, event);
    });
  }

  #on(course: Course, event: string): Course[] {
    const transition = this.#table.transitions[course.state]?.[event];
    if (transition === undefined) return [];
    const { next, actions } = transition;
    const isStored = event === 'COMMITTED' ? 1 : 0;
    const isQueued = actions.includes('QUEUE_PAYLOAD') ? 1 : 0;
    const cells = new Set([...course.cells, `${course.state}/${event}`]);
    return writingsOf(transition).map((writings) => ({
      state: next,
      unheard: [...course.unheard, ...writings.filter((name) => !uncounted.has(name))],
      queued: course.queued + isQueued - isStored,
      committed: course.committed + isStored,
      hasSent: course.hasSent || writings.includes('Payload'),
      cells,
    }));
  }
}

/** Whether a step sends a message that its reader has to ignore. */
export function isIgnorable(step: Step): boolean {
  return step.do === 'send' && step.tamper?.kind === 'raw' && (step.tamper.body[0] ?? 0) >= 0x80;
}
