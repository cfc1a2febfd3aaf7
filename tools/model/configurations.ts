// The bounds within which the model is explored: those of every test run, and one that is made from
// numbers given by hand.
import type { Configuration, Disturbance } from './world.ts';

/** The smallest bounds, on which the others build. */
export const plain: Configuration = {
  name: 'plain',
  entries: 2,
  writes: 0,
  sizes: [1],
  window: { payloads: 2, octets: 9 },
  holds: false,
  capacity: 1,
  versions: { sender: [1], receiver: [1] },
  chatter: 0,
  sessions: 'one',
  startsOver: false,
  disturbances: [],
};

const everything: readonly Disturbance[] = [
  'cut',
  'half-cut',
  'silence',
  'crash',
  'timeout',
  'cancel',
  'decline',
  'wrong-code',
  'fault',
  'refusal',
];

const of = (name: string, members: Partial<Configuration>): Configuration => ({
  ...plain,
  ...members,
  name,
});

/** What every run of the tests explores. */
export const configurations: readonly Configuration[] = [
  ...[1, 2, 3].flatMap((capacity) => [
    of(`calm, channel of ${capacity}, window of 2`, { capacity, entries: 3 }),
    of(`talkative, channel of ${capacity}`, { capacity, entries: 2, chatter: 1 }),
    of(`held, octets count, channel of ${capacity}`, {
      capacity,
      entries: 3,
      holds: true,
      sizes: [1, 3, 1],
      window: { payloads: 3, octets: 2 },
    }),
  ]),
  of('nothing to send', { entries: 0, holds: true, chatter: 1 }),
  of('versions 1 to 3 and 2 to 4', {
    entries: 1,
    versions: { sender: [1, 2, 3], receiver: [2, 3, 4] },
  }),
  of('no version in common', { entries: 1, versions: { sender: [2, 3], receiver: [1] } }),
  of('everything goes wrong, one entry', {
    entries: 1,
    sessions: 'many',
    disturbances: everything,
  }),
  of('people change their minds', {
    chatter: 1,
    entries: 1,
    disturbances: ['cancel', 'decline', 'wrong-code', 'fault', 'refusal'],
  }),
  of('cuts and crashes, resumed', {
    entries: 3,
    sessions: 'many',
    startsOver: true,
    disturbances: ['cut', 'crash'],
  }),
  of('work that ends too late', {
    entries: 1,
    writes: 1,
    sessions: 'many',
    startsOver: true,
    disturbances: ['cancel', 'late-work'],
  }),
];

/** A configuration by numbers, with everything that can go wrong. */
export function deepConfiguration(numbers: {
  readonly depth: number;
  readonly capacity: number;
  readonly window: number;
  readonly chatter: number;
}): Configuration {
  const { depth, capacity, window, chatter } = numbers;
  return of(`everything, ${depth} entries`, {
    entries: depth,
    capacity,
    chatter,
    window: { payloads: window, octets: 99 },
    sessions: 'many',
    startsOver: true,
    disturbances: everything,
  });
}
