// The bounds of each message's format as its writer has to keep them: the tables of chapters 7 to
// 9, once more and by the writer's sentences. Entries are judged elsewhere.
import { announced, limits } from '../wire/limits.ts';
import { isMessageValue, type MessageValue, type Value } from '../wire/message-codec.ts';
import { utf8 } from '../wire/octets.ts';
import { messagesIn, nestedIn, numberIn, numbersIn, octetsIn, textIn } from './message-reading.ts';
import { breach, type Breach, type RuleId } from './rules.ts';

type Bound = (message: MessageValue) => Breach | undefined;

function lengthOf(value: Value | undefined): number {
  if (typeof value === 'string') return utf8(value).length;
  return value instanceof Uint8Array || Array.isArray(value) ? value.length : 0;
}

const between =
  (name: string, min: number, max: number, rule: RuleId = 'PSP-MSG-17'): Bound =>
  (message) => {
    const length = lengthOf(message.fields.get(name));
    if (length >= min && length <= max) return undefined;
    const allowed = min === max ? `${max}` : `${min} to ${max}`;
    return breach(rule, `${name} has length ${length} instead of ${allowed}`);
  };

const upTo = (name: string, max: number, rule?: RuleId): Bound => between(name, 0, max, rule);
const exactly = (name: string, length: number, rule: RuleId): Bound =>
  between(name, length, length, rule);

const chosen =
  (name: string): Bound =>
  (message) =>
    numberIn(message, name) === 0n ? breach('PSP-CONV-3', `${name} is UNSPECIFIED`) : undefined;

const each =
  (name: string, ...bounds: Bound[]): Bound =>
  (message) => {
    const value = message.fields.get(name);
    const inner = isMessageValue(value) ? [value] : messagesIn(message, name);
    return firstOf(inner, bounds);
  };

const unlike =
  (name: string, keys: readonly string[], rule: RuleId = 'PSP-MSG-17'): Bound =>
  (message) => {
    const items = messagesIn(message, name).map((item) =>
      JSON.stringify(keys.map((key) => `${valueOf(item, key)}`)),
    );
    if (new Set(items).size === items.length) return undefined;
    return breach(rule, `${name} holds one ${keys.join(' and ')} twice`);
  };

function valueOf(item: MessageValue, key: string): string {
  const value = item.fields.get(key) ?? '';
  return typeof value === 'string' || typeof value === 'number' ? `${value}` : '';
}

const versionsOnce: Bound = (message) => {
  const versions = numbersIn(message, 'versions');
  if (new Set(versions).size === versions.length) return undefined;
  return breach('PSP-VER-1', 'a version is listed twice');
};

const resourceType: Bound = (message) => {
  if (/^[A-Z][A-Za-z0-9]{0,63}$/.test(textIn(message, 'resource_type'))) return undefined;
  return breach('PSP-MSG-17', 'a requested resource_type is none');
};

const windowPresent: Bound = (message) =>
  nestedIn(message, 'window') === undefined
    ? breach('PSP-REQ-7', 'the Request has no window')
    : undefined;

const inRange: Bound = (message) => {
  for (const [name, { min, max }] of Object.entries(announced)) {
    const value = numberIn(message, name);
    if (value !== 0n && (value < min || value > max)) {
      return breach('PSP-LIM-1', `${name} is ${value}, ${min} to ${max} are allowed`);
    }
  }
  return undefined;
};

const capabilities = unlike('capabilities', ['id'], 'PSP-CAP-1');
const greeting: readonly Bound[] = [
  exactly('replica_id', limits.replicaIdOctets, 'PSP-ID-1'),
  upTo('display_name', limits.displayNameOctets),
  upTo('server_url', limits.serverUrlOctets),
];
const mintedCursor = upTo('cursor', limits.cursorOctets, 'PSP-RESUME-4');

const search = each(
  'parameters',
  between('name', 1, limits.parameterNameOctets),
  upTo('value', limits.parameterValueOctets),
);
const requestedTypes = each(
  'params',
  upTo('types', limits.requestedTypes),
  each(
    'types',
    resourceType,
    upTo('parameters', limits.searchParameters),
    search,
    upTo('last_updated', limits.instantOctets),
  ),
  unlike('types', ['resource_type'], 'PSP-REQ-1'),
);

const bounds: Readonly<Record<string, readonly Bound[]>> = {
  Initiate: [
    exactly('session_nonce', limits.sessionNonceOctets, 'PSP-HS-2'),
    chosen('pake_suite'),
    between('pake_shares', 1, limits.pakeShares),
    each(
      'pake_shares',
      chosen('secret_kind'),
      exactly('share', limits.pakeShareOctets, 'PSP-KEY-1'),
    ),
    unlike('pake_shares', ['secret_kind'], 'PSP-HS-19'),
    exactly('server_digest', limits.serverDigestOctets, 'PSP-SRV-1'),
    chosen('fhir_release'),
    each('limits', inRange),
    capabilities,
  ],
  Accept: [
    exactly('session_nonce', limits.sessionNonceOctets, 'PSP-HS-21'),
    chosen('secret_kind'),
    exactly('pake_share', limits.pakeShareOctets, 'PSP-KEY-1'),
    each('limits', inRange),
    capabilities,
  ],
  Confirm: [exactly('tag', limits.confirmTagOctets, 'PSP-KEY-2')],
  Identity: greeting,
  Request: [
    ...greeting,
    requestedTypes,
    chosen('mode'),
    upTo('cursor', limits.cursorOctets),
    windowPresent,
  ],
  Offer: [
    unlike('totals', ['resource_type']),
    unlike('withheld', ['resource_type', 'reason']),
    chosen('cursor_disposition'),
  ],
  Payload: [chosen('encoding'), mintedCursor],
  Complete: [
    unlike('entries', ['resource_type']),
    unlike('withheld', ['resource_type', 'reason']),
    mintedCursor,
  ],
  Receipt: [unlike('counts', ['resource_type', 'outcome'])],
  Abort: [upTo('detail', limits.detailOctets)],
};

function firstOf(messages: readonly MessageValue[], judges: readonly Bound[]): Breach | undefined {
  for (const message of messages) {
    for (const judge of judges) {
      const broken = judge(message);
      if (broken !== undefined) return broken;
    }
  }
  return undefined;
}

/** The versions of an Initiate, which every version has (PSP-INV-3). */
export function versionsBreach(message: MessageValue): Breach | undefined {
  return between('versions', 1, limits.versions, 'PSP-VER-1')(message) ?? versionsOnce(message);
}

/** The first bound of its format that a message of version 1 breaks. */
export function formatBreach(message: MessageValue): Breach | undefined {
  return firstOf([message], bounds[message.schema.name] ?? []);
}

/** The limit that a message announces: 0 or absent stands for the default (PSP-LIM-3). */
export function announcedLimit(
  message: MessageValue | undefined,
  name: keyof typeof announced,
): bigint {
  const told = message === undefined ? undefined : nestedIn(message, 'limits');
  const value = told === undefined ? 0n : numberIn(told, name);
  return value === 0n ? BigInt(announced[name].byDefault) : value;
}

/** Whether octets occur in others; short ones are not looked for. */
export function holdsOctets(octets: Uint8Array, wanted: Uint8Array): boolean {
  if (wanted.length < 8) return false;
  return Buffer.from(octets.buffer, octets.byteOffset, octets.length).includes(Buffer.from(wanted));
}

/** The octets of a message's field, as a key that is equal for equal octets. */
export function fieldKey(message: MessageValue, name: string): string {
  return Buffer.from(octetsIn(message, name)).toString('hex');
}
