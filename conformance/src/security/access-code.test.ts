// Access codes and QR texts beyond the vectors: every script, every slip of a finger.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KitError } from '../fault.ts';
import { u32 } from '../wire/octets.ts';
import { accessCodeFrom, damm, qrTextOf, readQrText, readTypedCode } from './access-code.ts';

const code = fc
  .integer({ min: 0, max: 99_999_999 })
  .map((drawn) => String(drawn).padStart(8, '0'))
  .map((digits) => `${digits}${damm(digits)}`);

describe('access code', () => {
  it('PSP-CODE-3 is read in every decimal script that this platform writes', () => {
    const codes = Intl.supportedValuesOf('numberingSystem').flatMap((numberingSystem) => {
      const format = new Intl.NumberFormat('en', { numberingSystem, useGrouping: false });
      const digits = Array.from('417204934', (digit) => format.format(Number(digit)));
      return digits.every((digit) => /^\p{Nd}$/u.test(digit)) ? [digits.join('')] : [];
    });
    expect(codes.length).toBeGreaterThan(50);
    expect(new Set(codes.map(readTypedCode))).toEqual(new Set(['417204934']));
  });

  it('PSP-CODE-3 takes each decimal digit of Unicode for one of ten', () => {
    const tens = new Map<string, number>();
    for (let point = 0; point <= 0x10_ffff; point++) {
      const digit = String.fromCodePoint(point);
      if (!/^\p{Nd}$/u.test(digit)) continue;
      const read = readTypedCode(digit.repeat(9));
      const right = Array.from('0123456789').filter((d) => readTypedCode(d.repeat(9)) === read);
      const name = typeof read === 'string' ? right.join() : 'refused';
      tens.set(name, (tens.get(name) ?? 0) + 1);
    }
    const { refused = 0, ...valid } = Object.fromEntries(tens);
    const scripts = new Set(Object.values(valid));
    expect(scripts.size).toBe(1);
    expect(refused).toBe([...scripts][0]! * (10 - Object.keys(valid).length));
  });

  it('PSP-CODE-4 finds every single wrong digit and every swap of neighbours', () => {
    fc.assert(
      fc.property(code, fc.nat({ max: 8 }), fc.integer({ min: 1, max: 9 }), (right, at, by) => {
        expect(readTypedCode(right)).toBe(right);
        const digits = Array.from(right, Number);
        const wrong = digits.with(at, ((digits[at] ?? 0) + by) % 10).join('');
        expect(readTypedCode(wrong)).toMatchObject({ code: 'CODE_INVALID' });
        const next = (at + 1) % 9;
        if (next === 0 || digits[at] === digits[next]) return;
        const swapped = digits
          .with(at, digits[next] ?? 0)
          .with(next, digits[at] ?? 0)
          .join('');
        expect(readTypedCode(swapped)).toMatchObject({ code: 'CODE_INVALID' });
      }),
      { seed: 10, numRuns: 500 },
    );
  });

  it('PSP-CODE-14 lets white space and every dash be', () => {
    expect(readTypedCode('\u3000417\u2013204\ufe58934\u2028')).toBe('417204934');
    expect(readTypedCode('417_204_934')).toMatchObject({ requirement: 'PSP-CODE-4' });
    expect(readTypedCode('417\u200b204934')).toMatchObject({ code: 'CODE_INVALID' });
  });

  it('PSP-CODE-1 is drawn without bias from four octets', () => {
    expect(accessCodeFrom(u32(41_720_493))).toBe('417204934');
    expect(accessCodeFrom(u32(4_100_000_007))).toBe(`00000007${damm('00000007')}`);
    expect(accessCodeFrom(u32(4_199_999_999))).toMatch(/^99999999\d$/);
    expect(accessCodeFrom(u32(4_200_000_000))).toBeUndefined();
    expect(() => accessCodeFrom(new Uint8Array(3))).toThrow(KitError);
    expect(() => damm('x')).toThrow(KitError);
  });
});

describe('QR text', () => {
  it('PSP-CODE-11 gives back every secret of 32 octets', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (secret) => {
        expect(readQrText(qrTextOf(secret))).toEqual(secret);
      }),
      { seed: 11 },
    );
  });

  it('PSP-CODE-15 refuses secrets of other lengths and text around it', () => {
    const text = qrTextOf(new Uint8Array(32));
    for (const wrong of [` ${text}`, `${text}\n`, qrTextOf(new Uint8Array(31)), '', 'FPSP1:']) {
      expect(readQrText(wrong)).toMatchObject({ requirement: 'PSP-CODE-15' });
    }
  });
});
