// Checks CPace against the values that its draft publishes, and against what breaks it.
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../wire/violation.ts';
import {
  drawScalar,
  generator,
  generatorString,
  intermediateKey,
  lvCat,
  scalarMultVfy,
  shareOf,
} from './cpace.ts';
import { counting, hex, toHex } from './testing/octets.ts';

interface Published {
  readonly PRS: string;
  readonly CI: string;
  readonly sid: string;
  readonly g: string;
  readonly ya: string;
  readonly ADa: string;
  readonly Ya: string;
  readonly yb: string;
  readonly ADb: string;
  readonly Yb: string;
  readonly K: string;
  readonly ISK_IR: string;
}

interface PublishedPoints {
  readonly Valid: Readonly<Record<'s' | 'X' | 'G.scalar_mult_vfy(s,X)', string>>;
  readonly 'Invalid Y1': string;
  readonly 'Invalid Y2': string;
}

// Source: draft-irtf-cfrg-cpace-21, appendix "Test vector for CPace using group ristretto255 and
// hash SHA-512".
const published: Published = {
  PRS: '50617373776f7264',
  CI: '0b415f696e69746961746f720b425f726573706f6e646572',
  sid: '7e4b4791d6a8ef019b936c79fb7f2c57',
  g: '222b6b195fe84b1652badb6f6a3ae3d24341e7306967f0b8115b40d5698c7e56',
  ya: 'da3d23700a9e5699258aef94dc060dfda5ebb61f02a5ea77fad53f4ff0976d08',
  ADa: '414461',
  Ya: 'd6bac480f2c386c394efc7c47adb9925dcd2630b64f240c50f8d0eec482b9157',
  yb: 'd2316b454718c35362d83d69df6320f38578ed5984651435e2949762d900b80d',
  ADb: '414462',
  Yb: '3ea7e0b19560d7c0b0f5734f63b955286dfa8232b5ebe63324e2d9e7433f7258',
  K: '80b69a8a76457ab6a4d7f887a4bf6b55a2f80ac19c333f917a05fc9887c8b40f',
  ISK_IR:
    'b69effbf61b51d56401c0f65601abe428de8206feaaf0e32198896dcae7b35cd' +
    '2b38950a39dfd5d4a79164614c2984f7daa460b588c1e80c3fa2068af7900447',
};

const publishedPoints: PublishedPoints = {
  Valid: {
    s: '7cd0e075fa7955ba52c02759a6c90dbbfc10e6d40aea8d283e407d88cf538a05',
    X: '2c3c6b8c4f3800e7aef6864025b4ed79bd599117e427c41bd47d93d654b4a51c',
    'G.scalar_mult_vfy(s,X)': '7c13645fe790a468f62c39beb7388e541d8405d1ade69d1778c5fe3e7f6b600e',
  },
  'Invalid Y1': '2b3c6b8c4f3800e7aef6864025b4ed79bd599117e427c41bd47d93d654b4a51c',
  'Invalid Y2': '0000000000000000000000000000000000000000000000000000000000000000',
};

function littleEndian(text: string): bigint {
  return BigInt(`0x${toHex(hex(text).reverse())}`);
}

function checkRun(run: Published): void {
  const sid = hex(run.sid);
  const inputs = { prs: hex(run.PRS), channel: hex(run.CI), sid };
  const [ya, yb] = [littleEndian(run.ya), littleEndian(run.yb)];
  expect(toHex(generator(inputs))).toBe(run.g.toLowerCase());
  expect(toHex(shareOf(ya, inputs))).toBe(run.Ya.toLowerCase());
  expect(toHex(shareOf(yb, inputs))).toBe(run.Yb.toLowerCase());
  const shared = scalarMultVfy(ya, hex(run.Yb));
  expect(shared && toHex(shared)).toBe(run.K.toLowerCase());
  expect(scalarMultVfy(yb, hex(run.Ya))).toEqual(shared);
  const isk = intermediateKey(sid, shared!, {
    shareA: hex(run.Ya),
    associatedA: hex(run.ADa),
    shareB: hex(run.Yb),
    associatedB: hex(run.ADb),
  });
  expect(toHex(isk)).toBe(run.ISK_IR.toLowerCase());
}

function checkPoints(points: PublishedPoints): void {
  const { s, X, 'G.scalar_mult_vfy(s,X)': product } = points.Valid;
  const shared = scalarMultVfy(littleEndian(s), hex(X));
  expect(shared && toHex(shared)).toBe(product.toLowerCase());
  expect(scalarMultVfy(littleEndian(s), hex(points['Invalid Y1']))).toBeUndefined();
  expect(scalarMultVfy(littleEndian(s), hex(points['Invalid Y2']))).toBeUndefined();
}

