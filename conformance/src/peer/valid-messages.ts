// Each message as an honest endpoint in the kit's place would send it now. Cases change what they
// are about and leave the rest. It knows no case and no connection.
import { isFault, KitError } from '../fault.ts';
import { serverDigest } from '../security/server-url.ts';
import { unfolded } from '../wire/folded-values.ts';
import { encodeNested, type TextFields, type TextValue } from '../wire/message-text.ts';
import { toHex } from '../wire/octets.ts';
import { deflate } from '../wire/deflate.ts';
import type { Entry } from '../control/values.ts';
import { payloadFields } from './entry-form.ts';
import type { Scene } from './scene.ts';

/** What a script says about a message beside its fields. */
export interface Making {
  /** Entries of a Payload. */
  readonly entries?: readonly Entry[];
  /** Entries as raw SyncPayload fields, after those of `entries`. */
  readonly rawEntries?: readonly TextFields[];
  /** Whether the batch is compressed. */
  readonly deflate?: boolean;
}

type Maker = (scene: Scene, making: Making) => TextFields;

const hex = (octets: Uint8Array): string => `hex:${toHex(octets)}`;
const window: TextFields = { max_unacked_payloads: 8, max_unacked_octets: 8_388_608 };

/** An Ack opens a window that holds the sender, and leaves any other as it is. */
function openingWindow({ ownWindow }: Scene): TextFields {
  if (Number(ownWindow['max_unacked_payloads'] ?? 0) > 0) return {};
  const larger = Object.entries(window).map(([name, value]) => {
    const announced = ownWindow[name];
    return [name, Math.max(Number(value), typeof announced === 'number' ? announced : 0)] as const;
  });
  // PSP-ACK-5: no smaller than the window of the Request.
  return { window: Object.fromEntries(larger) };
}

function tagOf(scene: Scene): TextValue {
  // Before both frames are there a Confirm is out of place anyway: any 64 octets do.
  if (scene.initiate === undefined || scene.accept === undefined) return hex(new Uint8Array(64));
  const keys = scene.keys();
  if (isFault(keys)) return hex(new Uint8Array(64));
  return hex(scene.options.testee === 'receiver' ? keys.tags.ta : keys.tags.tb);
}

function typeCounts(scene: Scene): TextValue {
  return [...scene.entries].map(([resource_type, entries]) => ({ resource_type, entries }));
}

/** The octets of the Batch that a Payload carries, before compression. */
export function batchOf({ entries = [], rawEntries = [] }: Making): Uint8Array {
  const raw = unfolded(rawEntries) as readonly TextFields[];
  const all = [...entries.map(payloadFields), ...raw];
  return encodeNested('Batch', { entries: all });
}

function payload(scene: Scene, making: Making): TextFields {
  const batch = batchOf(making);
  return {
    sequence: scene.payloads + 1,
    encoding: making.deflate === true ? 'DEFLATE' : 'IDENTITY',
    uncompressed_octets: batch.length,
    batch: hex(making.deflate === true ? deflate(batch) : batch),
  };
}

function identity(scene: Scene): TextFields {
  const { replica } = scene.options;
  return { replica_id: hex(replica), display_name: 'Kit', server_url: scene.serverUrl };
}

/** What a scene that speaks drafts offers or takes. */
function drafts({ draftCapabilities: ids }: Scene): TextFields {
  return ids.length === 0 ? {} : { capabilities: ids.map((id) => ({ id })) };
}

const makers: Readonly<Record<string, Maker>> = {
  Initiate: (scene) => ({
    versions: [1],
    session_nonce: hex(scene.nonce),
    pake_suite: 'CPACE_RISTR255_SHA512',
    pake_shares: scene.options.secrets.map((secret) => ({
      secret_kind: secret.kind,
      share: hex(scene.share(secret)),
    })),
    server_digest: hex(serverDigest(scene.nonce, scene.serverUrl)),
    fhir_release: scene.options.release,
    ...drafts(scene),
  }),
  Accept: (scene) => ({
    version: 1,
    session_nonce: hex(scene.nonce),
    secret_kind: scene.secret.kind,
    pake_share: hex(scene.share(scene.secret)),
    ...drafts(scene),
  }),
  Confirm: (scene) => ({ tag: tagOf(scene) }),
  Reject: () => ({ code: 'CANCELLED', retry: 'NOW' }),
  Identity: identity,
  Request: (scene) => ({ ...identity(scene), mode: 'FULL', window }),
  Offer: (scene) => {
    const asked = scene.heard.get('Request') ?? {};
    const resumes = asked['mode'] === 'CURSOR' && asked['cursor'] !== undefined;
    return { indeterminate: true, cursor_disposition: resumes ? 'STARTING_OVER' : 'FRESH' };
  },
  Payload: payload,
  Ack: (scene) => ({ through_sequence: scene.payloads, ...openingWindow(scene) }),
  Complete: (scene) => ({ payloads: scene.payloads, entries: typeCounts(scene) }),
  Receipt: (scene) => ({
    counts: [...scene.entries].map(([resource_type, entries]) => ({
      resource_type,
      outcome: 'STORED',
      entries,
    })),
  }),
  Turn: () => ({}),
  KeepAlive: () => ({}),
  Abort: (scene) => ({ code: 'CANCELLED', retry: 'NOW', through_sequence: scene.payloads }),
};

/**
 * The fields of a message that an honest endpoint would send now.
 *
 * @throws KitError for a name that no frame carries.
 */
export function validFields(name: string, scene: Scene, making: Making = {}): TextFields {
  const maker = makers[name];
  if (maker === undefined) throw new KitError(`no frame carries a ${name}`);
  return maker(scene, making);
}
