// Who holds a place in a hub: those that wait for their code, those whose code was entered, and
// those that are being dialled. Knows limits and names; begins and ends nobody.
import type { HubCounts } from './hub-metrics.ts';
import type { HubLimits } from './hub-options.ts';
import type { HubSession } from './hub-session.ts';

/** The places of one hub. */
export class Places {
  readonly #limits: HubLimits;
  /** In order of coming. */
  readonly #room = new Set<HubSession>();
  readonly #admitted = new Set<HubSession>();
  #dialled = 0;

  constructor(limits: HubLimits) {
    this.#limits = limits;
  }

  get counts(): HubCounts {
    const waiting = this.waiting.length;
    return { silent: this.#room.size - waiting, waiting, admitted: this.#admitted.size };
  }

  /** Everybody whose code was not entered, silent ones included. */
  get room(): readonly HubSession[] {
    return [...this.#room];
  }

  /** Those whose code can be entered. */
  get waiting(): readonly HubSession[] {
    return this.room.filter(({ stage }) => stage === 'waiting');
  }

  get admitted(): readonly HubSession[] {
    return [...this.#admitted];
  }

  /** Whether one more may wait. */
  get hasRoom(): boolean {
    return this.#room.size < this.#limits.waitingMax;
  }

  /** Whether one more code may be entered. */
  get hasPlace(): boolean {
    return this.#admitted.size + this.#dialled < this.#limits.sessionsMax;
  }

  /** Gives a place in the room. */
  enter(session: HubSession): void {
    this.#room.add(session);
  }

  /** Takes a session from the room to the others; or from nowhere, where it was dialled. */
  admit(session: HubSession): void {
    this.#room.delete(session);
    this.#admitted.add(session);
  }

  /** Keeps a place for a device until it is reached. @returns what gives the place back. */
  reserve(): () => void {
    this.#dialled += 1;
    return () => {
      this.#dialled -= 1;
    };
  }

  /** Takes the place of a session away, wherever it is. @returns whether it was admitted. */
  leave(session: HubSession): boolean {
    this.#room.delete(session);
    return this.#admitted.delete(session);
  }

  /** Makes room: whoever says nothing holds no place against one who does. */
  evictSilent(): HubSession | undefined {
    const silent = this.room.find(({ stage }) => stage !== 'waiting');
    if (silent !== undefined) this.#room.delete(silent);
    return silent;
  }

  /**
   * A name that nobody else here has: two senders may draw nonces that begin alike, and one may
   * wish to be taken for another.
   */
  freeName(nonceStart: string): string {
    const names = new Set([...this.#room, ...this.#admitted].map(({ name }) => name));
    let name = nonceStart;
    for (let n = 2; names.has(name); n += 1) name = `${nonceStart}-${n}`;
    return name;
  }
}
