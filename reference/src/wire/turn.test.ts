import { describe, expect, it } from 'vitest';
import { encodeTurn, isTurn, turnFault, TURN_TYPE } from './turn.ts';

describe('the draft message Turn', () => {
  it('PSP-TURN-3: is its type octet and nothing else', () => {
    expect([...encodeTurn()]).toEqual([TURN_TYPE]);
    expect([isTurn(encodeTurn()), isTurn(Uint8Array.of(0x72)), isTurn(new Uint8Array(0))]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('PSP-EXT-1: may have unknown fields behind it, and is taken with them', () => {
    const grease = Uint8Array.of(0xc0, 0xa9, 0x07, 0x05);
    const body = encodeTurn(grease);
    expect([...body]).toEqual([TURN_TYPE, ...grease]);
    expect(turnFault(body)).toBeUndefined();
    // As it lies in a frame: in the middle of other octets.
    const frame = Uint8Array.of(9, ...body, 9);
    expect(turnFault(frame.subarray(1, 1 + body.length))).toBeUndefined();
    expect(turnFault(encodeTurn())).toBeUndefined();
  });

  it('PSP-MSG-8: is refused where what stands behind it is no field', () => {
    expect(turnFault(Uint8Array.of(TURN_TYPE, 0xc0))).toMatchObject({ requirement: 'PSP-MSG-8' });
  });
});
