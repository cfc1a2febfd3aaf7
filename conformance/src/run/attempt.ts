// One script from reset to dump: sessions one after the other, edits, kills and reopened stores in
// between. What came of it is told; nothing is judged.
import type { Reply, TesteeFault, Refusal } from '../control/reply.ts';
import type { Edit, StoreContent } from '../control/values.ts';
import type { Script } from '../cases/case.ts';
import type { Delivery } from '../peer/delivery.ts';
import type { Departure } from '../peer/hearing.ts';
import type { EndedStep, Ending, PlayedStep, Step } from '../peer/script.ts';
import type { TextFields } from '../wire/message-text.ts';
import type { StoreDeed } from './judging.ts';
import { seededOctets } from './seeded-octets.ts';
import { Session, type PlayedConnection, type RunReply } from './session.ts';
import type { Found, Slot } from './slot.ts';
import { testeeName, testeeReplica, wallClock } from './surroundings.ts';

/** How a script is played. */
export interface AttemptOptions {
  readonly slot: Slot;
  readonly delivery: Delivery;
  readonly seed: string;
  /** Name of what is played: for the testee's log, and for what the kit draws. */
  readonly label: string;
  readonly patienceMs: number;
  readonly deadlineMs: number;
  /** Whether connections run through control lines. */
  readonly isInline: boolean;
  /** When power is lost where a script wants several moments; default: at once. */
  readonly lossShare?: number;
}

/** A session that is over. */
export interface PlayedSession {
  readonly connections: readonly PlayedConnection[];
  /** Absent where the testee was killed in it on purpose. */
  readonly reply?: RunReply;
  /** Results of a step that looked at this end. */
  readonly awaited?: readonly string[];
}

/** What came of a script. */
export interface Attempt {
  /** Where the testee left the script. */
  readonly departure?: Departure & { readonly session: number };
  /** How it ended the session on the wire, where the script left the ending to it. */
  readonly ending?: Ending;
  readonly sessions: readonly PlayedSession[];
  readonly deeds: readonly StoreDeed[];
  readonly store?: StoreContent;
  /** A command that was not carried out; the rest was not played. */
  readonly trouble?: TesteeFault | Refusal;
}

interface Finish {
  readonly awaited?: readonly string[];
  readonly holds?: boolean;
  readonly isLeft?: boolean;
}

type Trouble = TesteeFault | Refusal;
type Finished = { readonly reply: RunReply; readonly isLate: boolean };

type Stopped = { readonly trouble: Trouble } | { readonly departure: Departure };

const isInSession = (step: Step): step is PlayedStep =>
  step.do !== 'ended' &&
  step.do !== 'open' &&
  step.do !== 'again' &&
  step.do !== 'dial' &&
  step.do !== 'use';

class Play {
  readonly #script: Script;
  readonly #options: AttemptOptions;
  readonly #sessions: PlayedSession[] = [];
  readonly #deeds: StoreDeed[] = [];
  #found: Extract<Found, { readonly kind: 'testee' }>;
  #session: Session | undefined;
  readonly #memory = new Map<string, TextFields>();
  #wasKilled = false;
  #replica = testeeReplica;
  #begun = 0;

  constructor(
    script: Script,
    options: AttemptOptions,
    found: Extract<Found, { readonly kind: 'testee' }>,
  ) {
    this.#script = script;
    this.#options = options;
    this.#found = found;
  }

