// Reads the part of FHIRPath that published search parameters are written in. It knows no types:
// what a path leads to is told by the definitions. What it cannot read exactly it does not read.

/** One step of a path: a member, with what it is narrowed to. */
export type Step =
  | { readonly kind: 'member'; readonly name: string }
  | { readonly kind: 'as'; readonly type: string }
  | { readonly kind: 'resolves'; readonly type: string }
  | { readonly kind: 'equals'; readonly member: string; readonly value: string }
  | { readonly kind: 'has-extension'; readonly url: string };

/** One alternative of a union: the type that it starts from, and its steps. */
export interface Path {
  /** Empty: from the type that the parameter is for. */
  readonly from: string;
  readonly steps: readonly Step[];
  /** True for `path.exists() and path != false`: the value is whether something is there. */
  readonly flag: boolean;
}

const member = /^([A-Za-z]\w*)/;
const cast = /^(?:as|ofType)\(([A-Za-z]\w*)\)/;
const filters: readonly [RegExp, (a: string, b: string) => Step][] = [
  [/^where\(resolve\(\) is ([A-Z]\w*)\)/, (type) => ({ kind: 'resolves', type })],
  [/^where\((\w+)='([\w-]+)'\)/, (name, value) => ({ kind: 'equals', member: name, value })],
  [/^where\(hasExtension\('([^']+)'\)\)/, (url) => ({ kind: 'has-extension', url })],
];

/** The alternatives of an expression; undefined when any part of it is not of this subset. */
export function readExpression(expression: string): readonly Path[] | undefined {
  const paths: Path[] = [];
  for (const part of alternatives(expression)) {
    const path = readFlag(part) ?? readPath(part);
    if (path === undefined) return undefined;
    paths.push(path);
  }
  return paths;
}

/** Splits at the `|` that stand outside of parentheses and quotes. */
function alternatives(expression: string): string[] {
  const parts: string[] = [''];
  let depth = 0;
  let quoted = false;
  for (const character of expression) {
    if (character === "'") quoted = !quoted;
    else if (!quoted && character === '(') depth += 1;
    else if (!quoted && character === ')') depth -= 1;
    if (character === '|' && depth === 0 && !quoted) parts.push('');
    else parts[parts.length - 1] += character;
  }
  return parts.map((part) => part.trim());
}

function readFlag(text: string): Path | undefined {
  const [, tested, compared] = /^([\w.]+)\.exists\(\) and ([\w.]+) != false$/.exec(text) ?? [];
  if (tested === undefined || tested !== compared) return undefined;
  const path = readPath(tested);
  return path === undefined ? undefined : { ...path, flag: true };
}

function readPath(text: string): Path | undefined {
  const inner = /^\((\w[\w.]*) as (\w+)\)(.*)$/.exec(text);
  if (inner !== null) {
    const [, path = '', type = '', rest = ''] = inner;
    const before = readPath(path);
    const after = readSteps(rest);
    if (before === undefined || after === undefined) return undefined;
    return { ...before, steps: [...before.steps, { kind: 'as', type }, ...after] };
  }
  // `name | alias` begins with members, for the names of types begin with a capital letter.
  const from = /^[A-Z]\w*/.exec(text)?.[0] ?? '';
  const steps = readSteps(from === '' ? `.${text}` : text.slice(from.length));
  return steps === undefined || steps.length === 0 ? undefined : { from, steps, flag: false };
}

function readSteps(text: string): readonly Step[] | undefined {
  const steps: Step[] = [];
  let rest = text;
  while (rest !== '') {
    if (!rest.startsWith('.')) return undefined;
    const [step, length] = readStep(rest.slice(1));
    if (step === undefined) return undefined;
    steps.push(step);
    rest = rest.slice(1 + length);
  }
  return steps;
}

function readStep(text: string): [Step | undefined, number] {
  const type = cast.exec(text);
  if (type !== null) return [{ kind: 'as', type: type[1] ?? '' }, type[0].length];
  for (const [form, make] of filters) {
    const found = form.exec(text);
    if (found !== null) return [make(found[1] ?? '', found[2] ?? ''), found[0].length];
  }
  const name = member.exec(text);
  if (name === null || text.charAt(name[0].length) === '(') return [undefined, 0];
  return [{ kind: 'member', name: name[0] }, name[0].length];
}
