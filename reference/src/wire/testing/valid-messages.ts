// One valid message of each type, and a way to encode what the codec would refuse to send.
import { MessageType, type MessageName } from '../message-type.ts';
import type { KnownMessage, MessageValues } from '../message-codec.ts';
import * as messages from '../messages.ts';
import { join, pattern } from './octets.ts';

/** A share of a secret kind, of any length. */
export const share = (
  secretKind: number,
  octets = 32,
): MessageValues['Initiate']['pakeShares'][0] => ({
  secretKind: secretKind as 1,
  share: pattern(octets),
});

/** The shortest valid message of each type. */
export const valid = {
  Initiate: {
    versions: [1],
    sessionNonce: pattern(16),
    pakeSuite: 1,
    pakeShares: [share(1)],
    serverDigest: pattern(16),
    fhirRelease: 1,
    limits: undefined,
    capabilities: [],
  },
  Accept: {
    version: 1,
    sessionNonce: pattern(16),
    secretKind: 1,
    pakeShare: pattern(32),
    limits: undefined,
    capabilities: [],
  },
  Reject: { code: 1, versions: [], retry: 1 },
  Confirm: { tag: pattern(64) },
  Identity: { replicaId: pattern(16), displayName: '', serverUrl: '' },
  Request: {
    replicaId: pattern(16),
    displayName: '',
    serverUrl: '',
    params: undefined,
    mode: 1,
    cursor: new Uint8Array(0),
    window: undefined,
  },
  Offer: { totals: [], indeterminate: false, withheld: [], cursorDisposition: 1 },
  Payload: {
    sequence: 1n,
    encoding: 1,
    uncompressedOctets: 0,
    batch: new Uint8Array(0),
    cursor: new Uint8Array(0),
    padding: new Uint8Array(0),
  },
  Ack: { throughSequence: 0n, outcomes: [], window: undefined },
  Complete: { payloads: 0n, entries: [], withheld: [], cursor: new Uint8Array(0) },
  Receipt: { counts: [] },
  KeepAlive: {},
  Abort: { code: 1, retry: 1, detail: '', throughSequence: 0n },
} satisfies MessageValues;

/** A valid message with some fields changed, whatever their types say. */
export const changed = (type: MessageName, fields: object): KnownMessage =>
  ({ type, value: { ...valid[type], ...fields } }) as unknown as KnownMessage;

/** Encodes without the check of bounds, as a faulty peer would. */
export function encodeUnchecked(type: MessageName, fields: object): Uint8Array {
  const codec = messages[type] as { encode(value: unknown): { finish(): Uint8Array } };
  const octets = codec.encode({ ...valid[type], ...fields }).finish();
  return join([MessageType[type]], octets);
}
