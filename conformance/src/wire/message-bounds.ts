// The bounds of each message's format that need no other message: lengths, counts, "each once",
// required enum fields (the tables of chapters 7 to 9, PSP-MSG-13, PSP-CONV-2). Entries are exempt;
// they are judged by chapter 14.
import { fault } from '../fault.ts';
import type { Fault } from '../fault.ts';
import { announced, limits } from './limits.ts';
import { isMessageValue } from './message-codec.ts';
import type { MessageValue, Value } from './message-codec.ts';
import { utf8 } from './octets.ts';

type Rule = (message: MessageValue) => Fault | undefined;

const malformed = (requirement: string, detail: string): Fault =>
  fault('MALFORMED_MESSAGE', requirement, detail);

function lengthOf(value: Value | undefined): number {
  if (value === undefined) return 0;
  if (typeof value === 'string') return utf8(value).length;
  return value instanceof Uint8Array || Array.isArray(value) ? value.length : 0;
}

/** Octets of a text or octet string, or elements of a list. */
const length =
  (name: string, min: number, max: number, requirement = 'PSP-MSG-13'): Rule =>
  (message) => {
    const found = lengthOf(message.fields.get(name));
    if (found >= min && found <= max) return undefined;
    return malformed(requirement, `${name}: length ${found}, ${min} to ${max} allowed`);
  };

const exactly = (name: string, octets: number): Rule => length(name, octets, octets);

const chosen =
  (name: string): Rule =>
  (message) =>
    message.fields.has(name) ? undefined : malformed('PSP-CONV-2', `${name} is unspecified`);

function itemsOf(message: MessageValue, name: string): readonly Value[] {
  const list = message.fields.get(name);
  return Array.isArray(list) ? (list as readonly Value[]) : [];
}

function keyOf(item: Value, keys: readonly string[]): string {
  const part = (value: Value | undefined): string =>
    typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  if (!isMessageValue(item)) return part(item);
  return keys.map((key) => part(item.fields.get(key))).join('\u0000');
}

/** No two elements alike in these fields; in themselves where they are no messages. */
const once =
  (name: string, keys: readonly string[], requirement = 'PSP-MSG-13'): Rule =>
  (message) => {
    const seen = new Set<string>();
    for (const item of itemsOf(message, name)) {
      const key = keyOf(item, keys);
      if (seen.has(key)) return malformed(requirement, `${name}: twice the same`);
      seen.add(key);
    }
    return undefined;
  };

/** Judges each element of a list, or the one message of a field. */
const inside =
  (name: string, ...rules: Rule[]): Rule =>
  (message) => {
    const value = message.fields.get(name);
    const nested = isMessageValue(value) ? [value] : itemsOf(message, name).filter(isMessageValue);
    return first(nested, rules);
  };

const present =
  (name: string, requirement: string): Rule =>
  (message) =>
    message.fields.has(name) ? undefined : malformed(requirement, `${name} is absent`);

const resourceType: Rule = (message) => {
  const text = message.fields.get('resource_type') ?? '';
  const good = typeof text === 'string' && /^[A-Z][A-Za-z0-9]{0,63}$/.test(text);
  return good ? undefined : malformed('PSP-MSG-13', 'resource_type outside its alphabet');
};

const inRange: Rule = (message) => {
  for (const [name, { min, max }] of Object.entries(announced)) {
    const value = message.fields.get(name);
    // PSP-LIM-3: 0 or absent means the default.
    if (typeof value === 'number' && (value < min || value > max)) {
      return malformed('PSP-LIM-2', `${name} ${value} outside ${min} to ${max}`);
    }
  }
  return undefined;
};

const capabilities = once('capabilities', ['id'], 'PSP-CAP-8');
const cursor = length('cursor', 0, limits.cursorOctets);
const greeting: readonly Rule[] = [
  exactly('replica_id', limits.replicaIdOctets),
  length('display_name', 0, limits.displayNameOctets),
  length('server_url', 0, limits.serverUrlOctets),
];

const rules: Readonly<Record<string, readonly Rule[]>> = {
  Initiate: [
    length('versions', 1, limits.versions),
    once('versions', []),
    exactly('session_nonce', limits.sessionNonceOctets),
    chosen('pake_suite'),
    length('pake_shares', 1, limits.pakeShares),
    inside('pake_shares', chosen('secret_kind'), exactly('share', limits.pakeShareOctets)),
    once('pake_shares', ['secret_kind']),
    exactly('server_digest', limits.serverDigestOctets),
    chosen('fhir_release'),
    inside('limits', inRange),
    capabilities,
  ],
  Accept: [
    exactly('session_nonce', limits.sessionNonceOctets),
    chosen('secret_kind'),
    exactly('pake_share', limits.pakeShareOctets),
    inside('limits', inRange),
    capabilities,
  ],
  Confirm: [exactly('tag', limits.confirmTagOctets)],
  Identity: greeting,
  Request: [
    ...greeting,
    inside(
      'params',
      length('types', 0, limits.requestedTypes),
      inside(
        'types',
        resourceType,
        length('parameters', 0, limits.searchParameters),
        inside(
          'parameters',
          length('name', 1, limits.parameterNameOctets),
          length('value', 0, limits.parameterValueOctets),
        ),
        length('last_updated', 0, limits.instantOctets),
      ),
      once('types', ['resource_type']),
    ),
    chosen('mode'),
    cursor,
    present('window', 'PSP-REQ-10'),
  ],
  Offer: [
    once('totals', ['resource_type']),
    once('withheld', ['resource_type', 'reason']),
    chosen('cursor_disposition'),
  ],
  Payload: [chosen('encoding'), cursor],
  Complete: [
    once('entries', ['resource_type']),
    once('withheld', ['resource_type', 'reason']),
    cursor,
  ],
  Receipt: [once('counts', ['resource_type', 'outcome'])],
  Abort: [length('detail', 0, limits.detailOctets)],
};

function first(messages: readonly MessageValue[], judges: readonly Rule[]): Fault | undefined {
  for (const message of messages) {
    for (const rule of judges) {
      const broken = rule(message);
      if (broken !== undefined) return broken;
    }
  }
  return undefined;
}

/** The first bound of its format that a message breaks, in the order of its table. */
export function checkBounds(message: MessageValue): Fault | undefined {
  return first([message], rules[message.schema.name] ?? []);
}
