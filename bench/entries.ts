// The data of every benchmark: entries of about 1.5 KB of resource with 1 to 3 local changes, from
// the repository's generator. A pure function of (seed, index); nobody real is described.
import { ChangeType, type LocalChange, type SyncPayload } from '../reference/src/wire/messages.ts';
import { draws, type Draws } from '../tools/generator/random.ts';
import { patientRecord, type GeneratedResource } from '../tools/generator/record.ts';

/** An entry as a device holds it, with the server's content under its changes. */
export interface GeneratedEntry {
  readonly payload: SyncPayload;
  readonly baseResource: Uint8Array | undefined;
}

const resourceOctets = 1_300;
const recordedAt = '2026-05-01T08:00:00Z';
const noteUrl = 'http://example.org/fhir/StructureDefinition/visit-note';
// Far from the streams of the patients, so that no draw is used twice.
const notesStream = 0x8000_0000;

const sentences: readonly ((draw: Draws) => string)[] = [
  (d) => `Mother reports fever for ${1 + d.below(9)} days, given paracetamol ${d.below(9)}00 mg.`,
  (d) => `Respiratory rate ${20 + d.below(40)} per minute, no chest indrawing.`,
  (d) => `Advised fluids and return on 2026-0${1 + d.below(9)}-${10 + d.below(18)}.`,
  (d) => `Mid-upper arm circumference ${110 + d.below(60)} mm.`,
  (d) => `Household ${d.below(9000)} has ${1 + d.below(9)} members under ${2 + d.below(14)}.`,
  (d) => `Rapid test ${d.chance(0.3) ? 'positive' : 'negative'}, lot ${d.uuid().slice(0, 8)}.`,
  (d) => `Referred to the facility at ${8 + d.below(9)}:${10 + d.below(49)}, transport arranged.`,
  (d) => `Takes ${1 + d.below(3)} tablets daily, ${d.below(30)} left, more in week ${d.below(52)}.`,
  () => 'Sleeps under a treated net; the water is drawn from the public tap.',
  () => 'No danger signs seen; the carer knows when to come back.',
];

/** A live entry before its octets are made. */
interface Draft {
  readonly resource: GeneratedResource;
  readonly replicaId: Uint8Array;
  readonly index: number;
  readonly isCreated: boolean;
  readonly notes: readonly string[];
}

/**
 * Entries `first` to `first + count - 1` of a device.
 *
 * @param replicaId - Whose changes they are, 16 octets.
 * @param later - Changes beyond the usual 1 to 3, as a later visit makes them.
 */
export function* entries(
  seed: number,
  count: number,
  replicaId: Uint8Array,
  later = 0,
): Generator<GeneratedEntry, void> {
  let index = 0;
  for (let patient = 0; ; patient += 1) {
    for (const resource of patientRecord(seed, patient)) {
      if (index >= count) return;
      yield entryOf(seed, resource, index, replicaId, later);
      index += 1;
    }
  }
}

function entryOf(
  seed: number,
  resource: GeneratedResource,
  index: number,
  replicaId: Uint8Array,
  later: number,
): GeneratedEntry {
  const draw = draws(seed, notesStream + index);
  // A quarter was created on the device; the rest is known to the server.
  const isCreated = draw.chance(0.25);
  const changes = 1 + draw.below(3);
  const filled: string[] = [];
  let octets = resource.text.length;
  const target = resourceOctets + draw.below(400);
  while (octets < target) {
    const sentence = draw.pick(sentences)(draw);
    filled.push(sentence);
    octets += sentence.length + 1;
  }
  const updates = changes - (isCreated ? 1 : 0) + later;
  const notes = Array.from({ length: updates }, () => draw.pick(sentences)(draw));
  return finished({ resource, replicaId, index, isCreated, notes }, filled.join(' '));
}

function finished(draft: Draft, first: string): GeneratedEntry {
  const { resource, isCreated, notes } = draft;
  const before = textOf(draft, [first]);
  const versionId = isCreated ? '' : '1';
  const changes: LocalChange[] = isCreated ? [change(draft, 0, ChangeType.INSERT, before, '')] : [];
  for (const [position, note] of notes.entries()) {
    const value = { url: noteUrl, valueString: note };
    const patch = JSON.stringify([{ op: 'add', path: `/extension/${position + 1}`, value }]);
    changes.push(change(draft, changes.length, ChangeType.UPDATE, patch, versionId));
  }
  return {
    payload: {
      resourceType: resource.resourceType,
      resourceId: resource.id,
      resource: Buffer.from(textOf(draft, [first, ...notes])),
      base: isCreated ? undefined : { versionId, lastUpdated: instantOf(draft.index) },
      changes,
      absorbed: [],
    },
    baseResource: isCreated ? undefined : Buffer.from(before),
  };
}

function textOf({ resource, isCreated, index }: Draft, notes: readonly string[]): string {
  const { resourceType, id, text } = resource;
  const extension = notes.map((valueString) => ({ url: noteUrl, valueString }));
  const meta = isCreated ? '' : `"meta":{"versionId":"1","lastUpdated":"${instantOf(index)}"},`;
  const head = `{"resourceType":"${resourceType}","id":"${id}",`;
  return `${head}${meta}"extension":${JSON.stringify(extension)},${text.slice(head.length)}`;
}

function instantOf(index: number): string {
  return new Date(1_767_225_600_000 + index * 1_000).toISOString();
}

function change(
  { replicaId, index }: Draft,
  position: number,
  type: ChangeType,
  payload: string,
  baseVersionId: string,
): LocalChange {
  return {
    id: { replicaId, counter: BigInt(index) * 8n + BigInt(position) + 1n },
    type,
    payload: Buffer.from(payload),
    baseVersionId,
    recordedAt,
  };
}
