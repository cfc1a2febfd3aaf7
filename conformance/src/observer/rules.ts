// Which sentences of the specification the observer can see broken in octets, and where it looks.
// They are the writer's. Of an entry the reader's sentence stands here, for it names the cause;
// that nobody sends such an entry is PSP-DATA-14. The table is data: coverage is made from it.

/** One sentence that octets can break. */
export interface Rule {
  /** Whose octets are looked at. */
  readonly writer: 'sender' | 'receiver' | 'both';
  /** What is looked at, as a phrase. */
  readonly looksAt: string;
  /**
   * Whether a reader that keeps the rules goes on: octets of the same side after the breach are
   * judged. After any other breach they are not.
   */
  readonly goesOn?: true;
  /** `SHOULD` where a reader may accept it: the finding warns. Default: MUST. */
  readonly level?: 'SHOULD';
}

const sender = (looksAt: string): Rule => ({ writer: 'sender', looksAt });
const receiver = (looksAt: string): Rule => ({ writer: 'receiver', looksAt });
const both = (looksAt: string): Rule => ({ writer: 'both', looksAt });
const goesOn = (rule: Rule): Rule => ({ ...rule, goesOn: true });
const entry = (looksAt: string): Rule => goesOn(sender(`an entry of a Payload: ${looksAt}`));

const frames = {
  'PSP-FRAME-1': both('the length of a frame against the octets that follow it'),
  'PSP-FRAME-6': both('the length of a frame against the limit in force at its reader'),
  'PSP-FRAME-9': both('a frame in clear without a message'),
  'PSP-FRAME-12': both('a private-use type without a private-use capability'),
  'PSP-FRAME-13': both('the types that are never used'),
  'PSP-FRAME-14': both('a critical type that nothing defines'),
  'PSP-KEY-3': both('keys of the first sealed frame: what else than both frames went into them'),
  'PSP-KEY-4': both('keys of the first sealed frame: other labels'),
  'PSP-SEAL-1': both('a body that opens in no way that the observer knows, or holds no message'),
  'PSP-SEAL-2': both('a nonce made in another way, or one of the other direction'),
  'PSP-SEAL-5': sender('a frame in clear after its Confirm'),
  'PSP-SEAL-7': both('a frame that is sealed with another counter'),
  'PSP-SEAL-9': receiver('a frame in clear after the Confirm of the sender'),
} as const;

const messages = {
  'PSP-CONV-1': both('a length whose octets are the other way round'),
  'PSP-CONV-3': both('required enum fields at UNSPECIFIED'),
  'PSP-MSG-10': both('groups'),
  'PSP-MSG-17': both('lengths and counts that no other sentence names'),
  'PSP-MSG-22': both('the encoding of fields'),
  'PSP-MSG-23': both('the UTF-8 of strings'),
  'PSP-MSG-24': { ...both('messages of very many and very small elements'), level: 'SHOULD' },
  'PSP-MSG-25': goesOn(both('fields that are there or not against the column "presence"')),
  'PSP-EXT-1': both('a grease capability that is critical, or that is taken'),
  'PSP-LIM-1': both('announced limits'),
  'PSP-CAP-1': both('a capability id twice'),
} as const;

const handshake = {
  'PSP-VER-1': sender('the list of versions: how many, each once'),
  'PSP-VER-2': receiver('the version of Accept against those of Initiate'),
  'PSP-VER-3': goesOn(receiver('the versions of a Reject VERSION_UNSUPPORTED')),
  'PSP-CAP-4': receiver('the capabilities of Accept against those of Initiate'),
  'PSP-CODE-9': goesOn(both('the octets of the secret in any message')),
  'PSP-CODE-12': sender('equal shares of two kinds'),
  'PSP-HS-1': sender('the first frame'),
  'PSP-HS-2': sender('the length of the nonce of Initiate'),
  'PSP-HS-6': receiver('the server of Request against the digest that it accepted'),
  'PSP-HS-8': receiver('the kind of secret of Accept against those of Initiate'),
  'PSP-HS-11': receiver('what follows Accept'),
  'PSP-HS-13': sender('where Confirm stands and what follows it'),
  'PSP-HS-17': goesOn(both('the server URL in a frame in clear')),
  'PSP-HS-19': sender('a kind of secret twice'),
  'PSP-HS-21': receiver('the length of the nonce of Accept'),
  'PSP-KEY-1': both('shares: group elements, and those of the kit against its scalar'),
  'PSP-KEY-2': both('confirmation tags'),
  'PSP-SRV-1': sender('the server digest against the server URL'),
  'PSP-SRV-2': both('the server URL after keys: its canonical form'),
  'PSP-SRV-3': both('the server URL after keys: what no URL may have'),
  'PSP-SRV-4': both('the server URL of an endpoint without a server'),
  'PSP-SRV-7': both('the server URL after keys: host, port and path'),
} as const;

