// What the kit can do wrong with one message, as data: how it is spoiled, which rule that breaks,
// and how the testee has to answer. It knows no script.
import type { Entry } from '../control/values.ts';
import type { SealFault, Tampering } from '../peer/script.ts';
import { kitReplica } from '../run/surroundings.ts';

/** One spoiled message. */
export interface FaultForm {
  readonly tamper: Tampering;
  /** Rules that the kit's octets break by it. */
  readonly breaks: readonly string[];
  /** The code of the answer; absent: the testee closes without a word. */
  readonly code?: string;
  /** The sentence of the testee that the answer follows from. */
  readonly requirement: string;
}

/** A spoiled seal, by who spoils it. */
export function sealForm(how: SealFault, kitSends: boolean): FaultForm {
  const tamper = { kind: 'seal', how } as const;
  if (how === 'empty') {
    const requirement = 'PSP-SEAL-6';
    return { tamper, breaks: ['PSP-SEAL-1'], code: 'MALFORMED_FRAME', requirement };
  }
  const broken: Readonly<Record<Exclude<SealFault, 'empty'>, string>> = {
    'flip-tag': 'PSP-SEAL-1',
    'flip-text': 'PSP-SEAL-1',
    'other-length': 'PSP-SEAL-1',
    short: 'PSP-SEAL-1',
    skip: 'PSP-SEAL-7',
    repeat: 'PSP-SEAL-7',
    'other-direction': 'PSP-SEAL-2',
    clear: kitSends ? 'PSP-SEAL-5' : 'PSP-SEAL-9',
  };
  return { tamper, breaks: [broken[how]], requirement: 'PSP-SEAL-4' };
}

/** Every way to spoil a seal. */
export const sealFaults: readonly SealFault[] = [
  'flip-tag',
  'flip-text',
  'other-length',
  'skip',
  'repeat',
  'other-direction',
  'clear',
  'short',
  'empty',
];

const malformed = (octets: readonly number[]): FaultForm => ({
  tamper: { kind: 'append', octets: Uint8Array.from(octets) },
  breaks: ['PSP-MSG-22'],
  code: 'MALFORMED_MESSAGE',
  requirement: 'PSP-MSG-8',
});

const emptyFrame = (sealed: boolean): FaultForm => ({
  tamper: { kind: 'length', octets: 0 },
  breaks: [sealed ? 'PSP-SEAL-1' : 'PSP-FRAME-9'],
  code: 'MALFORMED_FRAME',
  requirement: 'PSP-FRAME-2',
});

/** Messages and frames that are not well formed, wherever they stand. */
export const malformedForms = (sealed: boolean): readonly FaultForm[] => [
  emptyFrame(sealed),
  {
    tamper: { kind: 'length', octets: 4_294_967_295 },
    breaks: ['PSP-FRAME-6'],
    code: 'FRAME_TOO_LARGE',
    requirement: 'PSP-FRAME-3',
  },
  malformed([0x00, 0x01]),
  malformed([0x7f, 0x01]),
  malformed([0x0a, 0x7f, 0x00]),
];

const set = (fields: Readonly<Record<string, unknown>>): Tampering => ({ kind: 'set', fields });
const otherServer = set({ server_url: 'https://fhir.example.org/r5' });
const wrongTag: Tampering = { kind: 'flip', field: 'tag' };

/**
 * A wrong field of a message, for those that have one wherever they stand.
 *
 * @param payloads - How many Payloads were sent when it goes out, itself counted.
 */
export function fieldForm(
  message: string,
  kitSends: boolean,
  payloads: number,
): FaultForm | undefined {
  const requirement = kitSends ? 'PSP-HS-15' : 'PSP-HS-20';
  switch (message) {
    case 'Confirm':
      return { tamper: wrongTag, breaks: ['PSP-KEY-2'], code: 'AUTH_FAILED', requirement };
    case 'Identity':
      return form(otherServer, 'PSP-SRV-1', 'SERVER_MISMATCH', 'PSP-SRV-5');
    case 'Request':
      return form(otherServer, 'PSP-HS-6', 'SERVER_MISMATCH', 'PSP-SRV-6');
    case 'Payload':
      return form(set({ sequence: payloads + 1 }), 'PSP-PAY-1', 'SEQUENCE_INVALID', 'PSP-PAY-2');
    case 'Complete':
      return form(set({ payloads: payloads + 1 }), 'PSP-DONE-1', 'COUNT_MISMATCH', 'PSP-DONE-2');
    case 'Ack':
      return form(set({ through_sequence: 4_000 }), 'PSP-ACK-1', 'ACK_INVALID', 'PSP-ACK-4');
    case 'Receipt':
      return form(
        set({ counts: [{ resource_type: 'Patient', outcome: 'STORED', entries: 999 }] }),
        'PSP-DONE-5',
        'COUNT_MISMATCH',
        'PSP-DONE-6',
      );
    default:
      return undefined;
  }
}

function form(tamper: Tampering, broken: string, code: string, requirement: string): FaultForm {
  return { tamper, breaks: [broken], code, requirement };
}

const plain = { type: 'Patient', id: 'bad', base: { versionId: '1' } } as const;
const text = '{"resourceType":"Patient","id":"bad","meta":{"versionId":"1"}}';
const own = { replica: kitReplica, counter: 97 } as const;

/** Entries that a receiver has to refuse. */
export const refusedEntries: readonly Entry[] = [
  { ...plain, resource: text.slice(0, -1) },
  { ...plain, resource: text.replace('"id":', '"id":"bad","id":') },
  { ...plain, id: 'other', resource: text },
  { ...plain, id: 'b d', resource: text.replace('bad', 'b d') },
  { type: 'Patient', id: 'bad', resource: text },
  { ...plain, resource: text, changes: [{ ...own, type: 'UPDATE', payload: '[{"op":"sing"}]' }] },
  { ...plain, resource: text, changes: [{ ...own, type: 'DELETE' }] },
  { ...plain, resource: text, changes: [{ ...own, type: 'INSERT', payload: text }] },
  { ...plain, resource: '[]' },
];
