// An entry of the control protocol (appendix H.5) as the SyncPayload that carries it. One form
// serves seeds, payloads and dumps. It judges nothing.
import type { ChangeIdValue, ChangeValue, Entry } from '../control/values.ts';
import type { TextFields } from '../wire/message-text.ts';

function idFields({ replica, counter }: ChangeIdValue): TextFields {
  return { replica_id: `hex:${replica}`, counter };
}

function changeFields(change: ChangeValue): TextFields {
  return {
    id: idFields(change),
    type: change.type,
    ...(change.payload === undefined ? {} : { payload: `utf8:${change.payload}` }),
    base_version_id: change.baseVersionId ?? '',
    recorded_at: change.recordedAt ?? '',
  };
}

/** The fields of the SyncPayload of an entry, in text form. */
export function payloadFields(entry: Entry): TextFields {
  return {
    resource_type: entry.type,
    resource_id: entry.id,
    ...(entry.resource === null ? {} : { resource: `utf8:${entry.resource}` }),
    ...(entry.base === undefined
      ? {}
      : {
          base: {
            version_id: entry.base.versionId,
            ...(entry.base.lastUpdated === undefined
              ? {}
              : { last_updated: entry.base.lastUpdated }),
          },
        }),
    changes: (entry.changes ?? []).map(changeFields),
    absorbed: (entry.absorbed ?? []).map(idFields),
  };
}
