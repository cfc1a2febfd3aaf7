// The forms of the files that cases are written in, as their schemas allow them. Types alone.
import type { Entry, Feature, Role, RunParams, StoreContent } from '../control/values.ts';
import type { Delivery } from '../peer/delivery.ts';

type Members = Readonly<Record<string, unknown>>;

/** One step as it is written; exactly one of the verbs. */
export interface StepText {
  readonly id: string;
  readonly send?: string;
  readonly fields?: Members;
  readonly entries?: readonly string[];
  readonly rawEntries?: readonly Members[];
  readonly deflate?: boolean;
  readonly expect?: string;
  readonly where?: Members;
  readonly close?: 'fin' | 'rst';
  readonly closed?: true;
  readonly control?: Readonly<Record<string, Members>>;
  readonly event?: string;
  readonly kill?: true;
}

/** A valid session. */
export interface FlowText {
  readonly role: Role;
  /** What it is, in one sentence. */
  readonly title: string;
  /** Name of a store in the data files; default: empty. */
  readonly store?: string;
  readonly params?: RunParams;
  readonly secret?: string | null;
  readonly clock?: 'virtual';
  readonly needs?: readonly Feature[];
  readonly steps: readonly StepText[];
}

/** The one change of a case. */
export interface ChangeText {
  readonly at: string;
  readonly set?: Members;
  readonly raw?: string;
  readonly append?: string;
  readonly wild?: string;
  readonly fill?: number;
  readonly length?: number;
  readonly seal?: string;
  readonly cut?: { readonly octets: number; readonly how: 'fin' | 'rst' };
  readonly flip?: string;
  readonly entries?: readonly string[];
  readonly rawEntries?: readonly Members[];
  readonly replace?: StepText;
  readonly before?: readonly StepText[];
  readonly after?: readonly StepText[];
  readonly drop?: true;
}

/** Valid differences from the flow, which the twin has as well. */
export interface WithText {
  readonly store?: string;
  readonly params?: RunParams;
  readonly secret?: string | null;
  readonly clock?: 'virtual';
  readonly entries?: Readonly<Record<string, readonly string[]>>;
  readonly rawEntries?: Readonly<Record<string, readonly Members[]>>;
  readonly fields?: Readonly<Record<string, Members>>;
  readonly where?: Readonly<Record<string, Members>>;
  readonly deflate?: readonly string[];
  /** Steps put in before the step of that id. */
  readonly before?: Readonly<Record<string, readonly StepText[]>>;
  /** Steps put in after the step of that id. */
  readonly after?: Readonly<Record<string, readonly StepText[]>>;
  /** Steps left out. */
  readonly without?: readonly string[];
}

/** What the testee has to do; default: go on to the end. */
export interface ExpectText {
  readonly continues?: true;
  readonly abort?: string | readonly string[];
  readonly reject?: string | readonly string[];
  readonly closes?: true;
}

/** One case. */
export interface CaseText {
  readonly id: string;
  readonly title: string;
  readonly requirements: readonly string[];
  readonly level?: 'MUST' | 'SHOULD';
  readonly needs?: readonly Feature[];
  readonly flow: string;
  readonly with?: WithText;
  readonly mutate?: ChangeText;
  readonly breaks?: readonly string[];
  readonly expect?: ExpectText;
  readonly result?: string | readonly string[];
  readonly store?: 'model' | { readonly any: string };
  readonly deliveries?: readonly Delivery[];
  readonly untestable?: string;
}

/** A file of cases: one family of one role. */
export interface CaseFileText {
  readonly family: string;
  readonly role: Role;
  readonly cases: readonly CaseText[];
}

/** A file of flows. */
export interface FlowFileText {
  readonly flows: Readonly<Record<string, FlowText>>;
}

/** A file of data. */
export interface DataFileText {
  readonly entries?: Readonly<Record<string, Entry>>;
  readonly stores?: Readonly<
    Record<
      string,
      { readonly entries: readonly string[]; readonly cursors?: StoreContent['cursors'] }
    >
  >;
}
