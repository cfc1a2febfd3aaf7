// The values of control protocol version 1 as types, after the schemas have been checked and null
// and absent were made the same. Appendix H of the specification explains each of them.

/** The testee's role. */
export type Role = 'sender' | 'receiver';
/** A selection mode. */
export type Mode = 'FULL' | 'CURSOR' | 'LAST_UPDATED';
/** A conflict strategy. */
export type Strategy = 'theirs' | 'ours' | 'merge' | 'defer';
/** A FHIR release. */
export type Release = 'R4' | 'R4B' | 'R5';
/** What a testee can do beyond the five commands. */
export type Feature =
  | 'open'
  | 'edit'
  | 'abort'
  | 'decide'
  | 'clock'
  | 'listen'
  | 'code'
  | 'inline'
  | 'decode'
  | 'encode'
  | 'upload'
  | 'search'
  | 'policy'
  | 'window'
  | 'limits'
  | 'grease'
  | 'fault';
/** How a session ended, as the testee's user is told. */
export type Result = 'completed' | 'rejected' | 'failed' | 'cancelled' | 'declined' | 'interrupted';

/** An unsigned 64-bit integer; above 9 007 199 254 740 991 a decimal string. */
export type Counter = number | string;

/** The id of a change. */
export interface ChangeIdValue {
  /** 32 hex digits. */
  readonly replica: string;
  readonly counter: Counter;
}

/** One local change. */
export interface ChangeValue extends ChangeIdValue {
  readonly type: 'INSERT' | 'UPDATE' | 'DELETE';
  /** The exact text; absent for DELETE. */
  readonly payload?: string;
  readonly baseVersionId?: string;
  readonly recordedAt?: string;
}

/** A resource with what belongs to it. */
export interface Entry {
  readonly type: string;
  readonly id: string;
  /** The exact text; null if and only if it is deleted. */
  readonly resource: string | null;
  readonly base?: { readonly versionId: string; readonly lastUpdated?: string };
  readonly baseResource?: string;
  readonly changes?: readonly ChangeValue[];
  readonly absorbed?: readonly ChangeIdValue[];
}

/** Requested types. */
export type Types = readonly {
  readonly type: string;
  readonly parameters?: readonly { readonly name: string; readonly value: string }[];
}[];

/** A cursor that is kept as a receiver. */
export interface CursorValue {
  readonly replica: string;
  /** Hex. */
  readonly cursor: string;
  readonly types?: Types;
}

/** Announced limits. */
export interface LimitsValue {
  readonly maxFrameOctets: number;
  readonly maxBatchOctets: number;
  readonly maxBatchEntries: number;
}

/** Parameters of a run. */
export interface RunParams {
  readonly release?: Release;
  readonly mode?: Mode;
  readonly types?: Types;
  readonly strategy?: Strategy;
  readonly offer?: 'accept' | 'decline' | 'ask';
  readonly window?: { readonly payloads: number; readonly octets: number };
  readonly policy?: { readonly types: readonly string[] };
  readonly capabilities?: readonly 'deflate'[];
  readonly limits?: LimitsValue;
  readonly grease?: boolean;
  readonly storeFailsAt?: number;
}

/** The counts of one resource type. */
export interface TypeCounts {
  readonly type: string;
  readonly transferred: number;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly acknowledged?: number;
  readonly offered?: Counter;
  readonly withheld?: Readonly<Record<string, number>>;
}

/** One resource and what became of it. */
export interface NamedOutcome {
  readonly type: string;
  readonly id: string;
  readonly outcome: string;
  readonly code?: string;
}

/** What a session did. */
export interface Report {
  readonly types: readonly TypeCounts[];
  readonly complete?: boolean;
  readonly payloads?: number;
  readonly mode?: Mode;
  readonly cursor?: 'FRESH' | 'RESUMED' | 'STARTING_OVER';
  readonly peer?: { readonly replica: string; readonly displayName?: string };
  readonly conflicts?: readonly NamedOutcome[];
  readonly refused?: readonly NamedOutcome[];
  readonly dangling?: number;
}

/** How a run, or an attempt of a listening sender, ended. */
export interface RunEnd {
  readonly result: Result;
  /** Name of an error code, or its number in decimal. */
  readonly reason?: string;
  readonly by?: 'us' | 'peer';
  readonly retry?: 'NOW' | 'LATER' | 'AFTER_UPGRADE' | 'NEVER';
  readonly requirement?: string;
  readonly detail?: string;
}

