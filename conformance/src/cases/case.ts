// What a case is, once its files were read: a valid script, at most one change to it, and what the
// testee has to do. Types alone.
import type { Entry, Feature, Result, Role, RunParams, StoreContent } from '../control/values.ts';
import type { Delivery } from '../peer/delivery.ts';
import type { Step } from '../peer/script.ts';
import type { SecretText } from './case-file.ts';

/** What a testee's store holds before a session. */
export interface Store {
  readonly entries: readonly Entry[];
  readonly cursors?: NonNullable<StoreContent['cursors']>;
}

/** A session, or several with one store, from the first frame to the close. */
export interface Script {
  /** Name of the flow that it was made from. */
  readonly flow: string;
  readonly role: Role;
  readonly store: Store;
  readonly params: RunParams;
  /** What the testee's user types or shows; null: nothing. */
  readonly secret: SecretText;
  /** The kit's own secrets, one or one of each kind. */
  readonly shown: readonly string[];
  /** As a person configured it, at both ends; empty: none. */
  readonly serverUrl: string;
  /** The name of the testee's device; default: the kit's choice. */
  readonly displayName?: string;
  readonly clock?: 'virtual';
  /** Whether the testee listens and the kit dials. */
  readonly listen: boolean;
  /** Whether the kit takes the QR text of what the testee shows. */
  readonly scans?: true;
  /** Drafts that both sides speak. */
  readonly drafts?: readonly string[];
  /** What was configured as the testee's server in place of `serverUrl`, though it is none. */
  readonly badServerUrl?: string;
  readonly steps: readonly Step[];
}

/** How the testee may end the session; one of several where a list is given. */
export type ExpectedEnding =
  | { readonly kind: 'abort' | 'reject'; readonly codes: readonly string[] }
  | { readonly kind: 'close' };

/** What the testee has to do. */
export type Expectation =
  /** Go on to the end of the script. */
  | { readonly kind: 'continues' }
  | { readonly kind: 'ends'; readonly endings: readonly ExpectedEnding[] }
  /** One as well as the other: a MAY. */
  | { readonly kind: 'continues-or-ends'; readonly endings: readonly ExpectedEnding[] }
  /** Refuse `reset` as invalid, by the name of this member. */
  | { readonly kind: 'refuses'; readonly field: string };

/** The state that the testee's store has to be in afterwards. */
export type ExpectedStore =
  /** What follows from the store before and the Payloads that were acknowledged. */
  | { readonly kind: 'model' }
  /** Not looked at, with the reason. */
  | { readonly kind: 'any'; readonly why: string };

/** One case. */
export interface Case {
  /** `RCV-0042`, `SND-0007`: permanent. */
  readonly id: string;
  readonly title: string;
  readonly family: string;
  readonly role: Role;
  /** Ids of the specification; the first is the one that the case proves. */
  readonly requirements: readonly string[];
  readonly level: 'MUST' | 'SHOULD';
  /** Features that it says it needs, beyond those that follow from script and parameters. */
  readonly needs: readonly Feature[];
  /** What is played, the change included; ends with it where the testee has to end the session. */
  readonly script: Script;
  /** The same without the change, to its end; undefined where the case has none. */
  readonly twin?: Script;
  /** Step of the change. */
  readonly changedStep?: string;
  /** Requirements that the kit's own octets break, exactly these. */
  readonly breaks: readonly string[];
  readonly expectation: Expectation;
  /** Results of which the testee has to report one; empty: anything but `completed`. */
  readonly results: readonly Result[];
  readonly store: ExpectedStore;
  /** By `sequence/entry_index`: what the Acks of the last session say; all else is STORED. */
  readonly outcomes?: Readonly<Record<string, readonly string[]>>;
  /** `Type/id` of each entry in the Payloads of the last session, in order of the text. */
  readonly sends?: readonly string[];
  /** Members that the answer of the last run has to have, where it has such a member at all. */
  readonly tells?: Readonly<Record<string, unknown>>;
  /** What no two sessions may have alike: `Message.field`, `code.digits`, `code.qr`, `grease`. */
  readonly differs?: readonly string[];
  /** Texts that no message of the testee's may hold, outside of batches. */
  readonly conceals?: readonly string[];
  /** Texts each of which some message of the testee's has to hold, outside of batches. */
  readonly says?: readonly string[];
  readonly deliveries: readonly Delivery[];
  /** Whether it is left out of the profile core, because it takes long. */
  readonly profile?: 'full';
  /** Milliseconds that the testee is waited for at least, where it has much to do at once. */
  readonly patienceMs?: number;
  /** `STATE/EVENT` of the role's state table. */
  readonly cell?: string;
  /** The draft that it is about: no case of version 1. */
  readonly draft?: string;
  /** Why nobody can play it; the case is counted and shown in red. */
  readonly untestable?: string;
}

/** Something that is wrong in a file of cases. */
export interface CaseFault {
  /** Path below the folder that was read. */
  readonly file: string;
  /** From 1; where the place is known. */
  readonly line?: number;
  /** Id of the case, or name of the flow, entry or store. */
  readonly about?: string;
  /** Path of the member, for example `mutate.set`. */
  readonly field: string;
  /** One sentence that says what to do. */
  readonly message: string;
}
