// The message types of version 1 and what is fixed about each: number, direction and protection.
// Does not know what a message holds, nor when it may be sent.

/** The type octet of each message (PSP-INV-2). */
export const MessageType = {
  Initiate: 0x01,
  Accept: 0x02,
  Reject: 0x03,
  Confirm: 0x04,
  Identity: 0x10,
  Request: 0x11,
  Offer: 0x12,
  Payload: 0x13,
  Ack: 0x14,
  Complete: 0x15,
  Receipt: 0x16,
  KeepAlive: 0x1e,
  Abort: 0x1f,
} as const;

/** The name of a message that has a type of its own. */
export type MessageName = keyof typeof MessageType;

/** Which way a message goes. */
export type MessageDirection = 'sender-to-receiver' | 'receiver-to-sender' | 'both';

/** What is fixed about a message type. */
export interface MessageTypeInfo {
  readonly name: MessageName;
  readonly direction: MessageDirection;
  /** `clear`: before keys. `sealed`: after keys (PSP-SEAL-5). */
  readonly protection: 'clear' | 'sealed';
}

const toReceiver = 'sender-to-receiver';
const toSender = 'receiver-to-sender';

const rows: readonly MessageTypeInfo[] = [
  { name: 'Initiate', direction: toReceiver, protection: 'clear' },
  { name: 'Accept', direction: toSender, protection: 'clear' },
  { name: 'Reject', direction: 'both', protection: 'clear' },
  { name: 'Confirm', direction: 'both', protection: 'clear' },
  { name: 'Identity', direction: toReceiver, protection: 'sealed' },
  { name: 'Request', direction: toSender, protection: 'sealed' },
  { name: 'Offer', direction: toReceiver, protection: 'sealed' },
  { name: 'Payload', direction: toReceiver, protection: 'sealed' },
  { name: 'Ack', direction: toSender, protection: 'sealed' },
  { name: 'Complete', direction: toReceiver, protection: 'sealed' },
  { name: 'Receipt', direction: toSender, protection: 'sealed' },
  { name: 'KeepAlive', direction: 'both', protection: 'sealed' },
  { name: 'Abort', direction: 'both', protection: 'sealed' },
];

/** Every message type of this version, by its octet. */
export const MESSAGE_TYPES: ReadonlyMap<number, MessageTypeInfo> = new Map(
  rows.map((row) => [MessageType[row.name], row]),
);

/** First type that a reader ignores where it does not know it (PSP-FRAME-11). */
export const FIRST_IGNORABLE_TYPE = 0x80;