/** A state that a conflict put aside. */
export interface Archived {
  readonly reason: 'displaced' | 'not-taken' | 'deferred' | 'merged';
  readonly peer?: string;
  readonly entry: Entry;
}

/** What a store holds. */
export interface StoreContent {
  readonly entries: readonly Entry[];
  readonly replica?: string;
  readonly cursors?: readonly CursorValue[];
  readonly archive?: readonly Archived[];
}

/** Where the stream of a run comes from. */
export type Connection =
  | { readonly dial: { readonly host: string; readonly port: number } }
  | { readonly listen: Readonly<Record<string, never>> }
  | { readonly inline: true };

/** One local edit. */
export type Edit =
  | { readonly op: 'create' | 'update' | 'import'; readonly resource: string }
  | { readonly op: 'delete'; readonly type: string; readonly id: string };

/** A message: an object with one member, its name (appendix H.15). */
export type MessageText = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

type Nothing = Readonly<Record<string, never>>;

/** The members of each command, `id` and `cmd` not counted. */
export interface Commands {
  readonly hello: { readonly control: 1; readonly kit: string };
  readonly reset: {
    readonly case: string;
    readonly replica: string;
    readonly now: string;
    readonly serverUrl?: string;
    readonly displayName?: string;
    readonly seed: {
      readonly entries: readonly Entry[];
      readonly cursors?: readonly CursorValue[];
    };
  };
  readonly run: Connection & {
    readonly role: Role;
    readonly secret?: string | readonly string[] | null;
    readonly params: RunParams;
    readonly clock?: 'virtual';
    readonly deadlineMs: number;
  };
  readonly dump: Nothing;
  readonly quit: Nothing;
  readonly open: { readonly case: string; readonly now: string };
  readonly edit: { readonly edits: readonly Edit[] };
  readonly abort: Nothing;
  readonly decide: { readonly answer: 'accept' | 'decline' | 'cancel' };
  readonly clock: { readonly advanceMs: number };
  readonly octets: { readonly hex: string };
  readonly end: Nothing;
  readonly cut: Nothing;
  readonly decode: { readonly hex: string };
  readonly encode: { readonly message: MessageText };
  readonly upload: { readonly server: string };
}

/** A command of the protocol. */
export type CommandName = keyof Commands;

/** What a testee says of itself, defaults put in. */
export interface Hello {
  readonly impl: { readonly name: string; readonly version: string; readonly language: string };
  readonly versions: readonly number[];
  readonly roles: readonly Role[];
  readonly features: readonly Feature[];
  readonly modes: readonly Mode[];
  readonly strategies: readonly Strategy[];
  readonly releases: readonly Release[];
  readonly secretKinds: readonly ('digits' | 'qr')[];
  readonly capabilities: readonly 'deflate'[];
  readonly limits: LimitsValue;
  /** Drafts that it can be told to speak; an extension of the control protocol. */
  readonly 'x-drafts'?: readonly string[];
}

/** What each command is answered with, `id` and `ok` not counted. */
export interface Answers {
  readonly hello: Hello;
  readonly reset: Nothing;
  readonly run: RunEnd & {
    readonly stopped?: boolean;
    readonly secretsUsed?: number;
    readonly report?: Report;
  };
  readonly dump: { readonly store: StoreContent };
  readonly quit: Nothing;
  readonly open: Nothing;
  readonly edit: Nothing;
  readonly abort: Nothing;
  readonly decide: Nothing;
  readonly clock: { readonly nowMs: number };
  readonly octets: Nothing;
  readonly end: Nothing;
  readonly cut: Nothing;
  readonly decode: { readonly message?: MessageText; readonly fault?: string };
  readonly encode: { readonly hex: string };
  readonly upload: {
    readonly changes: number;
    readonly conflicts: number;
    readonly refused: number;
  };
}

/** What a testee writes without being asked. `run` is the id of the run's command. */
export type ControlEvent = { readonly run: number } & (
  | { readonly ev: 'listening'; readonly host?: string; readonly port: number }
  | { readonly ev: 'code'; readonly digits?: string; readonly qr?: string }
  | { readonly ev: 'asked'; readonly for: 'secret' | 'offer' }
  | { readonly ev: 'stored'; readonly throughSequence: Counter }
  | ({ readonly ev: 'refused' } & RunEnd)
  | { readonly ev: 'octets'; readonly hex: string }
  | { readonly ev: 'end' }
  | { readonly ev: 'close' }
);
