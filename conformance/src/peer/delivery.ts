// How the octets of frames are cut into writes: a reader has to give the same result for each
// (PSP-FRAME-8). Pure; it knows no connection.
import { concat } from '../wire/octets.ts';

/** The delivery axis: each case runs once for each of these that it names. */
export const deliveries = ['whole', 'octet', 'header-split', 'coalesced'] as const;

/**
 * `whole`: one write for each frame. `octet`: one write for each octet. `header-split`: the first
 * two octets of each frame's length, then the rest. `coalesced`: all frames that are sent without
 * an answer in between, in one write.
 */
export type Delivery = (typeof deliveries)[number];

/** Octets at both ends of a long frame that go out one by one; the middle goes out whole. */
const singleOctets = 192;
const headerPart = 2;

/**
 * The writes that carry frames which are sent one after the other.
 *
 * @param frames - With their length octets; a frame without octets gives no write.
 */
export function writesOf(frames: readonly Uint8Array[], delivery: Delivery): Uint8Array[] {
  switch (delivery) {
    case 'whole':
      return frames.filter((frame) => frame.length > 0);
    case 'coalesced':
      return [concat(...frames)].filter((octets) => octets.length > 0);
    case 'octet':
      return frames.flatMap((frame) => octetByOctet(frame));
    case 'header-split':
      return frames.flatMap((frame) =>
        [frame.subarray(0, headerPart), frame.subarray(headerPart)].filter(
          (part) => part.length > 0,
        ),
      );
  }
}

function octetByOctet(frame: Uint8Array): Uint8Array[] {
  const single = (from: number, to: number): Uint8Array[] =>
    Array.from({ length: Math.max(0, to - from) }, (_, index) =>
      frame.subarray(from + index, from + index + 1),
    );
  if (frame.length <= 2 * singleOctets) return single(0, frame.length);
  const end = frame.length - singleOctets;
  return [
    ...single(0, singleOctets),
    frame.subarray(singleOctets, end),
    ...single(end, frame.length),
  ];
}
