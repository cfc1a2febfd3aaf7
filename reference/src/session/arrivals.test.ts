import { describe, expect, it } from 'vitest';
import { letArrive } from './arrivals.ts';

/** A connection on which octets come in, one each turn, as long as there are some. */
function connection(octets: number) {
  const state = { octetsRead: 0 };
  const bring = (): void => {
    if (state.octetsRead >= octets) return;
    state.octetsRead += 1;
    setImmediate(bring);
  };
  setImmediate(bring);
  return state;
}

describe('PSP-ATOM-3: what has arrived is let in before it is stored', () => {
  it('goes on for as long as something comes', async () => {
    const from = connection(25);
    await letArrive(from, () => false);
    expect(from.octetsRead).toBe(25);
  });

  it('goes on to store where a peer never pauses', async () => {
    const from = connection(100_000);
    await letArrive(from, () => false);
    expect(from.octetsRead).toBeGreaterThan(100);
    expect(from.octetsRead).toBeLessThan(2_000);
  });

  it('does not wait for what is not here', async () => {
    const from = { octetsRead: 7 };
    let asked = 0;
    await letArrive(from, () => {
      asked += 1;
      return false;
    });
    expect(asked).toBe(1);
  });

  it('ends when there is enough', async () => {
    const from = connection(1_000);
    await letArrive(from, () => from.octetsRead >= 10);
    expect(from.octetsRead).toBeGreaterThanOrEqual(10);
    expect(from.octetsRead).toBeLessThan(20);
  });

  it('is over at once where there is enough already', async () => {
    let turned = false;
    setImmediate(() => (turned = true));
    await letArrive({ octetsRead: 1 }, () => true);
    expect(turned).toBe(false);
  });
});
