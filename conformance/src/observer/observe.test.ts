// The observer on honest sessions, on the golden transcript, and on sessions with one breach.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Role, Transcript } from '../peer/transcript.ts';
import { ready } from '../security/cpace.ts';
import { fromHex, utf8 } from '../wire/octets.ts';
import { observation } from './observe.ts';
import { contextOf, handover, SessionMaker, views } from './testing/session-maker.ts';

beforeAll(async () => {
  await ready();
});

interface Golden {
  readonly parameters: Readonly<Record<string, string>>;
  readonly vectors: readonly {
    readonly input: { readonly frames: readonly { direction: string; frame: string }[] };
  }[];
}

function goldenTranscript(role: Role): {
  transcript: Transcript;
  parameters: Golden['parameters'];
} {
  const path = join(import.meta.dirname, '../../../vectors/v1/transcript.json');
  const file = JSON.parse(readFileSync(path, 'utf8')) as { groups: readonly Golden[] };
  const { parameters, vectors } = file.groups[0]!;
  const entries = vectors[0]!.input.frames.map(({ direction, frame }, at) => ({
    at,
    side: (direction === 's2r') === (role === 'receiver') ? ('kit' as const) : ('testee' as const),
    kind: 'octets' as const,
    octets: fromHex(frame),
    microseconds: 0,
  }));
  const scalar = role === 'receiver' ? parameters['ya'] : parameters['yb'];
  const secret = { kind: 'DIGITS' as const, octets: utf8(parameters['code'] ?? '') };
  return {
    transcript: { role, entries, secrets: { secret, scalar: fromHex(scalar ?? '') } },
    parameters,
  };
}

describe('observe', () => {
  it.each(views)('finds nothing in an honest session, testee %s', (role) => {
    const transcript = new SessionMaker(role).play(handover);
    const { findings, done, messages } = observation(transcript, contextOf());
    expect([findings, done]).toEqual([[], {}]);
    expect(messages).toHaveLength(14);
  });
  it.each(views)('finds nothing in the golden transcript, testee %s', (role) => {
    const { transcript, parameters } = goldenTranscript(role);
    const replicas = {
      sender: 'd7eb688a50f804127ca35fdbd0bd2003',
      receiver: '439b9732437dd788612e3567031eec3f',
    };
    const context = contextOf({
      serverUrl: parameters['url'] ?? '',
      testeeReplica: replicas[role],
    });
    const { findings, done } = observation(transcript, context);
    expect([findings, done]).toEqual([[], {}]);
  });
});
