// Brings a checked answer into the one form that the kit works with: null means absent, defaults
// are put in, and lists that have a canonical order are held to it. Pure.
import type { LineFault } from './schema.ts';
import type { CommandName, Hello, StoreContent } from './values.ts';

type JsonObject = Readonly<Record<string, unknown>>;

/** Members whose null says something. */
const tellingNulls = new Set(['resource']);

/** The same value without members that are null, at any depth. */
export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(
    ([name, member]) => member !== null || tellingNulls.has(name),
  );
  return Object.fromEntries(members.map(([name, member]) => [name, withoutNulls(member)]));
}

const helloDefaults: Omit<Hello, 'impl' | 'versions' | 'roles' | 'features'> = {
  modes: ['FULL', 'CURSOR', 'LAST_UPDATED'],
  strategies: ['theirs', 'ours'],
  releases: ['R4'],
  secretKinds: ['digits'],
  capabilities: [],
  // Section 12.1 of the specification: what an absent announcement means.
  limits: { maxFrameOctets: 4_194_304, maxBatchOctets: 4_194_304, maxBatchEntries: 1_000 },
};

/** The members of an answer that passed its schema, in the kit's own form. */
export function normalAnswer(command: CommandName, answer: JsonObject): JsonObject {
  const all = Object.entries(withoutNulls(answer) as JsonObject);
  const isFrame = (name: string): boolean => name === 'id' || name === 'ok' || name === 'control';
  const members = Object.fromEntries(all.filter(([name]) => !isFrame(name)));
  return command === 'hello' ? { ...helloDefaults, ...members } : members;
}

/** Where a dump is not in the canonical order, or holds something twice. */
export function orderFaults(store: StoreContent): readonly LineFault[] {
  const faults: LineFault[] = [];
  const check = (field: string, keys: readonly string[], order: string): void => {
    for (const [index, key] of keys.entries()) {
      const before = keys[index - 1];
      if (before === undefined || before < key) continue;
      const at = `store.${field}[${index}]`;
      const message = before === key ? 'is here twice' : `is out of order; ${order}`;
      faults.push({ field: at, message: `${at}: ${message}.` });
      return;
    }
  };
  // Types, ids and hex are ASCII, where the order of strings is that of octets.
  const sorted = 'sort by type, then by id, as octets';
  check(
    'entries',
    store.entries.map(({ type, id }) => `${type}\0${id}`),
    sorted,
  );
  const cursors = store.cursors ?? [];
  const keyOf = ({ replica, cursor, types }: (typeof cursors)[number]): string =>
    `${replica}\0${cursor}\0${JSON.stringify(types ?? [])}`;
  check('cursors', cursors.map(keyOf), 'sort by replica, then by cursor');
  for (const [index, { absorbed = [] }] of store.entries.entries()) {
    const keys = absorbed.map(({ replica, counter }) => `${replica}${pad(counter)}`);
    check(`entries[${index}].absorbed`, keys, 'sort by replica, then by counter');
  }
  return faults;
}

function pad(counter: number | string): string {
  return String(counter).padStart(20, '0');
}
