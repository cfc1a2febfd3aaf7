// Holds the page of the control protocol and its schemas to each other: every example is valid,
// every command, answer and event has one, and every table names what the schemas have.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkAnswer, checkCommand, checkEvent, commandNames, eventNames } from './schema.ts';

const repository = new URL('../../../', import.meta.url);
const page = readFileSync(new URL('spec/v1/appendix-h-control-protocol.md', repository), 'utf8');

interface Example {
  readonly direction: '→' | '←';
  readonly text: string;
  readonly line: number;
}

/** The examples of the page: fenced `control` blocks, and single lines in the text's code spans. */
function examplesOf(markdown: string): Example[] {
  const examples: Example[] = [];
  let inside = false;
  for (const [index, line] of markdown.split('\n').entries()) {
    if (line.startsWith('```')) inside = line === '```control';
    else if (inside && /^[→←] /.test(line)) {
      const direction = line.startsWith('→') ? '→' : '←';
      examples.push({ direction, text: line.slice(2), line: index + 1 });
    } else if (inside) {
      const last = examples.pop();
      if (last === undefined) throw new Error(`line ${index + 1}: continues nothing`);
      examples.push({ ...last, text: last.text + line.replace(/^ {3}/, '') });
    }
  }
  return examples;
}

type Line = Readonly<Record<string, unknown>>;
const examples = examplesOf(page).map((example) => ({
  ...example,
  value: JSON.parse(example.text) as Line,
}));
const commands = examples.filter(({ direction }) => direction === '→');
const fromTestee = examples.filter(({ direction }) => direction === '←');

/** The command that an answer of the page belongs to: the last one before it with its id. */
function commandOf(answer: (typeof examples)[number]): string {
  const id = answer.value['id'];
  const before = commands.filter(({ value, line }) => value['id'] === id && line < answer.line);
  return String(before.at(-1)?.value['cmd']);
}

describe('the examples of the page', () => {
  it.each(commands)('line $line: $text', ({ value }) => {
    if (value['cmd'] === 'teleport') return;
    expect(checkCommand(value)).toEqual([]);
  });

  it.each(fromTestee)('line $line: $text', (example) => {
    const { value } = example;
    const faults = 'ev' in value ? checkEvent(value) : checkAnswer(commandOf(example), value);
    expect(faults).toEqual([]);
  });

  it('show every command, its answer, every event and every kind of error', () => {
    const shown = new Set(commands.map(({ value }) => value['cmd']));
    expect(commandNames().filter((name) => !shown.has(name))).toEqual([]);
    const answers = fromTestee.filter(({ value }) => value['ok'] === true).map(commandOf);
    expect(commandNames().filter((name) => !answers.includes(name))).toEqual([]);
    const events = new Set(fromTestee.map(({ value }) => value['ev']));
    expect(eventNames().filter((name) => !events.has(name))).toEqual([]);
    const kinds = fromTestee.map(({ value }) => (value['error'] as Line | undefined)?.['kind']);
    expect(kinds).toEqual(expect.arrayContaining(['unsupported', 'invalid', 'failed']));
  });

  it('hold a resource as a string whose text is JSON', () => {
    const resources = page.match(/"resource":"(?:[^"\\]|\\.)*"/g) ?? [];
    expect(resources.length).toBeGreaterThan(5);
    for (const text of resources) {
      const { resource } = JSON.parse(`{${text}}`) as { resource: string };
      expect(JSON.parse(resource)).toHaveProperty('resourceType');
    }
  });
});

interface Schema {
  readonly $defs: Readonly<Record<string, Definition>>;
}
interface Definition {
  readonly properties?: Readonly<Record<string, Definition>>;
  readonly enum?: readonly (string | null)[];
  readonly items?: Definition;
}

function schema(name: string): Schema {
  const url = new URL(`conformance/schema/control-v1/${name}.json`, repository);
  return JSON.parse(readFileSync(url, 'utf8')) as Schema;
}

/** Names in code spans of a text. */
const codeSpans = new Set([...page.matchAll(/`([^`\n]+)`/g)].map((match) => match[1]));
const said = (name: string): boolean =>
  codeSpans.has(name) ||
  codeSpans.has(`types[].${name}`) ||
  examples.some(({ text }) => text.includes(`"${name}":`));

describe('the schemas', () => {
  it.each(['values', 'commands', 'answers', 'events'])(
    '%s: has no member that the page leaves out',
    (name) => {
      const members = new Set<string>();
      const visit = (definition: Definition): void => {
        for (const [member, inner] of Object.entries(definition.properties ?? {})) {
          members.add(member);
          visit(inner);
        }
        if (definition.items !== undefined) visit(definition.items);
      };
      Object.values(schema(name).$defs).forEach(visit);
      expect([...members].filter((member) => !said(member))).toEqual([]);
    },
  );

  it.each(['feature', 'strategy', 'release', 'result', 'mode', 'secretKind'])(
    'values: every %s is on the page',
    (name) => {
      const values = schema('values').$defs[name]?.enum ?? [];
      expect(values.length).toBeGreaterThan(1);
      expect(values.filter((value) => value !== null && !codeSpans.has(value))).toEqual([]);
    },
  );

  it('values: outcomes are those of the registry, and OTHER', () => {
    const text = readFileSync(new URL('proto/fhirpeersync/v1/session.proto', repository), 'utf8');
    const names = [...text.matchAll(/^ {2}OUTCOME_(\w+) = \d+;/gm)].map((match) => match[1]);
    const expected = [...names.filter((name) => name !== 'UNSPECIFIED'), 'OTHER'];
    expect(schema('values').$defs['outcome']?.enum).toEqual(expected);
  });
});