describe('PSP-KEY-1 CPACE-RISTR255-SHA512', () => {
  it('PSP-KEY-1 gives every published value of the draft', () => {
    checkRun(published);
  });

  it('PSP-KEY-1, PSP-HS-10 multiplies the published points as published', () => {
    checkPoints(publishedPoints);
  });

  it('PSP-KEY-1 gives the values of the whole published file, where it is present', () => {
    const root = fileURLToPath(new URL('../../../', import.meta.url));
    const file = `${root}../shared/data/cpace/testvectors.json`;
    if (!existsSync(file)) {
      process.stderr.write('notice: the published CPace file is absent, so it was not read.\n');
      expect(published.g).toHaveLength(64);
      return;
    }
    const all = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    checkRun(all['G_Coffee25519'] as Published);
    checkPoints(all['G_Coffee25519_points'] as PublishedPoints);
  });

  it('PSP-KEY-1 prefixes lengths in LEB128, as the draft’s own examples do', () => {
    expect(toHex(lvCat(hex('')))).toBe('00');
    expect(toHex(lvCat(hex('31323334'), hex('35'), hex(''), hex('36373839')))).toBe(
      '04313233340135000436373839',
    );
    expect(toHex(lvCat(counting(127)).subarray(0, 2))).toBe('7f00');
    expect(toHex(lvCat(counting(128)).subarray(0, 3))).toBe('800100');
    expect(toHex(lvCat(new Uint8Array(16_384)).subarray(0, 4))).toBe('80800100');
  });

  it('PSP-KEY-1 pads so that the secret fills exactly the first hash block', () => {
    for (const length of [9, 32, 107, 108, 109, 110, 200]) {
      const prs = new Uint8Array(length).fill(0x5a);
      const sid = new Uint8Array(16).fill(0xee);
      const text = generatorString({ prs, channel: hex('c1'), sid });
      const tail = toHex(lvCat(hex('c1'), sid));
      expect(toHex(text).endsWith(tail)).toBe(true);
      const head = text.length - tail.length / 2;
      expect(length <= 108 ? head : head > 128).toBe(length <= 108 ? 128 : true);
    }
  });
});

describe('PSP-HS-10 shares that must end the run', () => {
  const order = (1n << 252n) + 27742317777372353535851937790883648493n;
  const bad: readonly (readonly [string, Uint8Array])[] = [
    ['the identity', new Uint8Array(32)],
    ['a negative field element', hex(`01${'00'.repeat(31)}`)],
    ['a field element not below the prime', hex(`ed${'ff'.repeat(30)}7f`)],
    ['a set top bit', hex(publishedPoints.Valid.X.replace(/1c$/, '9c'))],
    ['all ones', new Uint8Array(32).fill(0xff)],
    ['31 octets', hex(publishedPoints.Valid.X).subarray(1)],
    ['33 octets', hex(`${publishedPoints.Valid.X}00`)],
    ['no octets', new Uint8Array(0)],
  ];
  it.each(bad)('PSP-HS-10 refuses %s', (_, share) => {
    expect(scalarMultVfy(5n, share)).toBeUndefined();
    expect(scalarMultVfy(order - 1n, share)).toBeUndefined();
  });

  it('PSP-HS-10 takes or refuses random octets without ever throwing', () => {
    const taken = Array.from({ length: 200 }, () => scalarMultVfy(7n, randomBytes(32)));
    // About one string in sixteen is a canonical element; none at all would mean a broken decoder.
    expect(taken.some((shared) => shared !== undefined)).toBe(true);
    expect(taken.some((shared) => shared === undefined)).toBe(true);
  });
});

describe('PSP-SEC-3 the scalar', () => {
  it('PSP-SEC-3 is 64 octets, little endian, reduced by the group order', () => {
    expect(drawScalar(() => hex(`07${'00'.repeat(63)}`))).toBe(7n);
    const order = 'edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010';
    const orderAnd3 = hex(order + '00'.repeat(32));
    orderAnd3[0] = 0xf0;
    expect(drawScalar(() => orderAnd3)).toBe(3n);
    expect(drawScalar(() => new Uint8Array(64).fill(0xff))).toBe(
      ((1n << 512n) - 1n) % littleEndian(order),
    );
  });

  it('PSP-SEC-3 refuses a source that is dead or gives too little', () => {
    expect(() => drawScalar(() => new Uint8Array(64))).toThrow(UsageError);
    expect(() => drawScalar(() => new Uint8Array(32).fill(1))).toThrow(UsageError);
  });
});
