// The kit's messages against buf, which shares no code with them: what buf encodes, they read, and
// the other way round.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { create, fromBinary, toBinary, toJson } from '@bufbuild/protobuf';
import type { DescMessage } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import {
  AcceptSchema,
  ErrorCode,
  InitiateSchema,
  PakeSuite,
  RejectSchema,
  SecretKind,
  messageSchemas,
} from './index.ts';

const root = join(import.meta.dirname, '..', '..');

function buf(type: DescMessage, from: string, to: string, input: Uint8Array): Buffer {
  const args = ['convert', 'proto', '--type', type.typeName, '--from', from, '--to', to];
  return execFileSync(join(root, 'node_modules', '.bin', 'buf'), args, { cwd: root, input });
}

describe('messages of the kit', () => {
  it('PSP-HS-1 reads an Initiate that buf encoded', () => {
    const json = {
      versions: [1, 2],
      sessionNonce: 'AAECAwQFBgcICQoLDA0ODw==',
      pakeSuite: 'PAKE_SUITE_CPACE_RISTR255_SHA512',
      pakeShares: [{ secretKind: 'SECRET_KIND_DIGITS', share: '//8=' }],
      limits: { maxFrameOctets: 65_536 },
    };
    const octets = buf(
      InitiateSchema,
      '-#format=json',
      '-#format=binpb',
      Buffer.from(JSON.stringify(json)),
    );
    const initiate = fromBinary(InitiateSchema, new Uint8Array(octets));
    expect(initiate.versions).toEqual([1, 2]);
    expect(initiate.sessionNonce).toEqual(Uint8Array.from({ length: 16 }, (_, i) => i));
    expect(initiate.pakeSuite).toBe(PakeSuite.CPACE_RISTR255_SHA512);
    expect(initiate.pakeShares.map((share) => share.secretKind)).toEqual([SecretKind.DIGITS]);
    expect(initiate.limits?.maxFrameOctets).toBe(65_536);
    expect(toJson(InitiateSchema, initiate)).toEqual(json);
  });

  it('PSP-INV-1 writes a Reject that buf reads', () => {
    const reject = create(RejectSchema, { code: ErrorCode.VERSION_UNSUPPORTED, versions: [1] });
    const json = buf(
      RejectSchema,
      '-#format=binpb',
      '-#format=json',
      toBinary(RejectSchema, reject),
    );
    expect(JSON.parse(json.toString('utf8'))).toEqual({
      code: 'ERROR_CODE_VERSION_UNSUPPORTED',
      versions: [1],
    });
  });

  it('PSP-MSG-7 keeps a field that it does not know', () => {
    const octets = Uint8Array.of(0x08, 0x01, 0xf8, 0xac, 0x07, 0x2a);
    const accept = fromBinary(AcceptSchema, octets);
    expect(accept.version).toBe(1);
    expect(toBinary(AcceptSchema, accept)).toEqual(octets);
  });

  it('PSP-MSG-8 refuses a field that runs past the end of its message', () => {
    expect(() => fromBinary(AcceptSchema, Uint8Array.of(0x12, 0x10, 0x00))).toThrow();
  });

  it('PSP-FRAME-9 knows each message type once', () => {
    const names = [...messageSchemas.values()].map((schema) => schema.name);
    expect(new Set(names).size).toBe(names.length);
    expect(messageSchemas.get(0x01)?.name).toBe('Initiate');
    expect(messageSchemas.get(0x1f)?.name).toBe('Abort');
  });
});
