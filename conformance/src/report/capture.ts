// A run's transcripts as a capture with what a reader needs beside the octets: the case, its
// verdict, the findings at their packets, and the opened messages for the dissector. CPace has to
// be ready.
import { toHex } from '../wire/octets.ts';
import { commentOctetsMax, connectionName, pcapngOf } from './pcapng.ts';
import type { CapturedStream, Mark } from './pcapng.ts';
import type { CaseResult, ResultFinding, Results, ResultTranscript } from './results.ts';
import { framesOf, type TranscriptFrame } from './transcript-frames.ts';

/** A block of a capture has its limit, 16 MiB in Wireshark; longer messages stay sealed. */
const openedOctetsMax = 4 << 20;
/** Two digits for each octet, and room for the words before them. */
const partOctetsMax = (commentOctetsMax - 100) >> 1;

/**
 * The comments that tell the dissector what a sealed frame holds: side, number of the frame among
 * those of its side, which part of how many this is, and the octets. None for more than 4 MiB.
 */
export function openedComments({ side, number, body }: TranscriptFrame): string[] {
  if (body.length > openedOctetsMax) return [];
  const parts = Math.max(1, Math.ceil(body.length / partOctetsMax));
  return Array.from({ length: parts }, (_, index) => {
    const part = body.subarray(index * partOctetsMax, (index + 1) * partOctetsMax);
    return `peersync-opened ${side} ${number} ${index + 1}/${parts} ${toHex(part)}`;
  });
}

function findingText({ side, requirement, level, detail }: ResultFinding): string {
  return side === 'kit'
    ? `on purpose: breaks ${requirement} (${detail})`
    : `breaks ${requirement} (${level}): ${detail}`;
}

function streamOf(
  result: CaseResult,
  transcript: ResultTranscript,
  session: number,
): CapturedStream {
  const marks = new Map<number, Mark[]>();
  const mark = ({ entry, start, wire }: TranscriptFrame, texts: readonly string[]): void => {
    const end = start + wire.length;
    marks.set(entry, [...(marks.get(entry) ?? []), ...texts.map((text) => ({ text, end }))]);
  };
  const findings = (result.findings ?? []).filter((finding) => finding.session === session);
  for (const frame of framesOf(transcript)) {
    if (frame.kind !== 'frame') continue;
    const isOpened = frame.sealing === 'opened' || frame.sealing === 'odd';
    if (isOpened) mark(frame, openedComments(frame));
    for (const finding of findings) {
      const isHere = finding.side === frame.side && finding.frame === frame.number;
      if (isHere) mark(frame, [findingText(finding)]);
    }
  }
  const name = connectionName(result, session);
  const { verdict, title, observed } = result;
  const first = [`${name} ${verdict}: ${title}`, ...(observed === undefined ? [] : [observed])];
  return { transcript, comments: first, marks };
}

/** The capture of every transcript that the results hold. */
export function captureOf(results: Results): Uint8Array {
  const { impl } = results.testee;
  const streams = results.cases.flatMap((result) =>
    (result.transcripts ?? []).map((transcript, session) => streamOf(result, transcript, session)),
  );
  return pcapngOf(streams, `peersync-conformance ${results.kit}: ${impl.name} ${impl.version}`);
}
