// How walks are drawn and shrunk: short, plain and faultless is smaller. A testee is asked only for
// what it says that it can do.
import * as fc from 'fast-check';
import { deliveries } from '../peer/delivery.ts';
import { wildNames } from '../wire/wild-encodings.ts';
import { spaceSizes } from './small-space.ts';
import { sealWays } from './walk-fault.ts';
import type {
  Abilities,
  AnyEntry,
  EditPick,
  EntryPick,
  LocalEdit,
  PayloadPick,
  SessionEnd,
  Spice,
  Walk,
  WalkFault,
  WalkSession,
} from './walk.ts';

const below = (count: number): fc.Arbitrary<number> => fc.nat(count - 1);
const far = below(1_000);
/** True once in so many times; shrinks to false. */
const rarely = (times: number): fc.Arbitrary<boolean> => below(times).map((n) => n === times - 1);

const editPick: fc.Arbitrary<EditPick> = fc.record({
  author: below(spaceSizes.authors),
  kind: below(spaceSizes.kinds),
});

const entryPick: fc.Arbitrary<EntryPick> = fc.record({
  resource: below(spaceSizes.resources),
  version: below(spaceSizes.versions),
  isDated: fc.boolean(),
  edits: fc.array(editPick, { maxLength: 3 }),
  by: below(spaceSizes.authors),
  deletedBy: fc.option(below(spaceSizes.authors), { freq: 5 }),
  absorbed: fc.array(editPick, { maxLength: 2 }),
});

const anyEntry: fc.Arbitrary<AnyEntry> = fc.oneof(
  { arbitrary: fc.record({ drawn: entryPick }), weight: 4 },
  { arbitrary: fc.record({ listed: far }), weight: 1 },
);

const spice: fc.Arbitrary<Spice> = fc.record({
  at: below(20),
  kind: fc.constantFrom('wild', 'ignorable', 'keep-alive', 'unknown-field', 'filled'),
  wild: fc.constantFrom(...wildNames),
  number: far,
});

const localEdit: fc.Arbitrary<LocalEdit> = fc.record({
  op: fc.constantFrom('create', 'update', 'delete', 'import'),
  resource: below(2),
  value: below(3),
});

function sessionEnd({ features }: Abilities): fc.Arbitrary<SessionEnd> {
  const kinds = ['cut', 'broken', ...(features.includes('open') ? (['killed'] as const) : [])];
  return fc.oneof(
    { arbitrary: fc.constant<SessionEnd>({ kind: 'complete' }), weight: 3 },
    {
      arbitrary: fc.record({
        kind: fc.constantFrom(...(kinds as ('cut' | 'broken' | 'killed')[])),
        at: far,
      }),
      weight: 2,
    },
  );
}

function payload({ hasDeflate }: Abilities): fc.Arbitrary<PayloadPick> {
  return fc.record({
    entries: fc.array(anyEntry, { maxLength: 4 }),
    isDeflated: hasDeflate ? rarely(4) : fc.constant(false),
    isAwaited: fc.boolean(),
    hasCursor: fc.boolean(),
  });
}

function session(abilities: Abilities): fc.Arbitrary<WalkSession> {
  const { features, roles, strategies, modes, hasDeflate } = abilities;
  const mode = fc.constantFrom(
    ...(['FULL', 'CURSOR'] as const).filter((name) => modes.includes(name)),
  );
  const common = {
    spices: fc.array(spice, { maxLength: 3 }),
    end: sessionEnd(abilities),
    isGreased: features.includes('grease') ? rarely(5) : fc.constant(false),
    edits: features.includes('edit') ? fc.array(localEdit, { maxLength: 2 }) : fc.constant([]),
    mode,
    isNarrow: rarely(5),
  };
  const receiving = fc.record({
    role: fc.constant('receiver' as const),
    ...common,
    strategy: fc.constantFrom(...strategies),
    isResumed: fc.boolean(),
    window: features.includes('window') ? below(3) : fc.constant(0),
    payloads: fc.array(payload(abilities), { maxLength: 4 }),
  });
  const sending = fc.record({
    role: fc.constant('sender' as const),
    ...common,
    cursor: fc.constantFrom('none' as const, 'Payload.cursor' as const, 'Complete.cursor' as const),
    isPiecemeal: fc.boolean(),
    isDeflated: hasDeflate ? rarely(4) : fc.constant(false),
    window: fc.integer({ min: 1, max: 4 }),
    awaited: below(4),
  });
  return fc.oneof(
    ...(roles.includes('receiver') ? [{ arbitrary: receiving, weight: 3 }] : []),
    ...(roles.includes('sender') ? [{ arbitrary: sending, weight: 2 }] : []),
  );
}

/** Nothing is sent in it, and all goes well. */
function plainSession({ roles, modes, strategies }: Abilities): WalkSession {
  const common = {
    spices: [],
    end: { kind: 'complete' },
    isGreased: false,
    edits: [],
    mode: modes.includes('FULL') ? 'FULL' : 'CURSOR',
    isNarrow: false,
  } as const;
  const sending = { cursor: 'none', isPiecemeal: false, isDeflated: false, awaited: 0 } as const;
  if (!roles.includes('receiver')) return { role: 'sender', ...common, ...sending, window: 4 };
  const [strategy = 'theirs'] = strategies;
  return { role: 'receiver', ...common, strategy, isResumed: false, window: 0, payloads: [] };
}

const fault: fc.Arbitrary<WalkFault> = fc.oneof(
  {
    arbitrary: fc.record({ kind: fc.constant('event' as const), at: far, message: far }),
    weight: 4,
  },
  {
    arbitrary: fc.record({
      kind: fc.constant('seal' as const),
      at: far,
      how: fc.constantFrom(...sealWays),
    }),
    weight: 2,
  },
  {
    arbitrary: fc.record({
      kind: fc.constant('cut' as const),
      at: far,
      octets: fc.integer({ min: 1, max: 20 }),
      isReset: fc.boolean(),
    }),
    weight: 1,
  },
  { arbitrary: fc.record({ kind: fc.constant('form' as const), at: far, way: far }), weight: 1 },
  { arbitrary: fc.record({ kind: fc.constant('field' as const), at: far }), weight: 1 },
  { arbitrary: fc.record({ kind: fc.constant('entry' as const), at: far, way: far }), weight: 1 },
);

/** Walks for a testee with these abilities. */
export function walks(abilities: Abilities): fc.Arbitrary<Walk> {
  return fc.noBias(
    fc.record({
      seed: fc.array(entryPick, { maxLength: 4 }),
      // An empty list, so that any session may be left out, stands for the plainest one.
      sessions: fc
        .array(session(abilities), { maxLength: 4 })
        .map((list) => (list.length === 0 ? [plainSession(abilities)] : list)),
      fault: fc.option(fault, { freq: 2 }),
      delivery: fc.constantFrom(...deliveries),
    }),
  );
}
