// How actions and settings are drawn. Knows what is likely to lead somewhere, and nothing of what
// must hold.
import fc from 'fast-check';
import type { Behaviour, Fault } from '../testing/fhir-server/behaviour.ts';
import type { Action, EditPlan, FaultPlan } from './actions.ts';
import { shown } from './actions.ts';
import { editKinds } from './content.ts';
import { perform } from './deeds.ts';
import { strategyNames } from './strategies.ts';
import { resourceNames, type Setting, type World } from './world.ts';

const device = fc.nat(11);
const pick = fc.nat(7);
const resource = fc.constantFrom(...resourceNames);
const kind = fc.constantFrom(...editKinds);
const editPlan: fc.Arbitrary<EditPlan> = fc.record({ resource, kind, pick });
/** Undefined `of - 1` times of `of`. */
const seldom = <T>(arbitrary: fc.Arbitrary<T>, of: number): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: of - 1, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });

const fault: fc.Arbitrary<Fault> = fc.oneof(
  fc.constant<Fault>({ kind: 'lost-response' }),
  fc.constantFrom<Fault>({ kind: 'lost-request' }, { kind: 'lost-response' }, { kind: 'no-etag' }),
  fc
    .constantFrom(409, 412, 422, 429, 500)
    .map((status): Fault => ({ kind: 'answer', status, diagnostics: 'a fault' })),
);
const faultPlan: fc.Arbitrary<FaultPlan> = fc.record({
  fault,
  of: fc.constantFrom('writes', 'writes', 'writes', 'reads'),
  times: fc.integer({ min: 1, max: 3 }),
});
const faults = fc.oneof(
  { weight: 2, arbitrary: fc.constant<FaultPlan[]>([]) },
  { weight: 3, arbitrary: fc.array(faultPlan, { minLength: 1, maxLength: 2 }) },
);

const direction = fc.constantFrom('aToB' as const, 'bToA' as const);
const session = fc.record({
  cut: seldom(
    fc.record({
      direction,
      // A whole session has 600 to some 4 000 octets in the one direction, 500 in the other.
      octets: fc.oneof(fc.nat(700), fc.integer({ min: 500, max: 4_000 })),
      as: fc.constantFrom('error' as const, 'end' as const),
    }),
    2,
  ),
  loseReceipt: fc.constantFrom(false, false, false, false, false, true),
  fragment: seldom(fc.integer({ min: 50, max: 900 }), 5),
  meanwhile: seldom(
    fc.record({
      where: fc.constantFrom('sender' as const, 'receiver' as const),
      direction,
      after: fc.integer({ min: 2, max: 7 }),
      resource,
      kind,
      pick,
    }),
    4,
  ),
});

/** Parts of a run that a property may leave out. */
export interface Choice {
  /** Device numbers that may edit and upload; default any. */
  readonly editors?: fc.Arbitrary<number>;
  /** Meetings in one direction only, from the first device to the second. */
  readonly oneWay?: boolean;
  /** Without faults, races, restores and merges: what happens depends on the edits alone. */
  readonly plain?: boolean;
}

function meetings({ oneWay = false, plain = false }: Choice): fc.Arbitrary<Action> {
  return fc.record({
    do: fc.constant('meet' as const),
    from: oneWay ? fc.constant(0) : device,
    to: oneWay ? fc.constant(0) : device,
    mode: fc.constantFrom('cursor' as const, 'cursor' as const, 'cursor' as const, 'full' as const),
    type: seldom(fc.constantFrom('Patient', 'Observation'), 5),
    entriesMax: fc.integer({ min: 1, max: 3 }),
    strategy: seldom(
      fc.constantFrom(...(plain ? (['theirs', 'ours'] as const) : strategyNames)),
      3,
    ),
    session: plain ? fc.constant(undefined) : seldom(session, 3),
    cutAfter: seldom(fc.nat(2), 5),
    then: fc.constantFrom(
      ...(oneWay ? [] : (['meet back'] as const)),
      'nothing',
      'nothing',
      'nothing',
      'meet again',
      'deliver again',
    ),
  });
}

