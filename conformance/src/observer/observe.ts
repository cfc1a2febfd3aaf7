// The observer: which sentences of the specification the octets of both sides of one connection
// break. It works from the octets in their order, the secret and the kit's scalar; it knows no
// case, no script, and nothing of what the kit meant to do.
//
// One cause is one finding. The first breach that makes a reader give up ends the judging of its
// side; from then on the other side is judged by form alone, for nobody knows when it noticed.
import type { Finding, Observe, SessionContext } from '../run/judging.ts';
import { Conversation, peerOf, type Heard } from './conversation.ts';
import { breach, rules } from './rules.ts';
import { SideJudge, type Done, type Located } from './side-judge.ts';
import type { Side, Transcript, TranscriptEntry } from '../peer/transcript.ts';

/** What the observer found, and how far it looked. */
export interface Observation {
  /** By position in the transcript, then by octet. */
  readonly findings: readonly Finding[];
  /** Where and why the judging of a side ended before its last octet; absent: it did not. */
  readonly done: Readonly<Partial<Record<Side, Done>>>;
  /** The messages of both sides that a reader takes, in order. */
  readonly messages: readonly Heard[];
}

class Observer {
  readonly #context: SessionContext;
  readonly #talk: Conversation;
  readonly #judges: Readonly<Record<Side, SideJudge>>;
  readonly #ended = new Map<Side, 'fin' | 'rst'>();
  readonly #findings: Finding[] = [];
  /** Position of the last octets of the kit. */
  #kitWrote = -1;
  /** Position of the testee's last message. */
  #testeeLast: number | undefined;

  constructor(transcript: Transcript, context: SessionContext) {
    this.#context = context;
    this.#talk = new Conversation(transcript, context);
    this.#judges = {
      kit: new SideJudge(this.#talk, 'kit'),
      testee: new SideJudge(this.#talk, 'testee'),
    };
  }

  run(): Observation {
    for (const entry of this.#talk.transcript.entries) this.#entry(entry);
    const { kit, testee } = this.#judges;
    return {
      findings: this.#findings,
      done: {
        ...(kit.done === undefined ? {} : { kit: kit.done }),
        ...(testee.done === undefined ? {} : { testee: testee.done }),
      },
      messages: this.#talk.heard,
    };
  }

  #entry(entry: TranscriptEntry): void {
    const { side, kind, octets, at } = entry;
    if (kind === 'note') return;
    if (kind !== 'octets') return this.#end(entry, kind);
    const judge = this.#judges[side];
    const peer = this.#judges[peerOf(side)];
    this.#tell(side, at, judge.judge(octets?.length ?? 0, peer));
    if (side === 'kit') this.#kitWrote = at;
    else if (judge.lastMessage !== undefined) this.#testeeLast ??= at;
    this.#stopWhereUnreadable();
  }

  #end({ side, at }: TranscriptEntry, kind: 'fin' | 'rst'): void {
    if (this.#ended.has(side)) return;
    const judge = this.#judges[side];
    // Nobody is left to whom the kit could say the rest of its frame.
    const isCut = side === 'testee' ? this.#isExcused : this.#context.wasTesteeKilled === true;
    if (kind === 'fin' && !isCut) this.#tell(side, at, judge.judgeEnd());
    if (kind === 'rst' && side === 'testee' && !isCut) this.#reset(at);
    this.#ended.set(side, kind);
  }

  /** Whether a testee may break off anywhere: it was killed, or the kit broke something first. */
  get #isExcused(): boolean {
    const wasKilled = this.#context.wasTesteeKilled === true;
    return wasKilled || this.#ended.has('kit') || this.#judges.kit.done !== undefined;
  }

  /** A reset in the place of a shut writing side may cost the last frame. */
  #reset(at: number): void {
    const last = this.#testeeLast;
    if (last === undefined || this.#kitWrote > last) return;
    this.#tell('testee', at, [breach('PSP-CLOSE-1', 'a reset follows its last frame')]);
  }

  /** Of another version nothing is known but how it begins. */
  #stopWhereUnreadable(): void {
    const { unreadable } = this.#talk;
    for (const judge of Object.values(this.#judges)) {
      const isMeant = unreadable === 'both' || unreadable === judge.role;
      if (isMeant) judge.end('another version than 1');
    }
  }

  #tell(side: Side, entry: number, located: readonly Located[]): void {
    for (const { requirement, detail, frame, octets } of located) {
      this.#findings.push({
        side,
        requirement,
        level: rules[requirement].level ?? 'MUST',
        where: {
          entry,
          ...(frame === undefined ? {} : { frame }),
          ...(octets === undefined ? {} : { octets }),
        },
        detail,
      });
    }
  }
}

interface Known {
  readonly context: SessionContext;
  readonly observation: Observation;
}

// The runner asks for the findings and the store model for the messages of one and the same
// connection. A transcript is not written to any more when it is read.
const known = new WeakMap<Transcript, Known>();

/** What one connection shows. {@link ready} of CPace must have been awaited. */
export function observation(transcript: Transcript, context: SessionContext): Observation {
  const before = known.get(transcript);
  if (before?.context === context) return before.observation;
  const made = new Observer(transcript, context).run();
  known.set(transcript, { context, observation: made });
  return made;
}

/** Which rules the octets of both sides break. {@link ready} of CPace must have been awaited. */
export const observe: Observe = (transcript, context) => observation(transcript, context).findings;
