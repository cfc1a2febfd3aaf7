// The forms of the files that cases are written in, as their schemas allow them. Types alone.
import type { Entry, Feature, Result, Role, RunParams, StoreContent } from '../control/values.ts';
import type { Delivery } from '../peer/delivery.ts';
import type { KillStep, SealFault } from '../peer/script.ts';
import type { WildName } from '../wire/wild-encodings.ts';

type Members = Readonly<Record<string, unknown>>;
type ByStep<T> = Readonly<Record<string, T>>;
type OneOrMany<T> = T | readonly T[];

/** What is typed or shown, as the control protocol writes it. */
export type SecretText = OneOrMany<string> | null;

/** The name of an entry, or so many of its kind, with ids of their own. */
export type EntryText = string | { readonly like: string; readonly count: number };

/** One step as it is written; exactly one of the verbs. */
export interface StepText {
  readonly id: string;
  readonly send?: string;
  readonly fields?: Members;
  readonly entries?: readonly EntryText[];
  readonly rawEntries?: readonly Members[];
  readonly deflate?: boolean;
  readonly rush?: true;
  readonly part?: number;
  readonly seal?: SealFault;
  readonly raw?: string;
  readonly expect?: string;
  readonly where?: Members;
  readonly depends?: readonly string[];
  readonly collect?: true;
  readonly stuff?: number;
  readonly close?: 'fin' | 'rst';
  readonly closed?: true;
  readonly control?: Readonly<Record<string, Members>>;
  readonly event?: string;
  readonly kill?: true | NonNullable<KillStep['moments']>;
  readonly ended?: OneOrMany<Result>;
  readonly hold?: true;
  readonly open?: true;
  readonly dial?: string;
  readonly code?: true;
  readonly use?: string;
  readonly again?: {
    readonly role?: Role;
    readonly params?: RunParams;
    readonly secret?: SecretText;
    readonly clock?: 'virtual';
    readonly replica?: string;
  };
}

/** How a session is set up. */
export interface SetupText {
  /** Name of a store in the data files; default: empty. */
  readonly store?: string;
  readonly params?: RunParams;
  readonly secret?: SecretText;
  /** The kit's own secrets; default: those of `secret` that are some. */
  readonly shown?: readonly string[];
  readonly serverUrl?: string;
  /** The name of the testee's device. */
  readonly displayName?: string;
  readonly clock?: 'virtual';
  /** Whether the testee listens and the kit dials; default: the testee dials. */
  readonly listen?: boolean;
  /** Whether the kit takes the QR text that the testee shows. */
  readonly scans?: true;
  /** Drafts that both sides speak; default: none. */
  readonly drafts?: readonly string[];
}

/** A valid session. */
export interface FlowText extends SetupText {
  readonly role: Role;
  /** What it is, in one sentence. */
  readonly title: string;
  readonly needs?: readonly Feature[];
  readonly steps: readonly StepText[];
}

/** The one change of a case: `at` and one more member. */
export interface ChangeText {
  readonly at: string;
  readonly set?: Members;
  readonly raw?: string;
  readonly append?: string;
  readonly wild?: WildName;
  readonly fill?: number;
  readonly length?: number;
  readonly seal?: SealFault;
  readonly cut?: { readonly octets: number; readonly how: 'fin' | 'rst' };
  readonly flip?: string;
  readonly entries?: readonly EntryText[];
  readonly rawEntries?: readonly Members[];
  readonly replace?: StepText;
  readonly before?: readonly StepText[];
  readonly after?: readonly StepText[];
  readonly drop?: true;
  readonly serverUrl?: string;
}

/** Valid differences from the flow, which the twin has as well. */
export interface WithText extends SetupText {
  readonly entries?: ByStep<readonly EntryText[]>;
  readonly rawEntries?: ByStep<readonly Members[]>;
  readonly fields?: ByStep<Members>;
  readonly where?: ByStep<Members>;
  readonly deflate?: readonly string[];
  /** Steps put in before the step of that id. */
  readonly before?: ByStep<readonly StepText[]>;
  /** Steps put in after the step of that id. */
  readonly after?: ByStep<readonly StepText[]>;
  /** Steps left out. */
  readonly without?: readonly string[];
}

/** What the testee has to do; default: go on to the end. */
export interface ExpectText {
  readonly continues?: true;
  readonly abort?: OneOrMany<string>;
  readonly reject?: OneOrMany<string>;
  readonly closes?: true;
  readonly refused?: 'serverUrl';
}

/** One case. */
export interface CaseText {
  readonly id: string;
  readonly title: string;
  readonly requirements: readonly string[];
  readonly level?: 'MUST' | 'SHOULD';
  readonly needs?: readonly Feature[];
  /** There unless it is untestable. */
  readonly flow?: string;
  readonly with?: WithText;
  readonly mutate?: ChangeText;
  readonly breaks?: readonly string[];
  readonly expect?: ExpectText;
  readonly result?: OneOrMany<Result>;
  readonly store?: 'model' | { readonly any: string };
  /** By `sequence/entry_index`: what the Acks of the last session say; all else is STORED. */
  readonly outcomes?: Readonly<Record<string, OneOrMany<string>>>;
  /** `Type/id` of each entry in the Payloads of the last session. */
  readonly sends?: readonly string[];
  /** Members that the answer of the last run has to have, where it has such a member at all. */
  readonly tells?: Members;
  /** What no two sessions may have alike. */
  readonly differs?: readonly string[];
  /** Texts that no message of the testee's may hold. */
  readonly conceals?: readonly string[];
  /** Texts each of which some message of the testee's has to hold. */
  readonly says?: readonly string[];
  readonly deliveries?: readonly Delivery[];
  /** Left out of the profile core. */
  readonly profile?: 'full';
  /** Milliseconds that the testee is waited for at least. */
  readonly patienceMs?: number;
  readonly cell?: string;
  readonly untestable?: string;
}

/** A file of cases: one family of one role. */
export interface CaseFileText {
  readonly family: string;
  /** The draft that its cases are about; default: none, they are of version 1. */
  readonly draft?: string;
  readonly role: Role;
  readonly cases: readonly CaseText[];
  /** Cells of the state table without a case, by the reason why nobody can play them. */
  readonly untestable?: readonly { readonly why: string; readonly cells: readonly string[] }[];
}

/** A file of flows. */
export interface FlowFileText {
  readonly flows: Readonly<Record<string, FlowText>>;
}

/** A store by the names of its entries. */
export interface StoreText {
  readonly entries: readonly EntryText[];
  readonly cursors?: StoreContent['cursors'];
}

/** A file of data. */
export interface DataFileText {
  readonly entries?: Readonly<Record<string, Entry>>;
  readonly stores?: Readonly<Record<string, StoreText>>;
}
