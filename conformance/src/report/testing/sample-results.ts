// Results for tests, with the octets of a real session: the golden transcript of the vectors, in
// which the kit is the sender. Knows no runner.
import { readFileSync } from 'node:fs';
import type { CaseResult, Results, ResultTranscript, Verdict } from '../results.ts';
import { exitCodeOf, isFailing, summaryOf } from '../summary.ts';

interface Golden {
  readonly groups: readonly {
    readonly parameters: { readonly code: string; readonly ya: string };
    readonly vectors: readonly {
      readonly input: {
        readonly frames: readonly { readonly direction: string; readonly frame: string }[];
      };
    }[];
  }[];
}

const path = new URL('../../../../vectors/v1/transcript.json', import.meta.url);

/** The golden session, from Initiate to Receipt, with a FIN from each side. */
export function goldenTranscript(): ResultTranscript {
  const golden = JSON.parse(readFileSync(path, 'utf8')) as Golden;
  const [group] = golden.groups;
  const frames = group?.vectors[0]?.input.frames ?? [];
  const octets = frames.map(({ direction, frame }, index) => {
    const isKit = direction === 's2r';
    const side = isKit ? ('kit' as const) : ('testee' as const);
    return { side, kind: 'octets' as const, hex: frame, ...(isKit && { step: `step-${index}` }) };
  });
  return {
    role: 'receiver',
    secret: { kind: 'DIGITS', hex: Buffer.from(group?.parameters.code ?? '').toString('hex') },
    scalar: group?.parameters.ya ?? '',
    entries: [
      ...octets,
      { side: 'kit', kind: 'fin', step: 'close' },
      { side: 'testee', kind: 'fin' },
    ],
  };
}

/** One result; everything but the id can be replaced. */
export function sampleCase(id: string, more: Partial<CaseResult> = {}): CaseResult {
  const verdict = more.verdict ?? 'pass';
  const failure: Partial<CaseResult> = isFailing(verdict)
    ? { observed: 'Payload 2 was acknowledged.', signature: `${verdict}: ending PSP-PAY-2` }
    : {};
  return {
    id,
    title: 'A Payload out of sequence ends the session with SEQUENCE_INVALID',
    family: 'transfer',
    role: 'receiver',
    level: 'MUST',
    requirements: ['PSP-PAY-2'],
    delivery: 'whole',
    verdict,
    expected: 'The testee sends Abort SEQUENCE_INVALID.',
    durationMs: 12,
    ...failure,
    ...more,
  };
}

/** A run over these results. */
export function sampleResults(cases: readonly CaseResult[], more: Partial<Results> = {}): Results {
  const summary = summaryOf(cases, more.unmatched ?? []);
  return {
    format: 'peersync-results/1',
    kit: '0.1.0',
    specification: '1.0',
    testee: {
      impl: { name: 'Acme <Sync> & Söhne', version: '2.3.1', language: 'Kotlin 2.2' },
      roles: ['receiver', 'sender'],
      features: ['open'],
      versions: [1],
      capabilities: ['deflate'],
    },
    undeclared: ['clock'],
    run: {
      seed: '7f3a',
      profile: 'full',
      filters: [],
      jobs: 1,
      startedAt: '2026-11-23T08:00:00Z',
      durationMs: 4200,
    },
    summary,
    exitCode: exitCodeOf(cases, summary, more.unusable),
    cases,
    ...more,
  };
}

const families = ['framing', 'handshake', 'security', 'state', 'transfer', 'conflict', 'limits'];
const verdictOf = (number: number): Verdict => {
  if (number % 40 === 7) return 'fail';
  if (number % 90 === 11) return 'hang';
  if (number % 60 === 13) return 'warn';
  if (number % 50 === 17) return 'blocked';
  return number % 12 === 5 ? 'unsupported' : 'pass';
};

/** A failure whose octets tell everything: the testee's Ack, third field row marked. */
export function failureWithTranscript(id = 'RCV-0102'): CaseResult {
  return sampleCase(id, {
    verdict: 'fail',
    observed: 'No Abort came; the Payload was acknowledged. <script>alert(1)</script>',
    reported: 'completed',
    step: 'payload-1',
    broken: ['PSP-PAY-2'],
    store: ['Patient/p1 is there, though its Payload had to be refused.'],
    noise: ['out: stored 1 entry'],
    findings: [
      {
        side: 'kit',
        requirement: 'PSP-PAY-1',
        level: 'MUST',
        session: 0,
        frame: 4,
        detail: 'sequence 1 was awaited',
      },
      {
        side: 'testee',
        requirement: 'PSP-ACK-1',
        level: 'MUST',
        session: 0,
        frame: 3,
        octets: ackField(),
        detail: 'through_sequence names a Payload that was not sent',
      },
    ],
    transcripts: [goldenTranscript()],
  });
}

/** Where `through_sequence` of the golden Ack stands in the receiver's stream. */
function ackField(): [number, number] {
  const own = goldenTranscript().entries.filter(({ side, hex }) => side === 'testee' && hex);
  const before = own.slice(0, 3).reduce((sum, { hex = '' }) => sum + hex.length / 2, 0);
  return [before + 5, before + 7];
}

/** A run of the size of a full one: cases of every verdict in every delivery. */
export function manyResults(count: number, more: Partial<CaseResult> = {}): Results {
  const cases = Array.from({ length: count }, (_, number) =>
    (['whole', 'octet', 'header-split', 'coalesced'] as const).map((delivery) => {
      const isSender = number % 3 === 0;
      const digits = String(number).padStart(4, '0');
      return sampleCase(`${isSender ? 'SND' : 'RCV'}-${digits}`, {
        verdict: verdictOf(number),
        delivery,
        role: isSender ? 'sender' : 'receiver',
        family: families[number % families.length] ?? 'state',
        ...more,
      });
    }),
  );
  return sampleResults(cases.flat());
}
