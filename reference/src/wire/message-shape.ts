// The fields of every message as far as the wire format needs them: number, kind, and how often. A
// literal table so that the check of a batch costs little; a test compares it with the schema. It
// knows no names of fields and no bounds.

/**
 * How a field looks on the wire. `packed` is a repeated varint, which may come packed or not;
 * `message` merges where it occurs twice, `messages` is a list.
 */
export type FieldShape =
  | { readonly kind: 'varint' | 'packed' | 'bytes' | 'string' }
  | { readonly kind: 'message' | 'messages'; readonly shape: MessageShape };

/** The fields of one message. */
export interface MessageShape {
  readonly name: string;
  /** By field number; field 0 never exists. */
  readonly fields: readonly (FieldShape | undefined)[];
}

const varint: FieldShape = { kind: 'varint' };
const packed: FieldShape = { kind: 'packed' };
const bytes: FieldShape = { kind: 'bytes' };
const string: FieldShape = { kind: 'string' };
const message = (shape: MessageShape): FieldShape => ({ kind: 'message', shape });
const messages = (shape: MessageShape): FieldShape => ({ kind: 'messages', shape });

/** Fields are numbered 1, 2, 3 and so on without gaps in every message of version 1. */
const shape = (name: string, ...fields: FieldShape[]): MessageShape => ({
  name,
  fields: [undefined, ...fields],
});

const pakeShare = shape('PakeShare', varint, bytes);
const limits = shape('Limits', varint, varint, varint);
const capability = shape('Capability', varint, varint, bytes);
const searchParameter = shape('SearchParameter', string, string);
const typeParams = shape('TypeParams', string, messages(searchParameter), string);
const params = shape('ResourceSyncParams', messages(typeParams));
const window = shape('Window', varint, varint);
const typeCount = shape('TypeCount', string, varint);
const withheldCount = shape('WithheldCount', string, varint, varint);
const entryOutcome = shape('EntryOutcome', varint, varint, varint, varint);
const outcomeCount = shape('OutcomeCount', string, varint, varint);
const changeId = shape('ChangeId', bytes, varint);
const serverVersion = shape('ServerVersion', string, string);
const localChange = shape('LocalChange', message(changeId), varint, bytes, string, string);
const syncPayload = shape(
  'SyncPayload',
  string,
  string,
  bytes,
  message(serverVersion),
  messages(localChange),
  messages(changeId),
);

/** What travels in `Payload.batch`. */
export const batchShape: MessageShape = shape('Batch', messages(syncPayload));

/** The messages that have a type of their own. */
export const messageShapes = {
  Initiate: shape(
    'Initiate',
    packed,
    bytes,
    varint,
    messages(pakeShare),
    bytes,
    varint,
    message(limits),
    messages(capability),
  ),
  Accept: shape('Accept', varint, bytes, varint, bytes, message(limits), messages(capability)),
  Reject: shape('Reject', varint, packed, varint),
  Confirm: shape('Confirm', bytes),
  Identity: shape('Identity', bytes, string, string),
  Request: shape('Request', bytes, string, string, message(params), varint, bytes, message(window)),
  Offer: shape('Offer', messages(typeCount), varint, messages(withheldCount), varint),
  Payload: shape('Payload', varint, varint, varint, bytes, bytes, bytes),
  Ack: shape('Ack', varint, messages(entryOutcome), message(window)),
  Complete: shape('Complete', varint, messages(typeCount), messages(withheldCount), bytes),
  Receipt: shape('Receipt', messages(outcomeCount)),
  KeepAlive: shape('KeepAlive'),
  Abort: shape('Abort', varint, varint, string, varint),
} as const satisfies Record<string, MessageShape>;