  async go(awaitsEnding: boolean): Promise<Attempt> {
    const stopped = (await this.#reset()) ?? (await this.#steps());
    const departure =
      stopped !== undefined && 'departure' in stopped ? stopped.departure : undefined;
    const asked =
      awaitsEnding && stopped === undefined ? await this.#session?.player?.ending() : undefined;
    const ending = departure?.ending ?? asked;
    const session = Math.max(0, this.#begun - 1);
    await this.#finish({ isLeft: departure !== undefined });
    const store = await this.#dump(stopped);
    return {
      ...(departure === undefined ? {} : { departure: { ...departure, session } }),
      ...(ending === undefined ? {} : { ending }),
      sessions: this.#sessions,
      deeds: this.#deeds,
      ...store,
      ...(stopped !== undefined && 'trouble' in stopped ? { trouble: stopped.trouble } : {}),
    };
  }

  /** Drops what is left after a mistake of the kit's own. */
  dispose(): void {
    this.#session?.dispose();
  }

  async #reset(): Promise<Stopped | undefined> {
    const stopped = await this.#makeStore();
    const { badServerUrl } = this.#script;
    if (stopped !== undefined || badServerUrl === undefined) return stopped ?? this.#begin({});
    const detail = `it took ${badServerUrl} for the URL of a server`;
    return { departure: { step: 'reset', detail } };
  }

  async #makeStore(): Promise<Stopped | undefined> {
    const { store, serverUrl, badServerUrl = serverUrl, displayName = testeeName } = this.#script;
    const own = { replica: this.#replica, serverUrl: badServerUrl, displayName, seed: store };
    const members = { case: this.#options.label, now: wallClock, ...own };
    const reply = await this.#found.testee.ask('reset', members);
    return reply.kind === 'answer' ? undefined : { trouble: reply };
  }

  async #begin(own: Partial<Script>): Promise<Stopped | undefined> {
    const { slot, delivery, seed, label, isInline, lossShare = 0, ...times } = this.#options;
    const script = { ...this.#script, ...own };
    const random = seededOctets(seed, `${label}/${delivery}/${this.#begun}`);
    this.#begun += 1;
    this.#session = await Session.begin({
      ...script,
      // Parameters of one role mean nothing to the other.
      params: { ...(own.role === undefined ? this.#script.params : {}), ...own.params },
      clock: script.clock,
      testee: this.#found.testee,
      hello: this.#found.hello,
      port: slot.port,
      dial: slot.dial,
      isInline: isInline && !script.listen,
      delivery,
      random,
      ...times,
      lossShare,
      replica: this.#replica,
      memory: this.#memory,
    });
    if (this.#session.player !== undefined) return undefined;
    return this.#withoutConnection();
  }

  async #withoutConnection(): Promise<Stopped> {
    const { reply } = this.#session ?? {};
    if (reply !== undefined && reply.kind !== 'answer') return { trouble: reply };
    const detail = this.#session?.trouble ?? 'the testee did not make its connection';
    return { departure: { step: this.#script.steps[0]?.id ?? '', detail } };
  }

  async #steps(): Promise<Stopped | undefined> {
    for (const step of this.#script.steps) {
      const stopped = isInSession(step) ? await this.#played(step) : await this.#between(step);
      if (stopped !== undefined) return stopped;
    }
    await this.#session?.player?.flush();
    return undefined;
  }

  async #played(step: PlayedStep): Promise<Stopped | undefined> {
    if (step.do === 'control' && this.#session === undefined) return this.#command(step);
    if (step.do === 'kill') this.#wasKilled = true;
    const player = this.#session?.player;
    if (player === undefined) {
      return { departure: { step: step.id, detail: 'no session goes on' } };
    }
    const departure = await player.play([step]);
    if (step.do === 'control' && step.command === 'edit') this.#edited(step.with);
    return departure === undefined ? undefined : { departure };
  }

  async #command(step: Extract<Step, { readonly do: 'control' }>): Promise<Stopped | undefined> {
    const reply: Reply<unknown> = await this.#found.testee.ask(step.command, step.with as never);
    if (reply.kind !== 'answer') return { trouble: reply };
    if (step.command === 'edit') this.#edited(step.with);
    return undefined;
  }

  #edited(members: Readonly<Record<string, unknown>>): void {
    // Its schema was checked when the command was sent.
    const edits = members['edits'] as readonly Edit[];
    this.#deeds.push({ kind: 'edits', edits, now: wallClock });
  }

  async #between(step: Exclude<Step, PlayedStep>): Promise<Stopped | undefined> {
    switch (step.do) {
      case 'ended':
        return this.#ended(step);
      case 'open':
        return this.#open();
      case 'again': {
        await this.#finish();
        if (step.replica === undefined) return this.#begin(step);
        this.#replica = step.replica;
        return (await this.#makeStore()) ?? this.#begin(step);
      }
      case 'dial': {
        await this.#session?.player?.flush();
        const isThere = await this.#session?.connect(step.as, step.code);
        const detail = this.#session?.trouble ?? 'the testee took no connection';
        return isThere === true ? undefined : { departure: { step: step.id, detail } };
      }
      case 'use': {
        await this.#session?.player?.flush();
        const isThere = this.#session?.use(step.connection);
        const detail = `there is no connection ${step.connection}`;
        return isThere === true ? undefined : { departure: { step: step.id, detail } };
      }
    }
  }

  async #ended({ id: step, results, holds }: EndedStep): Promise<Stopped | undefined> {
    const finished = await this.#finish({ awaited: results, holds });
    if (finished === undefined) return { departure: { step, detail: 'no session goes on' } };
    const { reply, isLate } = finished;
    if (reply.kind !== 'answer') return { trouble: reply };
    if (isLate) return { departure: { step, detail: 'it should have ended before the kit did' } };
    const { result } = reply.answer;
    if (results.includes(result)) return undefined;
    const detail = `the run should have ended ${results.join(' or ')}, it ended ${result}`;
    return { departure: { step, detail } };
  }

