// Compares JSON number lexemes by the exact value they denote. Never converts to a JavaScript
// number: 20 digits and exponents of any size compare rightly.

interface Decimal {
  readonly negative: boolean;
  /** Significant digits without leading or trailing zeros; empty for zero. */
  readonly digits: string;
  /** Power of ten of the last significant digit. */
  readonly exponent: bigint;
}

const form = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

// A loop, for a regular expression anchored at the end is quadratic in a run of inner zeros.
function withoutZerosAround(digits: string): { digits: string; dropped: number } {
  let start = 0;
  let end = digits.length;
  while (start < end && digits.charCodeAt(start) === 0x30) start += 1;
  while (end > start && digits.charCodeAt(end - 1) === 0x30) end -= 1;
  return { digits: digits.slice(start, end), dropped: digits.length - end };
}

function decimalOf(lexeme: string): Decimal | undefined {
  const match = form.exec(lexeme);
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = '', power = '0'] = match;
  const { digits, dropped } = withoutZerosAround(whole + fraction);
  // -0 denotes 0, and so does 0e99.
  if (digits === '') return { negative: false, digits, exponent: 0n };
  const scale = BigInt(dropped - fraction.length);
  const exponent = BigInt(power.startsWith('+') ? power.slice(1) : power) + scale;
  return { negative: sign === '-', digits, exponent };
}

/** True when two JSON number lexemes denote the same number: `1.10` and `11e-1` do. */
export function equalDecimals(a: string, b: string): boolean {
  if (a === b) return true;
  const x = decimalOf(a);
  const y = decimalOf(b);
  if (x === undefined || y === undefined) return false;
  return x.negative === y.negative && x.digits === y.digits && x.exponent === y.exponent;
}
