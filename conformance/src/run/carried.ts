// What was carried in the last session of a case: which entries a sender sent, and what a receiver
// said of each. Pure; it looks at no store and no octet.
import { isFault } from '../fault.ts';
import type { Entry } from '../control/values.ts';
import { readBatch, type Entry as BatchEntry } from '../json/entry.ts';
import type { Spoken } from '../peer/hearing.ts';
import { octetsOf } from '../peer/scene.ts';
import { inflate } from '../wire/deflate.ts';
import { isAcceptableCode } from '../wire/error-registry.ts';
import type { TextFields, TextValue } from '../wire/message-text.ts';

const listOf = (value: TextValue | undefined): readonly TextFields[] =>
  Array.isArray(value) ? (value as readonly TextFields[]) : [];

/** The entries of a Payload; none where its batch holds no entries that can be read. */
export function batchEntriesOf(payload: TextFields): readonly BatchEntry[] {
  const batch = octetsOf(payload, 'batch');
  const declared = Number(payload['uncompressed_octets'] ?? 0);
  const plain = payload['encoding'] === 'DEFLATE' ? inflate(batch, declared) : batch;
  const entries = isFault(plain) ? plain : readBatch(plain);
  return isFault(entries) ? [] : entries;
}

/** `Type/id` of each entry in the testee's Payloads, sorted. */
export function sentBy(spoken: readonly Spoken[]): string[] {
  return spoken
    .filter(({ side, name }) => side === 'testee' && name === 'Payload')
    .flatMap(({ fields }) => batchEntriesOf(fields))
    .map(({ resourceType, resourceId }) => `${resourceType}/${resourceId}`)
    .toSorted();
}

/** How what was sent differs from what has to be; undefined: it does not. */
export function sendsOtherwise(
  spoken: readonly Spoken[],
  wanted: readonly string[],
): string | undefined {
  const sent = sentBy(spoken);
  const missing = wanted.filter((name) => !sent.includes(name));
  const extra = sent.filter((name, index) => !wanted.includes(name) || sent.indexOf(name) < index);
  if (missing.length === 0 && extra.length === 0) return undefined;
  const texts = [
    ...(missing.length === 0 ? [] : [`did not send ${missing.join(', ')}`]),
    ...(extra.length === 0 ? [] : [`sent ${extra.join(', ')} too many`]),
  ];
  return `it ${texts.join(' and ')}`;
}

/**
 * What a request for everything selects: each entry of the store. Undefined where the kit asked for
 * less, something was withheld, or no request was answered to its end.
 */
export function everything(
  spoken: readonly Spoken[],
  store: readonly Entry[],
): readonly string[] | undefined {
  const request = spoken.findLast(({ side, name }) => side === 'kit' && name === 'Request');
  const complete = spoken.findLast(({ side, name }) => side === 'testee' && name === 'Complete');
  if (request?.fields['mode'] !== 'FULL' || complete === undefined) return undefined;
  const params = request.fields['params'] as TextFields | undefined;
  const isNarrowed = listOf(params?.['types']).length > 0;
  if (isNarrowed || listOf(complete.fields['withheld']).length > 0) return undefined;
  return store.map(({ type, id }) => `${type}/${id}`).toSorted();
}

/** A name or number as text. */
function wordOf(value: TextValue | undefined, absent: string): string {
  return typeof value === 'string' || typeof value === 'number' ? `${value}` : absent;
}

function saidOutcome(outcome: TextFields): string {
  const name = wordOf(outcome['outcome'], 'UNSPECIFIED');
  const code = outcome['code'];
  return code === undefined ? name : `${name} ${wordOf(code, '')}`;
}

function isAsWanted(said: string, wanted: readonly string[]): boolean {
  const [outcome, code] = said.split(' ');
  return wanted.some((text) => {
    const [wantedOutcome, wantedCode] = text.split(' ');
    if (outcome !== wantedOutcome) return false;
    // PSP-ERR-2: the generic code of the scope will do.
    return wantedCode === undefined || isAcceptableCode(code ?? '', wantedCode);
  });
}

/**
 * What the testee's Acks say otherwise than wanted, one sentence for each entry.
 *
 * @param wanted - By `sequence/entry_index`; an entry that is not there has to be STORED.
 */
export function acknowledgedOtherwise(
  spoken: readonly Spoken[],
  wanted: Readonly<Record<string, readonly string[]>>,
): string[] {
  const said = new Map<string, string>();
  for (const { side, name, fields } of spoken) {
    if (side !== 'testee' || name !== 'Ack') continue;
    for (const outcome of listOf(fields['outcomes'])) {
      const at = `${wordOf(outcome['sequence'], '0')}/${wordOf(outcome['entry_index'], '0')}`;
      said.set(at, saidOutcome(outcome));
    }
  }
  const all = [...new Set([...Object.keys(wanted), ...said.keys()])].toSorted();
  return all.flatMap((at) => {
    const found = said.get(at) ?? 'STORED';
    const allowed = wanted[at] ?? ['STORED'];
    const detail = `of entry ${at} it has to say ${allowed.join(' or ')}, it said ${found}`;
    return isAsWanted(found, allowed) ? [] : [detail];
  });
}
