// What testees can do, for tests that draw walks without one.
import type { Abilities } from '../walk.ts';

/** Everything. */
export const allAbilities: Abilities = {
  roles: ['sender', 'receiver'],
  strategies: ['theirs', 'ours', 'merge', 'defer'],
  modes: ['FULL', 'CURSOR', 'LAST_UPDATED'],
  features: ['open', 'edit', 'grease', 'window'],
  hasDeflate: true,
};

/** No more than has to be. */
export const fewAbilities: Abilities = {
  roles: ['receiver'],
  strategies: ['theirs'],
  modes: ['FULL'],
  features: [],
  hasDeflate: false,
};