function uploads({ editors = device, plain = false }: Choice): fc.Arbitrary<Action> {
  const usually = <T>(arbitrary: fc.Arbitrary<T>, otherwise: T): fc.Arbitrary<T> =>
    plain ? fc.constant(otherwise) : arbitrary;
  const meanwhile = fc.oneof(editPlan, fc.record({ meets: device }));
  return fc.record({
    do: fc.constant('upload' as const),
    device: editors,
    entriesMax: fc.constantFrom(1, 2, 50),
    strategy: usually(seldom(fc.constantFrom(...strategyNames), 3), undefined),
    faults: usually(faults, []),
    meanwhile: usually(seldom(meanwhile, 4), undefined),
    before: usually(seldom(editPlan, 6), undefined),
  });
}

/** Any action, as often as it is likely to matter. */
export function actions(choice: Choice = {}): fc.Arbitrary<Action> {
  const { editors = device, plain = false } = choice;
  const clockSteps = fc.constantFrom(0, 1, 1_000, -1_000, 86_400_000, -86_400_000);
  const common: fc.MaybeWeightedArbitrary<Action>[] = [
    {
      weight: 12,
      arbitrary: fc.record({ do: fc.constant('edit'), device: editors, resource, kind, pick }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('remove'), device: editors, resource }) },
    { weight: 14, arbitrary: meetings(choice) },
    { weight: 7, arbitrary: uploads(choice) },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant('elsewhere'),
        resource,
        kind: fc.oneof(
          { weight: 7, arbitrary: kind },
          { weight: 1, arbitrary: fc.constant('delete') },
        ),
        pick,
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant('download'),
        device: editors,
        faults: plain ? fc.constant([]) : faults,
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('clock'), device, ms: clockSteps }) },
  ];
  const more: fc.MaybeWeightedArbitrary<Action>[] = [
    { weight: 1, arbitrary: fc.record({ do: fc.constant('back up'), device }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('restore'), device, pick }) },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant('resolve'),
        device,
        pick,
        take: fc.constantFrom('theirs', 'ours', 'merge, else defer'),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('deliver again'), pick: fc.nat(50) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('play again') }) },
  ];
  return fc.oneof<fc.MaybeWeightedArbitrary<Action>[]>(...common, ...(plain ? [] : more));
}

const usual: fc.Arbitrary<Partial<Behaviour>> = fc.record({
  etags: fc.constantFrom('weak', 'weak', 'strong', 'none'),
  createOnly: fc.boolean(),
  patchInBundles: fc.boolean(),
  representation: fc.boolean(),
  history: fc.constantFrom(true, true, true, false),
  bundleEntriesMax: fc.constantFrom(1, 2, 100),
  // 0: all that is written stands under one instant.
  clockStepMs: fc.constantFrom(1_000, 1_000, 1_000, 1, 0),
});

/** How a run is set up. */
export function settings(
  replicas: fc.Arbitrary<number>,
  choice: Choice = {},
): fc.Arbitrary<Setting> {
  const { plain = false } = choice;
  const strategies = plain ? (['theirs', 'ours'] as const) : strategyNames;
  return fc.record({
    replicas,
    seed: fc.noShrink(fc.nat()),
    stores: plain
      ? fc.constant('memory')
      : fc.oneof(
          { weight: 9, arbitrary: fc.constant('memory') },
          { weight: 1, arbitrary: fc.constant('sqlite') },
        ),
    meeting: fc.constantFrom(...strategies),
    upload: fc.constantFrom(...(plain ? (['defer'] as const) : strategyNames)),
    squash: fc.constantFrom('concatenate', 'concatenate', 'diff'),
    prepared: fc.nat(3),
    server: plain ? fc.constant({}) : usual,
  });
}

/** An action as a command of a model-based test. The ledger of the world is the model. */
export class ActionCommand implements fc.AsyncCommand<object, World> {
  readonly action: Action;

  constructor(action: Action) {
    this.action = action;
  }

  check(): boolean {
    return true;
  }

  async run(_model: object, world: World): Promise<void> {
    await perform(world, this.action);
    await world.check();
  }

  toString(): string {
    return shown(this.action);
  }
}
