// Finds references of received resources whose targets are not here (PSP-SEL-10). Reads octets, not
// FHIR: any member named "reference" with a value of the form Type/id counts. Bounded in memory, so
// that it reports "at least so many" rather than grow with the data. Knows no session.
import { RecentNames } from './recent-names.ts';
import type { BoundedList, DanglingReport } from './report.ts';

/** Tells whether a live resource is here. */
export type IsHere = (resourceType: string, resourceId: string) => Promise<boolean>;

/** How many targets are kept in mind of each kind. */
export interface ReferenceLimits {
  /** Targets not yet looked up; each lookup round handles so many. */
  readonly pendingMax: number;
  /** Targets found missing; beyond it the count is a lower bound. */
  readonly missingMax: number;
  /** Resources known to be here, so that a much referenced one is seldom looked up. */
  readonly knownMax: number;
}

const defaultLimits: ReferenceLimits = { pendingMax: 4_096, missingMax: 4_096, knownMax: 16_384 };
const shownMax = 100;
const keyOctets = new TextEncoder().encode('"reference"');
// A version suffix names the same resource; absolute, contained and urn: references do not match.
const targetForm = /^([A-Z][A-Za-z0-9]{0,63})\/([A-Za-z0-9\-.]{1,64})(?:\/_history\/[^/]*)?$/;

/** Collects the references of a session's resources. */
export class ReferenceTracker {
  readonly #isHere: IsHere;
  readonly #limits: ReferenceLimits;
  readonly #pending = new Set<string>();
  readonly #missing = new Set<string>();
  /** A peer that finds names taken for one another hides references of its own, and no more. */
  readonly #known: RecentNames;
  #capped = false;

  constructor(isHere: IsHere, limits: ReferenceLimits = defaultLimits) {
    this.#isHere = isHere;
    this.#limits = limits;
    this.#known = new RecentNames(limits.knownMax);
  }

  /**
   * Takes in a live resource that is about to be stored. That it is here is noted at once: most
   * references are to what came just before, and so their texts need not be kept. Where it is not
   * stored after all, the session is over, or it is of one resource type too many and references
   * to it are not told of.
   *
   * @param references - The texts of its members named "reference", or its octets.
   * @returns targets `Type/id` to be given to {@link ReferenceTracker.stored} when it is durable;
   * undefined where there are none, as for most resources.
   */
  arriving(
    resourceType: string,
    resourceId: string,
    references: Uint8Array | readonly string[],
  ): readonly string[] | undefined {
    this.#known.add(resourceType, resourceId);
    const isText = !(references instanceof Uint8Array);
    let targets: string[] | undefined;
    for (const reference of isText ? references : referencesIn(references)) {
      // Most are known as they are spelled.
      if (this.#isNoted(reference)) continue;
      const target = isText ? targetOf(reference) : reference;
      if (target !== undefined && !this.#isNoted(target)) (targets ??= []).push(target);
    }
    return targets;
  }

  /**
   * Takes in what a resource refers to that was just stored.
   *
   * @returns true where {@link ReferenceTracker.catchUp} is due, so that memory stays bounded.
   */
  stored(targets: readonly string[]): boolean {
    for (const target of targets) if (!this.#isNoted(target)) this.#pending.add(target);
    return this.#pending.size >= this.#limits.pendingMax;
  }

  /** Looks for what was referred to and is not known to be here. */
  async catchUp(): Promise<void> {
    await this.#lookUp();
  }

  /** Looks at everything once more, at the end of a session: a target may have come later. */
  async report(): Promise<DanglingReport> {
    const candidates = [...this.#missing, ...this.#pending];
    this.#missing.clear();
    this.#pending.clear();
    for (const target of candidates) this.#pending.add(target);
    await this.#lookUp();
    const targets = [...this.#missing].sort();
    return { targets: bounded(targets), capped: this.#capped };
  }

  async #lookUp(): Promise<void> {
    for (const target of this.#pending) {
      if (this.#known.has(target)) continue;
      const [type = '', id = ''] = target.split('/');
      if (await this.#isHere(type, id)) this.#known.add(type, id);
      else if (this.#missing.size < this.#limits.missingMax) this.#missing.add(target);
      else this.#capped = true;
    }
    this.#pending.clear();
  }

  #isNoted(target: string): boolean {
    return this.#known.has(target) || this.#pending.has(target) || this.#missing.has(target);
  }
}

/** The target `Type/id` of a reference; undefined where it names none. */
function targetOf(reference: string): string | undefined {
  const match = targetForm.exec(reference);
  if (match === null) return undefined;
  const [whole, type = '', id = ''] = match;
  return whole.length === type.length + id.length + 1 ? whole : `${type}/${id}`;
}

/** The targets `Type/id` in a resource's octets, in order; the same one may come twice. */
export function* referencesIn(resource: Uint8Array): Generator<string, void> {
  const octets = Buffer.from(resource.buffer, resource.byteOffset, resource.byteLength);
  let at = octets.indexOf(keyOctets);
  while (at >= 0) {
    const start = valueStart(octets, at + keyOctets.length);
    const end = start === undefined ? -1 : octets.indexOf(0x22, start);
    if (start !== undefined && end >= 0) {
      const target = targetOf(unescaped(octets.toString('latin1', start, end)));
      if (target !== undefined) yield target;
    }
    at = octets.indexOf(keyOctets, at + keyOctets.length);
  }
}

/** Where the text of a string value begins that follows a member name; undefined: no string. */
function valueStart(octets: Uint8Array, from: number): number | undefined {
  let at = skipSpace(octets, from);
  if (octets[at] !== 0x3a) return undefined;
  at = skipSpace(octets, at + 1);
  return octets[at] === 0x22 ? at + 1 : undefined;
}

function skipSpace(octets: Uint8Array, from: number): number {
  let at = from;
  while ([0x20, 0x09, 0x0a, 0x0d].includes(octets[at] ?? 0)) at += 1;
  return at;
}

// The solidus is the only character of a reference that writers escape in practice.
function unescaped(text: string): string {
  return text.includes('\\') ? text.replaceAll('\\/', '/') : text;
}

function bounded(targets: readonly string[]): BoundedList<string> {
  const items = targets.slice(0, shownMax);
  return { items, more: targets.length - items.length };
}
