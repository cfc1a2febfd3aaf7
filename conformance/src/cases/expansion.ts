// A case from its text: the flow with the case's own differences is the twin, the twin with the one
// change is what is played. It reads no file.
import type { Role } from '../control/values.ts';
import type { Step, Tampering } from '../peer/script.ts';
import { readTypedCode, readQrText } from '../security/access-code.ts';
import { octetsFromText } from '../wire/message-text.ts';
import { isFault } from '../fault.ts';
import type { ChangeText, FlowText, SecretText, StepText, WithText } from './case-file.ts';
import type { Script } from './case.ts';
import { CaseTextError } from './case-text-error.ts';
import type { DataSet } from './data-set.ts';
import { checkFields, stepOf } from './step-text.ts';

const defaultSecret = '417204934';
const defaultServer = 'https://fhir.example.org/r4';

/** A script with the one change in it. */
export interface Changed {
  readonly script: Script;
  readonly changedStep: string;
}

function secretsAmong(secret: SecretText): readonly string[] {
  const texts = typeof secret === 'string' ? [secret] : (secret ?? []);
  const good = texts.filter(
    (text) => !isFault(text.startsWith('FPSP1:') ? readQrText(text) : readTypedCode(text)),
  );
  return good.length > 0 ? good : [defaultSecret];
}

function namesSteps(steps: readonly StepText[], named: WithText): void {
  const ids = new Set(steps.map(({ id }) => id));
  const { entries = {}, rawEntries = {}, fields = {}, where = {} } = named;
  const { before = {}, after = {}, deflate = [], without = [] } = named;
  const lists = { entries, rawEntries, fields, where, before, after };
  const uses = Object.entries(lists).flatMap(([member, byStep]) =>
    Object.keys(byStep).map((id) => ({ member, id })),
  );
  const all = [
    ...uses,
    ...deflate.map((id) => ({ member: 'deflate', id })),
    ...without.map((id) => ({ member: 'without', id })),
  ];
  const wrong = all.find(({ id }) => !ids.has(id));
  if (wrong === undefined) return;
  const known = [...ids].join(', ');
  throw new CaseTextError(
    `with.${wrong.member}`,
    `there is no step ${wrong.id}; there are ${known}`,
  );
}

function ownStep(step: StepText, own: WithText): StepText {
  const { id } = step;
  const fields = own.fields?.[id];
  const where = own.where?.[id];
  return {
    ...step,
    ...(fields === undefined ? {} : { fields: { ...step.fields, ...fields } }),
    ...(where === undefined ? {} : { where }),
    ...(own.entries?.[id] === undefined ? {} : { entries: own.entries[id] }),
    ...(own.rawEntries?.[id] === undefined ? {} : { rawEntries: own.rawEntries[id] }),
    ...(own.deflate?.includes(id) === true ? { deflate: true } : {}),
  };
}

function ownSteps(flow: FlowText, own: WithText): StepText[] {
  namesSteps(flow.steps, own);
  return flow.steps.flatMap((step) => [
    ...(own.before?.[step.id] ?? []),
    ...(own.without?.includes(step.id) === true ? [] : [ownStep(step, own)]),
    ...(own.after?.[step.id] ?? []),
  ]);
}

function checkIds(steps: readonly { readonly id: string }[], field: string): void {
  const seen = new Set<string>();
  for (const { id } of steps) {
    if (seen.has(id)) throw new CaseTextError(field, `two steps have the id ${id}; rename one`);
    seen.add(id);
  }
}

/**
 * The valid session of a case.
 *
 * @throws CaseTextError for a step, an entry or a store that there is not.
 */
export function scriptOf(name: string, flow: FlowText, own: WithText, data: DataSet): Script {
  const texts = ownSteps(flow, own);
  checkIds(texts, 'with');
  const secret = own.secret === undefined ? (flow.secret ?? defaultSecret) : own.secret;
  const typed = flow.secret === null && own.secret === undefined ? null : secret;
  const clock = own.clock ?? flow.clock;
  const displayName = own.displayName ?? flow.displayName;
  const drafts = own.drafts ?? flow.drafts;
  return {
    flow: name,
    role: flow.role,
    store: data.store(own.store ?? flow.store),
    params: { ...flow.params, ...own.params },
    secret: typed,
    shown: own.shown ?? flow.shown ?? secretsAmong(typed),
    serverUrl: own.serverUrl ?? flow.serverUrl ?? defaultServer,
    ...(displayName === undefined ? {} : { displayName }),
    ...(clock === undefined ? {} : { clock }),
    listen: own.listen ?? flow.listen ?? false,
    ...((own.scans ?? flow.scans) === undefined ? {} : { scans: true }),
    ...(drafts === undefined ? {} : { drafts }),
    steps: texts.map((text) => stepOf(text, data)),
  };
}

