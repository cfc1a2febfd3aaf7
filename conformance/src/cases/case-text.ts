// One case from its text: level, expectation, results and the rest, with their defaults. It reads
// no file and plays nothing.
import type { Result, Role } from '../control/values.ts';
import { deliveries } from '../peer/delivery.ts';
import { errorRegistry } from '../wire/error-registry.ts';
import type { CaseText, ExpectText, FlowText } from './case-file.ts';
import type { Case, Expectation, ExpectedEnding, Script } from './case.ts';
import { CaseTextError } from './case-text-error.ts';
import type { DataSet } from './data-set.ts';
import { changedScript, prefixOf, scriptOf } from './expansion.ts';
import { requirementOf } from './requirements.ts';
import { checkNames } from './step-text.ts';

/** What a case is read against. */
export interface CaseContext {
  readonly family: string;
  readonly role: Role;
  readonly draft?: string | undefined;
  readonly flows: ReadonlyMap<string, FlowText>;
  readonly data: DataSet;
}

const list = <T>(value: T | readonly T[] | undefined): readonly T[] =>
  value === undefined ? [] : ([value].flat() as readonly T[]);

function levelOf({ requirements: [proved = ''], level }: CaseText): Case['level'] {
  const found = requirementOf(proved)?.level;
  if (found === 'MAY') {
    if (level !== undefined) return level;
    const message = `${proved} is a MAY: say with level what its other side has to do`;
    throw new CaseTextError('level', message);
  }
  if (level !== undefined) {
    throw new CaseTextError('level', `${proved} says the level itself; leave it out`);
  }
  return found?.startsWith('SHOULD') === true ? 'SHOULD' : 'MUST';
}

function checkRequirements(ids: readonly string[], field: string): void {
  const unknown = ids.find((id) => requirementOf(id) === undefined);
  if (unknown === undefined) return;
  throw new CaseTextError(field, `the specification has no ${unknown}; correct the id`);
}

function endingOf(kind: 'abort' | 'reject', codes: readonly string[]): ExpectedEnding {
  const wrong = codes.find((code) => errorRegistry[code]?.scope !== 'session');
  if (wrong === undefined) return { kind, codes };
  throw new CaseTextError(`expect.${kind}`, `no error code of a session is named ${wrong}`);
}

function expectationOf(expect: ExpectText = { continues: true }): Expectation {
  const { continues, abort, reject, closes, refused } = expect;
  const endings: ExpectedEnding[] = [
    ...(abort === undefined ? [] : [endingOf('abort', list(abort))]),
    ...(reject === undefined ? [] : [endingOf('reject', list(reject))]),
    ...(closes === undefined ? [] : [{ kind: 'close' } as const]),
  ];
  if (refused !== undefined) {
    const alone = continues === undefined && endings.length === 0;
    if (alone) return { kind: 'refuses', field: refused };
    throw new CaseTextError('expect', 'a reset that is refused is followed by nothing');
  }
  if (continues === undefined) return { kind: 'ends', endings };
  if (endings.length === 0) return { kind: 'continues' };
  return { kind: 'continues-or-ends', endings };
}

function resultsOf({ result }: CaseText, expectation: Expectation): readonly Result[] {
  if (result !== undefined) return list(result);
  // Whatever it chose; nothing was run where reset was refused.
  return expectation.kind === 'continues' ? ['completed'] : [];
}

function scriptsOf(
  text: CaseText,
  expectation: Expectation,
  context: CaseContext,
): Pick<Case, 'script' | 'twin' | 'changedStep'> {
  const flow = context.flows.get(text.flow ?? '');
  if (flow === undefined) {
    throw new CaseTextError('flow', `there is no flow ${text.flow ?? ''}; add it to flows/`);
  }
  if (flow.role !== context.role) {
    throw new CaseTextError('flow', `in ${text.flow ?? ''} the testee is the ${flow.role}`);
  }
  const valid = scriptOf(text.flow ?? '', flow, text.with ?? {}, context.data);
  if (text.mutate === undefined) return { script: valid };
  const { at, serverUrl } = text.mutate;
  if ((expectation.kind === 'refuses') !== (serverUrl !== undefined && at === 'reset')) {
    const message = 'serverUrl is changed at reset, and refused there; write both or neither';
    throw new CaseTextError('mutate', message);
  }
  if (serverUrl !== undefined) {
    const script = { ...valid, badServerUrl: serverUrl, steps: [] };
    return { script, twin: valid, changedStep: 'reset' };
  }
  const ends = expectation.kind === 'ends';
  const changed = changedScript(valid, text.mutate, ends, context.data);
  return { ...changed, twin: valid };
}

/** A field of a message, or something else that sessions are compared by. */
function checkPath(path: string): void {
  const [name = '', field = ''] = path.split('.');
  if (name === 'code' || name === 'grease') return;
  checkNames(name, [field], 'differs');
}

type Words = Pick<Case, 'outcomes' | 'sends' | 'tells' | 'differs' | 'conceals' | 'says'>;

function wordsOf(text: CaseText): Words {
  const { outcomes, sends, tells, differs, conceals, says } = text;
  for (const path of differs ?? []) checkPath(path);
  const lists = Object.entries(outcomes ?? {}).map(([at, value]) => [at, list(value)] as const);
  return {
    ...(outcomes === undefined ? {} : { outcomes: Object.fromEntries(lists) }),
    ...(sends === undefined ? {} : { sends: sends.toSorted() }),
    ...(tells === undefined ? {} : { tells }),
    ...(differs === undefined ? {} : { differs }),
    ...(conceals === undefined ? {} : { conceals }),
    ...(says === undefined ? {} : { says }),
  };
}

function nothing(role: Role): Script {
  const empty = { store: { entries: [] }, params: {}, shown: [], steps: [] };
  return { flow: 'none', role, ...empty, secret: null, serverUrl: '', listen: false };
}

/**
 * A case from its text.
 *
 * @throws CaseTextError for what contradicts the specification, the flow or the data.
 */
export function caseOf(text: CaseText, context: CaseContext): Case {
  const { family, role, draft } = context;
  if (!text.id.startsWith(prefixOf[role])) {
    throw new CaseTextError('id', `ids of a testee that is ${role} begin with ${prefixOf[role]}`);
  }
  checkRequirements(text.requirements, 'requirements');
  checkRequirements(text.breaks ?? [], 'breaks');
  const expectation = expectationOf(text.expect);
  const flow = context.flows.get(text.flow ?? '');
  const { store = 'model' } = text;
  return {
    id: text.id,
    title: text.title,
    family,
    role,
    requirements: text.requirements,
    level: levelOf(text),
    needs: [...new Set([...(flow?.needs ?? []), ...(text.needs ?? [])])],
    ...(text.untestable === undefined
      ? scriptsOf(text, expectation, context)
      : { script: nothing(role), untestable: text.untestable }),
    breaks: text.breaks ?? [],
    expectation,
    results: resultsOf(text, expectation),
    store: store === 'model' ? { kind: 'model' } : { kind: 'any', why: store.any },
    ...wordsOf(text),
    deliveries: text.deliveries ?? deliveries,
    ...(text.profile === undefined ? {} : { profile: text.profile }),
    ...(text.patienceMs === undefined ? {} : { patienceMs: text.patienceMs }),
    ...(text.cell === undefined ? {} : { cell: text.cell }),
    ...(draft === undefined ? {} : { draft }),
  };
}
