// Every property can fail: each fault built into tables or rules is caught by the property that has
// to catch it, and its counter-example plays again.
import { describe, expect, it } from 'vitest';
import { configurations } from './configurations.ts';
import { judgeWorld, properties } from './properties.ts';
import { mutations } from './mutations.ts';
import { firstBreach, mutationNamed, rulesWith } from './runs.ts';
import { play, transcriptOf } from './transcript.ts';

const caught = (name: string) => {
  const mutation = mutationNamed(name);
  const found = firstBreach(rulesWith(mutation), mutation.needsLiar);
  if (found === undefined) throw new Error(`nothing catches "${name}"`);
  return transcriptOf(found, name);
};

describe('PSP-STATE-1 faults of the tables and rules', () => {
  it.each(mutations)('$name: $caughtBy', ({ name, caughtBy }) => {
    const transcript = caught(name);
    expect(transcript.property).toBe(caughtBy);
    const played = play(transcript);
    expect(played.lines).toHaveLength(transcript.steps.length + 1);
    // What a world alone shows, the end of the transcript shows.
    const judged = judgeWorld(played.last, transcript.configuration);
    if (judged !== undefined) expect(judged.property).toBe(caughtBy);
    if (caughtBy === 'total') expect(played.broken.join()).toContain('has no cell');
    if (caughtBy === 'no deadlock') expect(played.open.join()).not.toMatch(/reads|durable/);
  });

  it('every property has a fault that it catches', () => {
    const names = new Set(mutations.map(({ caughtBy }) => caughtBy));
    const without = Object.keys(properties).filter((name) => !names.has(name as never));
    expect(without).toEqual([]);
  });

  it('a transcript survives its file', () => {
    const transcript = caught('Ack before durable');
    const again = JSON.parse(JSON.stringify(transcript)) as typeof transcript;
    expect(play(again).lines).toEqual(play(transcript).lines);
    expect(again.steps.at(-1)).toBe('receiver COMMITTED');
  });

  it('a transcript that fits the tables no more says where', () => {
    const { mutation, ...transcript } = caught('who cancels closes at once');
    expect(mutation).toBe('who cancels closes at once');
    const steps = [...transcript.steps, 'sender reads *ACK 9 open'];
    expect(() => play({ ...transcript, steps })).toThrow(/step \d+, .* is not possible/);
    expect(() => play({ ...transcript, mutation: 'none such' })).toThrow('no mutation');
  });

  it('names of configurations and mutations are their own', () => {
    const names = [...configurations, ...mutations].map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});
