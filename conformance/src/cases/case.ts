// What a case is, once its files were read: a valid script, at most one change to it, and what the
// testee has to do. Types alone.
import type { Entry, Feature, Role, RunParams, StoreContent } from '../control/values.ts';
import type { Delivery } from '../peer/delivery.ts';
import type { Step } from '../peer/script.ts';

/** What a testee's store holds before a session. */
export interface Store {
  readonly entries: readonly Entry[];
  readonly cursors?: StoreContent['cursors'];
}

/** A valid session, from the first frame to the close. */
export interface Script {
  /** Name of the flow that it was made from. */
  readonly flow: string;
  readonly role: Role;
  readonly store: Store;
  readonly params: RunParams;
  /** As the control protocol writes it; null: nobody enters one. */
  readonly secret: string | null;
  readonly clock?: 'virtual';
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
  | { readonly kind: 'ends'; readonly endings: readonly ExpectedEnding[] };

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
  /** Features that the testee has to declare. */
  readonly needs: readonly Feature[];
  /** What is played, the change included. */
  readonly script: Script;
  /** The same without the change; undefined where the case has none. */
  readonly twin?: Script;
  /** Step of the change; the last that is played where the testee has to end the session. */
  readonly changedStep?: string;
  /** Requirements that the kit's own octets break, exactly these. */
  readonly breaks: readonly string[];
  readonly expectation: Expectation;
  /** Results of which the testee has to report one; empty: anything but `completed`. */
  readonly results: readonly string[];
  readonly store: ExpectedStore;
  readonly deliveries: readonly Delivery[];
  /** Why nobody can play it; the case is counted and shown in red. */
  readonly untestable?: string;
}
