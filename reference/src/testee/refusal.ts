// Why a command was not carried out, in the words of the control protocol, and readers for the
// members of a command. Knows no command.

/** A command that is answered with `ok` false. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly why: 'unsupported' | 'invalid' | 'failed';
  /** Path of the member that is meant. */
  readonly field: string | undefined;

  constructor(why: Refusal['why'], message: string, field?: string) {
    super(message);
    this.why = why;
    this.field = field;
  }
}

/** The command contradicts the control protocol, or comes at the wrong time. */
export function invalid(message: string, field?: string): Refusal {
  return new Refusal('invalid', message, field);
}

/** This testee does not have what is asked for. */
export function unsupported(message: string, field?: string): Refusal {
  return new Refusal('unsupported', message, field);
}

type JsonObject = Readonly<Record<string, unknown>>;

/** The members of one object of a command; null and absent are the same. */
export class Members {
  readonly #object: JsonObject;
  readonly #path: string;

  /** @throws {@link Refusal} when the value is no object. */
  constructor(value: unknown, path = '') {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw invalid(`${path === '' ? 'the command' : path} has to be an object`, path);
    }
    this.#object = value as JsonObject;
    this.#path = path;
  }

  /** Names of the members that are there. */
  get names(): string[] {
    return Object.keys(this.#object).filter((name) => this.has(name));
  }

  has(name: string): boolean {
    return (this.#object[name] ?? undefined) !== undefined;
  }

  /** The value as it came. */
  value(name: string): unknown {
    return this.#object[name] ?? undefined;
  }

  /** Path of a member, for a refusal. */
  path(name: string): string {
    return this.#path === '' ? name : `${this.#path}.${name}`;
  }

  /** A string; `otherwise` where it is absent. */
  text(name: string, otherwise?: string): string {
    const value = this.value(name) ?? otherwise;
    if (typeof value !== 'string') throw this.#wrong(name, 'a string');
    return value;
  }

  /** A number of octets in hex. */
  octets(name: string, count?: number): Uint8Array {
    const text = this.text(name);
    if (!/^([0-9a-f]{2})*$/.test(text)) throw this.#wrong(name, 'octets in lower-case hex');
    if (count !== undefined && text.length !== 2 * count) {
      const message = `${this.path(name)} has ${text.length} hex digits, ${2 * count} are needed`;
      throw invalid(message, this.path(name));
    }
    return new Uint8Array(Buffer.from(text, 'hex'));
  }

  /** A whole number from `least`. */
  count(name: string, least = 0): number {
    const value = this.value(name);
    if (!Number.isSafeInteger(value) || Number(value) < least) {
      throw this.#wrong(name, `a whole number from ${least}`);
    }
    return Number(value);
  }

  /** An unsigned 64-bit integer, as a number or as decimal text. */
  counter(name: string): bigint {
    const value = this.value(name);
    const text = typeof value === 'string' ? value : String(this.count(name));
    if (!/^(0|[1-9]\d{0,19})$/.test(text)) throw this.#wrong(name, 'a counter');
    return BigInt(text);
  }

  /** One of some words; `otherwise` where it is absent. */
  word<T extends string>(name: string, words: readonly T[], otherwise?: T): T {
    const value = this.text(name, otherwise);
    const found = words.find((word) => word === value);
    if (found === undefined) {
      throw unsupported(`${this.path(name)}: ${value}`, this.path(name));
    }
    return found;
  }

  flag(name: string): boolean {
    const value = this.value(name);
    if (typeof value !== 'boolean') throw this.#wrong(name, 'true or false');
    return value;
  }

  /** A list, each item read by `read`; empty where it is absent. */
  list<T>(name: string, read: (item: unknown, path: string) => T): T[] {
    const value = this.value(name) ?? [];
    if (!Array.isArray(value)) throw this.#wrong(name, 'a list');
    return value.map((item, index) => read(item, `${this.path(name)}[${index}]`));
  }

  /** The members of a member. */
  object(name: string): Members {
    return new Members(this.value(name), this.path(name));
  }

  #wrong(name: string, what: string): Refusal {
    return invalid(`${this.path(name)} has to be ${what}`, this.path(name));
  }
}

/** A list item that is a string. */
export function textItem(item: unknown, path: string): string {
  if (typeof item !== 'string') throw invalid(`${path} has to be a string`, path);
  return item;
}
