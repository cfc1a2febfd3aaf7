// A transcript in the kit's words is a flow that the kit takes.
import { describe, expect, it } from 'vitest';
import { checkFile } from '../../conformance/src/cases/case-schema.ts';
import { kitFlowOf } from './kit-flow.ts';
import { mutations } from './mutations.ts';
import { roles } from './moves.ts';
import { firstBreach, mutationNamed, rulesWith } from './runs.ts';
import { transcriptOf } from './transcript.ts';

const transcriptFor = (name: string) => {
  const mutation = mutationNamed(name);
  const caught = firstBreach(rulesWith(mutation), mutation.needsLiar);
  if (caught === undefined) throw new Error(`nothing catches "${name}"`);
  return transcriptOf(caught, name);
};

describe('PSP-STATE-1 counter-examples as flows of the kit', () => {
  const names = [
    'Ack before durable',
    'Receipt goes out when Complete arrives',
    'who cancels closes at once',
    'a sender resumes one entry too far',
  ];
  it.each(names)('%s: both sides of it are flows', (name) => {
    expect(mutations.map((mutation) => mutation.name)).toContain(name);
    const transcript = transcriptFor(name);
    for (const role of roles) {
      const { flow } = kitFlowOf(transcript, role);
      expect(checkFile('flows', { flows: { found: flow } })).toEqual([]);
    }
  });

  it('tells what it leaves out, and keeps the order of messages', () => {
    const transcript = transcriptFor('Ack before durable');
    const steps = [...transcript.steps, 'receiver TIMEOUT'];
    const { flow, leftOut } = kitFlowOf({ ...transcript, steps }, 'receiver');
    expect(leftOut).toEqual(['receiver TIMEOUT']);
    expect(flow.steps.map(({ send, expect: awaited }) => send ?? awaited)).toEqual([
      ...['Initiate', 'Accept', 'Confirm', 'Confirm', 'Identity', 'Request', 'Offer', 'Payload'],
    ]);
  });
});