function tamperingOf(change: ChangeText): Tampering | undefined {
  const { set, raw, append, wild, fill, length, seal, cut, flip } = change;
  if (set !== undefined) return { kind: 'set', fields: set };
  if (raw !== undefined) return { kind: 'raw', body: octetsFromText(raw) };
  if (append !== undefined) return { kind: 'append', octets: octetsFromText(append) };
  if (wild !== undefined) return { kind: 'wild', encoding: wild };
  if (fill !== undefined) return { kind: 'fill', octets: fill };
  if (length !== undefined) return { kind: 'length', octets: length };
  if (seal !== undefined) return { kind: 'seal', how: seal };
  if (cut !== undefined) return { kind: 'cut', ...cut };
  if (flip !== undefined) return { kind: 'flip', field: flip };
  return undefined;
}

function tampered(step: Step, change: ChangeText, data: DataSet): Step {
  if (step.do !== 'send') {
    const message = `step ${step.id} sends nothing; change one that does`;
    throw new CaseTextError('mutate.at', message);
  }
  if (change.set !== undefined) checkFields(step.message, change.set, 'mutate.set');
  const tamper = tamperingOf(change);
  if (tamper !== undefined) return { ...step, tamper };
  const { entries, rawEntries = [] } = change;
  const text: StepText = { id: step.id, send: step.message, rawEntries };
  const made = stepOf(entries === undefined ? text : { ...text, entries }, data);
  if (made.do !== 'send') throw new CaseTextError('mutate', 'only a Payload has entries');
  return {
    ...step,
    ...(entries === undefined ? {} : { entries: made.entries ?? [] }),
    ...(change.rawEntries === undefined ? {} : { rawEntries: made.rawEntries ?? [] }),
  };
}

/** Steps after a change that takes one out: what the testee would have said to it does not come. */
function withoutStep(steps: readonly Step[], index: number): { steps: Step[]; changed: Step } {
  const rest = steps.slice(index + 1);
  const next = rest.findIndex((step) => step.do === 'send' || step.do === 'close');
  const changed = rest[next];
  if (changed === undefined) {
    throw new CaseTextError('mutate.drop', 'nothing is sent after the dropped step');
  }
  return { steps: [...steps.slice(0, index), ...rest.slice(next)], changed };
}

function changedSteps(
  steps: readonly Step[],
  change: ChangeText,
  data: DataSet,
): { steps: readonly Step[]; changed: Step } {
  const index = steps.findIndex(({ id }) => id === change.at);
  const at = steps[index];
  if (at === undefined) {
    const known = steps.map(({ id }) => id).join(', ');
    throw new CaseTextError('mutate.at', `there is no step ${change.at}; there are ${known}`);
  }
  if (change.drop === true) return withoutStep(steps, index);
  const put = (change.before ?? change.after ?? []).map((text) => stepOf(text, data));
  const last = put.at(-1);
  if (last !== undefined) {
    const split = change.before === undefined ? index + 1 : index;
    return { steps: steps.toSpliced(split, 0, ...put), changed: last };
  }
  const changed =
    change.replace === undefined ? tampered(at, change, data) : stepOf(change.replace, data);
  return { steps: steps.toSpliced(index, 1, changed), changed };
}

/**
 * A script with its one change.
 *
 * @param ends - Whether the testee has to end the session there: nothing is played after it.
 * @throws CaseTextError for a step that there is not, or one that the change does not fit.
 */
export function changedScript(
  twin: Script,
  change: ChangeText,
  ends: boolean,
  data: DataSet,
): Changed {
  const { steps, changed } = changedSteps(twin.steps, change, data);
  checkIds(steps, 'mutate');
  const last = steps.indexOf(changed) + 1;
  return {
    script: { ...twin, steps: ends ? steps.slice(0, last) : steps },
    changedStep: changed.id,
  };
}

/** The letters that ids of a role's cases begin with. */
export const prefixOf: Readonly<Record<Role, string>> = { receiver: 'RCV', sender: 'SND' };
