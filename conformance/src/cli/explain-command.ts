// `explain`: a case with the sentences behind it and what is played, or a sentence with its cases.
import { stringify } from 'yaml';
import type { Case, ExpectedEnding, Store } from '../cases/case.ts';
import { requirementOf, type Requirement } from '../cases/requirements.ts';
import type { Step } from '../peer/script.ts';
import { toHex } from '../wire/octets.ts';
import { everyCase } from './case-choice.ts';
import { misuse } from './failure.ts';
import type { Screen } from './screen.ts';

const indent = (text: string, by = 2): string => text.replace(/^(?=.)/gm, ' '.repeat(by));

function sentenceText(screen: Screen, { id, level, actor, text, path }: Requirement): string {
  const head = `${screen.mark('bold', id)} ${level}, ${actor}, ${path}`;
  return `${head}\n${indent(text)}`;
}

function endingText(ending: ExpectedEnding): string {
  if (ending.kind === 'close') return 'closes the connection';
  const name = ending.kind === 'abort' ? 'Abort' : 'Reject';
  return `sends ${name} ${ending.codes.join(' or ')}`;
}

const endingsText = (endings: readonly ExpectedEnding[]): string =>
  endings.map(endingText).join(', or ');

/** Octets as text: what is printed is for people. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return `hex:${toHex(value)}`;
  if (typeof value === 'bigint') return value.toString();
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)]));
}

function stepText(screen: Screen, step: Step, changed: string | undefined): string {
  const { id, do: verb, ...rest } = step;
  const subject = 'message' in rest ? ` ${rest.message}` : '';
  const others = Object.entries(rest).filter(([name]) => name !== 'message');
  const more =
    others.length === 0
      ? ''
      : `\n${indent(stringify(plain(Object.fromEntries(others)), { lineWidth: 96 }).trimEnd(), 6)}`;
  const who = verb === 'expect' || verb === 'closed' || verb === 'event' ? '← ' : '→ ';
  const mark = id === changed ? screen.mark('yellow', '  * the change is here') : '';
  return `  ${who}${verb}${subject} ${screen.mark('dim', `(${id})`)}${mark}${more}`;
}

function expectedText(expectation: Case['expectation']): string {
  switch (expectation.kind) {
    case 'continues':
      return 'The session goes on to its end.';
    case 'refuses':
      return `The testee refuses reset as invalid because of ${expectation.field}.`;
    case 'ends':
      return `The testee ${endingsText(expectation.endings)}.`;
    case 'continues-or-ends':
      return `The session goes on, or the testee ${endingsText(expectation.endings)}.`;
  }
}

/** What the testee holds at the beginning. */
function storeText({ entries, cursors = [] }: Store): string[] {
  if (entries.length + cursors.length === 0) return ['  The testee holds nothing.'];
  const held = { entries, ...(cursors.length === 0 ? {} : { cursors }) };
  const text = stringify(plain(held), { lineWidth: 96 }).trimEnd();
  return ['  The testee holds:', indent(text, 6)];
}

function caseText(screen: Screen, one: Case): string {
  const { id, title, role, family, level, script, twin, changedStep, expectation, results } = one;
  const sentences = one.requirements.flatMap((name) => requirementOf(name) ?? []);
  const expected = expectedText(expectation);
  const params = stringify(plain(script.params), { lineWidth: 96 }).trimEnd();
  return [
    `${screen.mark('bold', id)} ${title}`,
    `The testee is ${role}; family ${family}, ${level}; deliveries ${one.deliveries.join(', ')}`,
    ...(one.untestable === undefined ? [] : [`Untestable: ${one.untestable}`]),
    ...(one.needs.length === 0 ? [] : [`Needs ${one.needs.join(', ')}`]),
    '',
    ...sentences.map((sentence) => sentenceText(screen, sentence)),
    '',
    `Played: flow ${script.flow}, params ${params}`,
    ...storeText(script.store),
    ...script.steps.map((step) => stepText(screen, step, changedStep)),
    '',
    `Expected: ${expected}`,
    `Reported: ${results.length === 0 ? 'anything but completed' : results.join(' or ')}`,
    ...(one.breaks.length === 0 ? [] : [`The kit breaks on purpose: ${one.breaks.join(', ')}`]),
    ...(twin === undefined ? [] : ['Its valid twin, without the change, is played first.']),
  ].join('\n');
}

function requirementText(screen: Screen, sentence: Requirement): string {
  const { id } = sentence;
  const cases = everyCase().filter((one) => one.requirements.includes(id));
  const proving = cases.filter(({ requirements: [first] }) => first === id);
  const rest = cases.filter((one) => !proving.includes(one));
  const line = ({ id: name, title }: Case): string => `  ${name}  ${title}`;
  return [
    sentenceText(screen, sentence),
    '',
    proving.length === 0 ? 'No case proves it.' : 'Proven by:',
    ...proving.map(line),
    ...(rest.length === 0 ? [] : ['Touched by:', ...rest.map(line)]),
  ].join('\n');
}

/**
 * Explains a case or a requirement.
 *
 * @throws CommandFailure for an id that there is not.
 */
export function explain(screen: Screen, name: string): void {
  const id = name.toUpperCase();
  const sentence = requirementOf(id);
  if (sentence !== undefined) {
    screen.print(requirementText(screen, sentence));
    return;
  }
  const found = everyCase().find((one) => one.id === id);
  if (found === undefined) {
    const next = 'Ids look like RCV-0001, SND-0001 or PSP-PAY-2; see them with `list`.';
    throw misuse(`There is no case and no requirement ${name}.`, next);
  }
  screen.print(caseText(screen, found));
}
