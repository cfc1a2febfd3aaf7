// Every scenario, in the order of a run: those that are compared stand side by side.
import type { Scenario } from './scenario.ts';
import { hubScenarios } from './scenarios/hub.ts';
import { largeScenarios } from './scenarios/large.ts';
import { linkScenarios } from './scenarios/links.ts';
import { otherScenarios } from './scenarios/others.ts';
import { protocolScenarios } from './scenarios/protocol.ts';

/** Every scenario there is. */
export const scenarios: readonly Scenario[] = [
  ...protocolScenarios.slice(0, 2),
  ...otherScenarios,
  ...protocolScenarios.slice(2),
  ...hubScenarios,
  ...linkScenarios,
  ...largeScenarios,
];
