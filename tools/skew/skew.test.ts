// The matrix as the specification shows it is what the builds do; and the comparison notices a
// build that does otherwise.
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { Endpoint } from './endpoint.ts';
import { readFields } from './relay.ts';
import { builds, inFolder, playBuilds, playMatrix, type Build } from './matrix.ts';
import type { PairOutcome } from './pair.ts';
import { recordedSkew, skewDifferences } from './recorded.ts';
import { additions, encoded, unwrapped } from './next/wire.ts';

const root = join(import.meta.dirname, '..', '..');
const { outcomes: recorded } = recordedSkew(root);

// Nine processes start at once: three seconds on an idle machine, many times that on a busy one.
const patienceMs = 120_000;

const recordOf = (sender: string, receiver: string): PairOutcome[] =>
  recorded.filter((pair) => pair.sender === sender && pair.receiver === receiver);

describe('the matrix', () => {
  let played: readonly PairOutcome[] = [];
  beforeAll(async () => {
    played = await playMatrix();
  }, patienceMs);

  it('PSP-VER-2, PSP-VER-3, PSP-CAP-2: every pair comes out as the specification says', () => {
    expect(skewDifferences(recorded, played)).toEqual([]);
    expect(played).toHaveLength(20);
  });

  it('PSP-VER-2: a version in common is agreed on, the highest; what is sent arrives', () => {
    const speaks: Record<string, number[]> = { next: [2, 1], 'next-only': [2] };
    for (const { sender, receiver, offered, version, stores } of played) {
      const common = offered.filter((one) => (speaks[receiver] ?? [1]).includes(one));
      const insists = sender === 'next-critical' && speaks[receiver] === undefined;
      const isAgreed = common.length > 0 && !insists;
      expect({ sender, receiver, version, stores }).toEqual({
        sender,
        receiver,
        version: isAgreed ? Math.max(...common) : null,
        stores: isAgreed ? 'equal' : 'untouched',
      });
    }
  });
});

/** The reference with a requirement check changed, in the place of the present build. */
function mutant(name: string, role: 'sender' | 'receiver'): Build {
  const main = join(root, 'reference/mutants/main.ts');
  return { name: 'present', args: [main, '--mutant', name], roles: [role] };
}

async function against(name: string, role: 'sender' | 'receiver', other: string): Promise<string> {
  const otherRole = role === 'sender' ? 'receiver' : 'sender';
  const played = await inFolder(async (folder) => {
    const peers = builds(folder).filter((build) => build.name === other);
    return playBuilds([
      ...peers.map((peer) => ({ ...peer, roles: [otherRole] as const })),
      mutant(name, role),
    ]);
  });
  const [sender, receiver] = role === 'sender' ? ['present', other] : [other, 'present'];
  expect(played).toHaveLength(1);
  return skewDifferences(recordOf(sender ?? '', receiver ?? ''), played).join('\n');
}

describe('an endpoint', () => {
  it('that cannot be made says why, before and after it has ended', async () => {
    const endpoint = new Endpoint([
      join(root, 'reference/mutants/main.ts'),
      '--mutant',
      'none-such',
    ]);
    await expect(endpoint.do('hello')).rejects.toThrow('there is no mutant none-such');
    await expect(endpoint.do('hello')).rejects.toThrow('there is no mutant none-such');
  });
});

describe('the comparison', () => {
  it.each([
    ['PSP-MSG-7', 'message-unknown-fields-refused', 'receiver', 'next', 'MALFORMED_MESSAGE'],
    ['PSP-MSG-7', 'message-unknown-fields-refused', 'sender', 'next', 'MALFORMED_MESSAGE'],
    ['PSP-FRAME-11', 'frame-ignorable-after-keys-unexpected', 'receiver', 'next', 'UNEXPECTED'],
    ['PSP-VER-2', 'version-highest-of-the-peer', 'receiver', 'next', '"version":2'],
    ['PSP-INV-6', 'message-foreign-initiate-judged', 'receiver', 'next-only', 'SUITE_UNSUPPORTED'],
  ] as const)(
    '%s: notices %s as %s with %s',
    async (_id, name, role, other, shows) => {
      expect(await against(name, role, other)).toContain(shows);
    },
    patienceMs,
  );

  it('names a pair that is missing, and one that is new', () => {
    const [first, ...rest] = recorded;
    expect(skewDifferences(recorded, rest).join()).toContain('now      nothing');
    expect(skewDifferences(rest, recorded).join()).toContain(`${first?.sender} to`);
    expect(skewDifferences(recorded, recorded)).toEqual([]);
  });
});

describe('the invented next version', () => {
  it('PSP-MSG-7: adds fields to every message of version 1', () => {
    const names = ['Initiate', 'Accept', 'Confirm', 'Identity', 'Request', 'Offer', 'Payload'];
    for (const name of [...names, 'Ack', 'Complete', 'Receipt', 'KeepAlive', 'Reject', 'Abort']) {
      const numbers = [...readFields(additions(name)).keys()];
      expect(numbers.length, name).toBeGreaterThan(0);
      expect(Math.min(...numbers)).toBeGreaterThanOrEqual(20);
    }
  });

  it('PSP-INV-3, PSP-INV-6: leaves the invariants alone in their place in version 2', () => {
    const body = Uint8Array.of(0x01, 0x0a, 0x01, 0x02, 0x18, 0x01);
    const sent = encoded('Initiate', { versions: [2] }, body);
    expect([...readFields(sent.subarray(1)).keys()]).toEqual([1, 100]);
    expect([...unwrapped('Initiate', sent.subarray(1))]).toEqual([...body.subarray(1)]);
    expect(encoded('Initiate', { versions: [2, 1] }, body)).toBe(body);
  });
});
