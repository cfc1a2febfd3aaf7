// Whether a message may stand where it stands, by the state table of its writer. What the writer
// had read by then is not known exactly: it may have read any beginning of what was written to it.
// So every course of the table that fits the octets is followed, and a message is out of order when
// none of them writes it.
import { eventOf, writingsOf, type StateTable } from './state-table.ts';

/** One way in which the writer may have come so far. */
interface Course {
  readonly state: string;
  /** How many of the peer's messages it has read. */
  readonly read: number;
  /** What it writes next, before anything else. */
  readonly due: readonly string[];
}

/** Local events that interrupt what was about to be written. */
const interruptions = ['CANCEL', 'FAULT', 'TIMEOUT', 'VIOLATION'];

const keyOf = ({ state, read, due }: Course): string => `${state} ${read} ${due.join(' ')}`;

/** Follows one writer. */
export class WritingOrder {
  readonly #table: StateTable;
  readonly #local: readonly string[];
  #courses: readonly Course[];

  constructor(table: StateTable) {
    this.#table = table;
    this.#local = table.events
      .filter(({ kind }) => kind === 'local' || kind === 'timer')
      .map(({ name }) => name);
    // The sender's table begins when Initiate is on its way.
    const due = table.role === 'sender' ? ['Initiate'] : [];
    this.#courses = [{ state: table.initial, read: 0, due }];
  }

  /**
   * Takes one message as written; false where no course of the table writes it now, and then
   * nothing changes.
   *
   * @param heard - Names of the messages that the peer has written so far, KeepAlive left out.
   */
  write(message: string, heard: readonly string[]): boolean {
    const after = new Map<string, Course>();
    for (const { state, read, due } of this.#reachable(heard)) {
      const [first, ...rest] = due;
      if (first === message) keep(after, { state, read, due: rest });
      else if (message === 'KeepAlive' && this.#isIdle(state, first)) {
        keep(after, { state, read, due });
      }
    }
    if (after.size === 0) return false;
    this.#courses = [...after.values()];
    return true;
  }

  /** A KeepAlive may come between, once keys are on. */
  #isIdle(state: string, due: string | undefined): boolean {
    const sends = this.#table.transitions[state]?.['KEEP_ALIVE_DUE']?.actions.length ?? 0;
    return sends > 0 && due !== 'Confirm';
  }

  #reachable(heard: readonly string[]): Iterable<Course> {
    const found = new Map<string, Course>();
    const waiting = [...this.#courses];
    for (let course = waiting.pop(); course !== undefined; course = waiting.pop()) {
      if (keep(found, course)) waiting.push(...this.#next(course, heard));
    }
    return found.values();
  }

  #next(course: Course, heard: readonly string[]): Course[] {
    const { read, due } = course;
    if (due.length > 0) return interruptions.flatMap((event) => this.#on(course, event, read));
    const message = heard[read];
    const reading = message === undefined ? [] : this.#on(course, eventOf(message), read + 1);
    // What changes nothing is read at once: whatever happens before it can as well happen after.
    const [same] = reading;
    if (reading.length === 1 && same?.state === course.state && same.due.length === 0) {
      return reading;
    }
    return [...reading, ...this.#local.flatMap((event) => this.#on(course, event, read))];
  }

  #on({ state }: Course, event: string, read: number): Course[] {
    const transition = this.#table.transitions[state]?.[event];
    if (transition === undefined) return [];
    return writingsOf(transition).map((due) => ({ state: transition.next, read, due }));
  }
}

/** Keeps a course; false where it is known. */
function keep(courses: Map<string, Course>, course: Course): boolean {
  if (courses.has(keyOf(course))) return false;
  courses.set(keyOf(course), course);
  return true;
}
