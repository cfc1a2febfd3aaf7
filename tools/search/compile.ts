// Turns published SearchParameters into the rows of the reference's table. A parameter whose
// expression it cannot follow to elements that the kind searches is left out, with the reason.
import type { Definitions, Element } from './definitions.ts';
import { readExpression, type Path, type Step } from './expression.ts';

/** A published SearchParameter, as far as it matters here. */
export interface PublishedParameter {
  readonly id: string;
  readonly url: string;
  readonly code: string;
  readonly type: string;
  readonly base?: readonly string[];
  readonly expression?: string;
  readonly xpathUsage?: string;
}

/** The table, and what is not in it. */
export interface Compiled {
  /** Resource type to code to row: kind, then `path type [system]` for each alternative. */
  readonly rows: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** `Type.code` to the reason why it is left out, for the kinds of the subset. */
  readonly leftOut: ReadonlyMap<string, string>;
}

/** Types of elements that each kind of search parameter searches. */
const searched: Readonly<Record<string, readonly string[]>> = {
  token: 'Coding CodeableConcept Identifier ContactPoint code boolean id string uri'.split(' '),
  string: ['string', 'markdown', 'Address', 'HumanName'],
  reference: ['Reference', 'canonical', 'uri'],
  date: ['date', 'dateTime', 'instant', 'Period', 'Timing'],
};

/** Compiles every parameter of the declared subset for each resource type that it is for. */
export function compileParameters(
  parameters: readonly PublishedParameter[],
  definitions: Definitions,
): Compiled {
  const rows = new Map<string, Map<string, string>>();
  const leftOut = new Map<string, string>();
  for (const parameter of parameters.filter(isOfSubset)) {
    for (const base of parameter.base ?? []) {
      const row = compile(parameter, base, definitions);
      const codes = rows.get(base) ?? new Map<string, string>();
      const before = codes.get(parameter.code);
      if (row === undefined) leftOut.set(`${base}.${parameter.code}`, reasonFor(parameter));
      else if (before !== undefined && before !== row) {
        throw new Error(`${base}.${parameter.code} is published twice, and differently`);
      } else rows.set(base, codes.set(parameter.code, row));
    }
  }
  return { rows, leftOut };
}

// `_profile` is published with kind uri; its elements are canonical references.
/** True for a parameter of the declared subset of the specification. */
export function isOfSubset({ id, type, code }: PublishedParameter): boolean {
  return !id.startsWith('example') && (type in searched || code === '_profile');
}

function reasonFor({ expression, xpathUsage }: PublishedParameter): string {
  if (expression === undefined) return 'no expression is published';
  if (xpathUsage === 'phonetic') return 'its algorithm is not published';
  return `the expression leads to nothing that its kind searches: ${expression}`;
}

function compile(
  { type, expression, xpathUsage }: PublishedParameter,
  base: string,
  definitions: Definitions,
): string | undefined {
  const kind = type === 'uri' ? 'reference' : type;
  if (expression === undefined || xpathUsage !== 'normal') return undefined;
  const paths = readExpression(expression)?.filter(({ from }) => from === base || from === '');
  if (paths === undefined || paths.length === 0) return undefined;
  const found = paths.map((path) => alternativesOf(path, base, kind, definitions));
  if (found.some((alternatives) => alternatives.length === 0)) return undefined;
  const isFlag = paths.some(({ flag }) => flag);
  return [isFlag ? 'flag' : kind, [...new Set(found.flat())].join(' | ')].join(' ');
}

interface Reached {
  readonly text: string;
  readonly element: Element;
}

/** What one path leads to; empty when it does not lead to elements that the kind searches. */
function alternativesOf(
  path: Path,
  base: string,
  kind: string,
  definitions: Definitions,
): string[] {
  const root = { type: base, system: undefined, member: '', isChoice: false, path: base };
  let reached: Reached[] = [{ text: '', element: root }];
  for (const step of path.steps) {
    reached = reached.flatMap((from) => follow(from, step, definitions));
  }
  if (path.flag) return reached.map(({ text, element }) => `${text} ${element.type}`);
  const types = searched[kind] ?? [];
  const fitting = reached.filter(({ element }) => types.includes(element.type));
  // Of a choice only some types are of the kind (an `occurrenceString` is no date). Of any other
  // element its type is the published one: where that is not searched, nothing is.
  if (reached.some((r) => !fitting.includes(r) && !r.element.isChoice)) return [];
  return fitting.map(({ text, element }) =>
    [text, element.type, ...(element.system === undefined ? [] : [element.system])].join(' '),
  );
}

function follow({ text, element }: Reached, step: Step, definitions: Definitions): Reached[] {
  switch (step.kind) {
    case 'member':
      return definitions.below(element.path, step.name).map((next) => ({
        text: text === '' ? next.member : `${text}.${next.member}`,
        element: next,
      }));
    case 'as':
      return definitions.isA(element.type, step.type) ? [{ text, element }] : [];
    case 'resolves':
      return element.type === 'Reference' ? [{ text: `${text}[is=${step.type}]`, element }] : [];
    case 'equals':
      return [{ text: `${text}[${step.member}=${step.value}]`, element }];
    case 'has-extension':
      return [{ text: `${text}[extension=${step.url}]`, element }];
  }
}