const session = {
  'PSP-STATE-1': both('a message that no state of its writer sends at that time'),
  'PSP-ID-1': both('the length of the replica id, and of the testee which one it is'),
  'PSP-REQ-1': receiver('a resource type twice'),
  'PSP-REQ-7': receiver('a Request without a window'),
  'PSP-OFFER-1': sender('a second Offer, or a Payload or Complete without one'),
  'PSP-OFFER-2': goesOn(sender('the disposition of the cursor against the Request')),
  'PSP-OFFER-3': goesOn(sender('totals that are marked indeterminate as well, or are not there')),
  'PSP-PAY-1': sender('the sequence of Payloads'),
  'PSP-PAY-3': sender('uncompressed_octets against the batch'),
  'PSP-PAY-9': sender('an encoding that was not negotiated'),
  'PSP-PAY-14': sender('a batch against the limits that the receiver announced'),
  'PSP-DEF-1': sender('a compressed batch that is not one complete stream'),
  'PSP-DEF-3': sender('a compressed batch of too large a ratio'),
  'PSP-FLOW-1': sender('Payloads against the window'),
  'PSP-FLOW-2': sender('octets of Payloads against the window'),
  'PSP-SEL-28': goesOn(sender('entries of a type that was not asked for')),
  'PSP-RESUME-4': sender('the length of cursors'),
  'PSP-RESUME-11': goesOn(sender('cursors in mode LAST_UPDATED')),
  'PSP-ACK-1': receiver('Acks of Payloads that were not sent'),
  'PSP-ACK-2': receiver('Acks that take something back'),
  'PSP-ACK-3': receiver('outcomes: which entries they name, and their codes'),
  'PSP-ACK-5': receiver('windows that become smaller'),
  'PSP-DONE-1': sender('the counts of Complete, and Payloads after it'),
  'PSP-DONE-4': receiver('a Receipt before Complete or before the last Ack'),
  'PSP-DONE-5': receiver('the counts of Receipt against entries and outcomes'),
} as const;

const endings = {
  'PSP-ABORT-1': both('a Reject after keys, and octets after an Abort'),
  'PSP-ABORT-2': both('an Abort before keys, and octets after a Reject'),
  'PSP-ABORT-4': goesOn(both('the retry class of a code')),
  'PSP-ABORT-7': both('a Reject or Abort in answer to one'),
  'PSP-CLOSE-1': both('octets after a Receipt, and a reset after the last frame'),
  'PSP-ERR-1': goesOn(both('an entry code that ends a session')),
} as const;

const entries = {
  'PSP-DATA-14': entry('whether any rule of a receiver refuses it'),
  'PSP-DATA-2': entry('whether its resource is empty if and only if it is deleted'),
  'PSP-DATA-3': entry('neither base nor changes'),
  'PSP-DATA-4': entry('the JSON of resource and changes'),
  'PSP-DATA-5': entry('forbidden keys'),
  'PSP-DATA-6': entry('its type and id'),
  'PSP-DATA-7': entry('type and id inside'),
  'PSP-DATA-12': entry('the version id and instant of its base'),
  'PSP-LIM-4': entry('the limits of an entry'),
  'PSP-CHG-1': entry('one change id for two changes in a session'),
  'PSP-CHG-4': entry('the grammar of its change list'),
  'PSP-CHG-5': entry('an INSERT on a base'),
  'PSP-CHG-6': entry('UPDATEs: an RFC 6902 array of the four operations'),
  'PSP-CHG-8': entry('what UPDATEs touch'),
  'PSP-CHG-9': entry('where its changes lead'),
  'PSP-CHG-10': entry('whether its UPDATEs apply'),
  'PSP-CHG-11': entry('a change id twice'),
  'PSP-CHG-13': entry('an INSERT first where there is no base'),
  'PSP-CHG-16': entry('the form of change ids'),
  'PSP-CHG-17': entry('the lengths of base_version_id and recorded_at'),
} as const;

const table = { ...frames, ...messages, ...handshake, ...session, ...endings, ...entries };

/** Id of a sentence that the observer can see broken. */
export type RuleId = keyof typeof table;

/** Every rule by the id of its sentence. */
export const rules: Readonly<Record<RuleId, Rule>> = table;

/** A rule that one frame breaks, in the words of whoever found it. */
export interface Breach {
  readonly requirement: RuleId;
  /** One sentence without anything random. */
  readonly detail: string;
  /** Where it differs from the table: whether octets after it are judged. */
  readonly goesOn?: boolean;
}

/** Builds a breach. */
export function breach(requirement: RuleId, detail: string, goesOn?: boolean): Breach {
  return { requirement, detail, ...(goesOn === undefined ? {} : { goesOn }) };
}

/** Whether octets of the same side that follow a breach are judged. */
export function isBearable({ requirement, goesOn: told }: Breach): boolean {
  return told ?? rules[requirement].goesOn ?? false;
}
