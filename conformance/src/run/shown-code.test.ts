// Secrets as a testee shows them.
import { describe, expect, it } from 'vitest';
import { readShown } from './shown-code.ts';

const digits = '417204934';
const qr = 'FPSP1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8';
const kinds = (shown: ReturnType<typeof readShown>): readonly string[] =>
  typeof shown === 'string' ? [shown] : shown.secrets.map(({ kind }) => kind);

describe('a secret on show', () => {
  it('PSP-CODE-11: is taken as digits first, or as QR text alone', () => {
    expect(kinds(readShown({ digits, qr }, false))).toEqual(['DIGITS', 'QR']);
    expect(kinds(readShown({ digits, qr }, true))).toEqual(['QR']);
    expect(readShown({ digits }, false)).toMatchObject({ code: { digits } });
  });

  it('PSP-CODE-1: is none with a wrong check digit', () => {
    expect(kinds(readShown({ digits: '417204935' }, false))).toEqual([
      'the testee showed no good secret: the check digit is wrong',
    ]);
  });

  it('PSP-CODE-11: is none with bits that carry nothing, whatever is taken', () => {
    const loose = `${qr.slice(0, -1)}9`;
    expect(kinds(readShown({ digits, qr: loose }, false))[0]).toContain('no QR text');
  });

  it('kit: has to be of the kind that is taken', () => {
    expect(kinds(readShown({ digits }, true))).toEqual([
      'the testee showed no secret of the kind that is taken',
    ]);
  });
});