  async #open(): Promise<Stopped | undefined> {
    await this.#finish();
    const found = await this.#options.slot.testee();
    if (found.kind === 'none') {
      const { detail } = found;
      return { trouble: { kind: 'testee-fault', reason: 'exited', about: 'hello', detail } };
    }
    this.#found = found;
    const reply = await found.testee.ask('open', { case: this.#options.label, now: wallClock });
    return reply.kind === 'answer' ? undefined : { trouble: reply };
  }

  /** Ends the session that goes on, if one does. */
  async #finish({ awaited, holds, isLeft }: Finish = {}): Promise<Finished | undefined> {
    const session = this.#session;
    if (session === undefined) return undefined;
    this.#session = undefined;
    const { connections, reply, isLate } = await session.finish(holds, isLeft);
    const own = this.#wasKilled ? {} : { reply };
    this.#wasKilled = false;
    this.#sessions.push({ connections, ...own, ...(awaited === undefined ? {} : { awaited }) });
    for (const { transcript, context } of connections) {
      const end = 'reply' in own && reply.kind === 'answer' ? { end: reply.answer } : {};
      this.#deeds.push({ kind: 'session', transcript, context, ...end });
    }
    return { reply, isLate };
  }

  async #dump(stopped: Stopped | undefined): Promise<Pick<Attempt, 'store' | 'trouble'>> {
    const { testee } = this.#found;
    if (testee.end !== undefined || (stopped !== undefined && 'trouble' in stopped)) return {};
    const reply = await testee.ask('dump', {});
    return reply.kind === 'answer' ? { store: reply.answer.store } : { trouble: reply };
  }
}

/**
 * Plays a script.
 *
 * @param awaitsEnding - Whether the testee has to end the session where the script ends.
 */
export async function attempt(
  script: Script,
  awaitsEnding: boolean,
  options: AttemptOptions,
): Promise<Attempt> {
  const found = await options.slot.testee();
  if (found.kind === 'none') {
    const { detail } = found;
    const trouble = { kind: 'testee-fault', reason: 'exited', about: 'hello', detail } as const;
    return { sessions: [], deeds: [], trouble };
  }
  const play = new Play(script, options, found);
  try {
    return await play.go(awaitsEnding);
  } finally {
    play.dispose();
  }
}
