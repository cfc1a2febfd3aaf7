// What is aimed at: ratios within one run, and bounds. A benchmark tells whether they are met; no
// test fails by them.
import type { ScenarioRun } from './run.ts';
import { figuresOf, ratioOf, type Figure } from './statistics.ts';

interface RatioTarget {
  readonly text: string;
  readonly over: string;
  readonly under: string;
  readonly figure: string;
  readonly atLeast?: number;
  readonly atMost?: number;
}

interface BoundTarget {
  readonly text: string;
  readonly of: string;
  readonly figure: string;
  readonly atLeast?: number;
  readonly atMost?: number;
}

const rate = 'resourcesPerSecond';

const sideOf = (figure: string): string => (figure === 'senderRssMb' ? 'sender' : 'receiver');

const ratios: readonly RatioTarget[] = [
  {
    text: 'sealed and durable, against the same rows into SQLite alone',
    over: 'protocol',
    under: 'sqlite',
    figure: rate,
    atLeast: 0.8,
  },
  {
    text: 'without deflate, against the same rows into SQLite alone',
    over: 'protocol-identity',
    under: 'sqlite',
    figure: rate,
    atLeast: 0.8,
  },
  ...(
    [
      ['newline JSON as planned', 'ndjson', 8],
      ['FHIR Bundles', 'bundles', 2],
      ['gRPC', 'grpc', 2],
      ['PouchDB', 'pouchdb', 2],
    ] as const
  ).map(([text, under, atLeast]) => ({
    text: `against ${text}`,
    over: 'protocol',
    under,
    figure: rate,
    atLeast,
  })),
  {
    text: 'octets without deflate, against those with it',
    over: 'protocol-identity',
    under: 'protocol',
    figure: 'wireOctets',
    atLeast: 4,
  },
  ...(['senderRssMb', 'receiverRssMb'] as const).map((figure) => ({
    text: `peak memory of the ${sideOf(figure)}, 1 M against 100 k`,
    over: 'memory-1000k',
    under: 'memory-100k',
    figure,
    atMost: 1.1,
  })),
];

const bounds: readonly BoundTarget[] = [
  { text: 'handshake, ms', of: 'handshake', figure: 'handshakeMs', atMost: 50 },
  {
    text: 'session with nothing new, ms',
    of: 'repeat-nothing',
    figure: 'sessionMs',
    atMost: 1_000,
  },
  {
    text: 'first entry after a cut, ms',
    of: 'resume',
    figure: 'firstEntryMs',
    atMost: 1_000,
  },
  ...['memory-100k', 'memory-1000k'].flatMap((of) =>
    ['senderRssMb', 'receiverRssMb'].map((figure) => ({
      text: `peak memory of ${of}, ${sideOf(figure)}, MB`,
      of,
      figure,
      atMost: 150,
    })),
  ),
  ...['link-1-mbit', 'link-1-mbit-identity', 'link-20-mbit', 'link-20-mbit-identity'].map((of) => ({
    text: `share of the link's rate, ${of.slice(5)}`,
    of,
    figure: 'linkUse',
    atLeast: 0.9,
  })),
];

/** A target and what the run shows of it. */
export interface Verdict {
  readonly text: string;
  /** For people: `≥ 0.8`. */
  readonly wanted: string;
  readonly figure: Figure;
  readonly isMet: boolean;
}

/** What a run shows of the targets; those of which it shows nothing are left out. */
export function verdictsOf(runs: readonly ScenarioRun[]): Verdict[] {
  const run = (name: string): ScenarioRun | undefined =>
    runs.find(({ scenario, samples }) => scenario.name === name && samples.length > 0);
  const ofRatios = ratios.map((target): [RatioTarget, Figure | undefined] => {
    const [over, under] = [run(target.over), run(target.under)];
    const isBoth = over !== undefined && under !== undefined;
    return [target, isBoth ? ratioOf(over, under, target.figure) : undefined];
  });
  const ofBounds = bounds.map((target): [BoundTarget, Figure | undefined] => {
    const found = run(target.of);
    return [target, found && figuresOf(found)[target.figure]];
  });
  return [...ofRatios, ...ofBounds].flatMap(([target, figure]) => {
    if (figure === undefined) return [];
    const { text, atLeast = -Infinity, atMost = Infinity } = target;
    const wanted = Number.isFinite(atLeast) ? `≥ ${atLeast}` : `≤ ${atMost}`;
    return [{ text, wanted, figure, isMet: figure.median >= atLeast && figure.median <= atMost }];
  });
}
