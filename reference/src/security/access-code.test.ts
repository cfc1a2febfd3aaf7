// Access codes: drawing, showing, and reading whatever people type.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../wire/violation.ts';
import {
  dammDigit,
  formatAccessCode,
  generateAccessCode,
  parseAccessCode,
  type AccessCodeFault,
} from './access-code.ts';
import { hex, scripted } from './testing/octets.ts';

const seeded = { seed: 20_260_101, numRuns: 300 };
const eightDigits = fc.stringMatching(/^[0-9]{8}$/);
const withCheck = (digits: string): string => digits + String(dammDigit(digits));

function reasonOf(text: string): AccessCodeFault['reason'] | 'accepted' {
  const parsed = parseAccessCode(text);
  return typeof parsed === 'string' ? 'accepted' : parsed.reason;
}

describe('PSP-CODE-1 drawing', () => {
  it('PSP-CODE-1 has the check digit of Damm’s published example', () => {
    expect(dammDigit('572')).toBe(4);
    expect(dammDigit('5724')).toBe(0);
  });

  it.each([
    ['00000000', '000000000'],
    ['00000001', '000000013'],
    ['05f5e0ff', '999999990'],
    ['05f5e100', '000000000'],
    ['fa56e9ff', '999999990'],
  ])('PSP-CODE-1 turns the draw %s into %s', (draw, code) => {
    expect(generateAccessCode(scripted(hex(draw)))).toBe(withCheck(code.slice(0, 8)));
  });

  it('PSP-CODE-1 draws again from 4 200 000 000 on, or small codes would be likelier', () => {
    const source = scripted(hex('fa56ea00'), hex('ffffffff'), hex('00000002'));
    expect(generateAccessCode(source)).toBe(withCheck('00000002'));
  });

  it('PSP-SEC-3 gives up on a source that is stuck', () => {
    expect(() => generateAccessCode(() => hex('ffffffff'))).toThrow(UsageError);
  });

  it('PSP-CODE-2 shows three groups of three', () => {
    expect(formatAccessCode('012345678')).toBe('012 345 678');
  });
});

describe('PSP-CODE-3 reading what was typed', () => {
  const code = withCheck('12345678');

  it('PSP-CODE-3 reads its own form, with any white space and hyphens', () => {
    const [a, b, c] = [code.slice(0, 3), code.slice(3, 6), code.slice(6)];
    for (const text of [
      code,
      formatAccessCode(code),
      ` ${a}\t${b}\n${c}\r\n`,
      `${a}-${b}-${c}`,
      `${a}\u2010${b}\u2011${c}`,
      `${a}\u00a0${b}\u202f${c}\u3000`,
      `--${a}${b}${c}--`,
    ]) {
      expect(parseAccessCode(text)).toBe(code);
    }
  });

  it.each([
    ['Arabic-Indic', 0x0660],
    ['Extended Arabic-Indic', 0x06f0],
    ['Devanagari', 0x0966],
    ['Bengali', 0x09e6],
    ['Tamil', 0x0be6],
    ['Thai', 0x0e50],
    ['Khmer', 0x17e0],
    ['fullwidth', 0xff10],
    ['mathematical bold', 0x1d7ce],
    ['mathematical monospace', 0x1d7f6],
    ['Adlam', 0x1e950],
  ])('PSP-CODE-3 reads %s digits', (_, zero) => {
    const typed = [...code].map((digit) => String.fromCodePoint(zero + Number(digit))).join('');
    expect(parseAccessCode(typed)).toBe(code);
    expect(
      parseAccessCode(`${typed.slice(0, typed.length / 3)} ${typed.slice(typed.length / 3)}`),
    ).toBe(code);
  });

  it('PSP-CODE-3 knows the value of every decimal digit of Unicode', () => {
    let run = 0;
    let digits = 0;
    for (let codePoint = 0; codePoint <= 0x10ffff; codePoint += 1) {
      const character = String.fromCodePoint(codePoint);
      if (!/^\p{Nd}$/u.test(character)) {
        // The way we find a digit's value holds only while digits come in whole sets of ten.
        if (run % 10 !== 0) throw new Error(`digits end early before ${codePoint.toString(16)}`);
        run = 0;
        continue;
      }
      const prefix = `0000000${run % 10}`;
      const typed = `0000000${character}${dammDigit(prefix)}`;
      if (parseAccessCode(typed) !== withCheck(prefix)) throw new Error(codePoint.toString(16));
      run += 1;
      digits += 1;
    }
    expect(digits).toBeGreaterThanOrEqual(650);
  });

  it.each([
    ['a letter', '12345678x'],
    ['a letter o for a zero', 'o12345678'],
    ['a superscript, which is no Nd', '1234567\u00b2'],
    ['a Roman numeral', '12345678\u2160'],
    ['a circled digit', '12345678\u2460'],
    ['a plus sign', '+123456789'],
    ['a dot', '123.456.789'],
    ['an underscore', '123_456_789'],
    ['a bidirectional control', '\u202e123456789'],
    ['half of a surrogate pair', '12345678\ud835'],
    ['a NUL', '123456789\u0000'],
  ])('PSP-CODE-3 refuses %s', (_, text) => {
    expect(reasonOf(text)).toBe('not-a-digit');
  });
});

describe('PSP-CODE-4 checks before Accept', () => {
  it('PSP-CODE-4 refuses every other length', () => {
    for (let length = 0; length <= 40; length += 1) {
      const expected = length === 9 ? 'accepted' : 'wrong-length';
      expect(reasonOf('0'.repeat(length))).toBe(expected);
    }
    expect(reasonOf(' - ')).toBe('wrong-length');
    expect(reasonOf('1'.repeat(10_000_000))).toBe('wrong-length');
  });

  it('PSP-CODE-14 finds the digits among 256 characters, and looks no further', () => {
    const code = withCheck('57200000');
    expect(parseAccessCode(code.padStart(256))).toBe(code);
    expect(reasonOf(code.padStart(257))).toBe('wrong-length');
  });

  it('PSP-CODE-4 finds every single wrong digit', () => {
    fc.assert(
      fc.property(eightDigits, fc.nat(8), fc.integer({ min: 1, max: 9 }), (digits, at, by) => {
        const code = withCheck(digits);
        expect(parseAccessCode(code)).toBe(code);
        const wrong = (Number(code[at]) + by) % 10;
        const typed = code.slice(0, at) + String(wrong) + code.slice(at + 1);
        expect(reasonOf(typed)).toBe('wrong-check-digit');
      }),
      seeded,
    );
  });

  it('PSP-CODE-4 finds every swap of two neighbouring digits', () => {
    fc.assert(
      fc.property(eightDigits, fc.nat(7), (digits, at) => {
        const code = withCheck(digits);
        fc.pre(code[at] !== code[at + 1]);
        const typed =
          code.slice(0, at) + (code[at + 1] ?? '') + (code[at] ?? '') + code.slice(at + 2);
        expect(reasonOf(typed)).toBe('wrong-check-digit');
      }),
      seeded,
    );
  });

  it('PSP-CODE-9 says what to do without repeating what was typed', () => {
    for (const typed of ['123456', '12345678x', '123456789', '9'.repeat(300)]) {
      const parsed = parseAccessCode(typed);
      const text = JSON.stringify(parsed);
      expect(text).toContain('message');
      expect(text).not.toMatch(/\d{3}/);
    }
  });

  it('PSP-CODE-3 never throws, whatever is typed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
        expect(['accepted', 'not-a-digit', 'wrong-length', 'wrong-check-digit']).toContain(
          reasonOf(text),
        );
      }),
      seeded,
    );
  });
});
