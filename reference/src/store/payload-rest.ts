// The fields of a message that have no column of their own, as one blob: absorbed ids, and whatever
// this version does not know (PSP-MSG-11). Nothing is ever hashed or compared by these octets.
import { type ChangeId, LocalChange, SyncPayload } from '../wire/messages.ts';
import { copyChangeId, copyUnknown, hasUnknown, type UnknownFields } from './payload-copy.ts';

const nothing = new Uint8Array(0);

/** What {@link encodePayloadRest} keeps. */
export interface PayloadRest {
  readonly absorbed: ChangeId[];
  readonly unknown: UnknownFields;
  readonly baseUnknown: UnknownFields;
}

/** What {@link encodeChangeRest} keeps. */
export interface ChangeRest {
  readonly unknown: UnknownFields;
  readonly idUnknown: UnknownFields;
}

/** An entry without what has its own column; null when nothing is left. */
export function encodePayloadRest(payload: SyncPayload): Uint8Array | null {
  const { absorbed, _unknownFields, base } = payload;
  const baseUnknown = base?._unknownFields;
  if (absorbed.length === 0 && !hasUnknown(_unknownFields) && !hasUnknown(baseUnknown)) return null;
  return SyncPayload.encode({
    resourceType: '',
    resourceId: '',
    resource: nothing,
    base: { versionId: '', lastUpdated: '', _unknownFields: baseUnknown },
    changes: [],
    absorbed,
    _unknownFields,
  }).finish();
}

/** Inverse of {@link encodePayloadRest}. */
export function decodePayloadRest(octets: Uint8Array): PayloadRest {
  const rest = SyncPayload.decode(octets);
  return {
    absorbed: rest.absorbed.map(copyChangeId),
    unknown: copyUnknown(rest._unknownFields),
    baseUnknown: copyUnknown(rest.base?._unknownFields),
  };
}

/** A change without what has its own column; null when nothing is left. */
export function encodeChangeRest(change: LocalChange): Uint8Array | null {
  const { id, _unknownFields } = change;
  const idUnknown = id?._unknownFields;
  if (!hasUnknown(_unknownFields) && !hasUnknown(idUnknown)) return null;
  return LocalChange.encode({
    id: { replicaId: nothing, counter: 0n, _unknownFields: idUnknown },
    type: 0,
    payload: nothing,
    baseVersionId: '',
    recordedAt: '',
    _unknownFields,
  }).finish();
}

/** Inverse of {@link encodeChangeRest}. */
export function decodeChangeRest(octets: Uint8Array): ChangeRest {
  const rest = LocalChange.decode(octets);
  return {
    unknown: copyUnknown(rest._unknownFields),
    idUnknown: copyUnknown(rest.id?._unknownFields),
  };
}
