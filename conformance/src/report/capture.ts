// A run's transcripts as a capture with what a reader needs beside the octets: the case, its
// verdict, the findings at their packets, and the opened messages for the dissector. CPace has to
// be ready.
import { toHex } from '../wire/octets.ts';
import { connectionName, pcapngOf, type CapturedStream } from './pcapng.ts';
import type { CaseResult, ResultFinding, Results, ResultTranscript } from './results.ts';
import { framesOf, type TranscriptFrame } from './transcript-frames.ts';

/** Comments are cut by some readers; longer messages stay sealed in the capture. */
const openedOctetsMax = 1_900;

/**
 * The comment that tells the dissector what a sealed frame holds: side, number of the frame among
 * those of its side, and the octets.
 */
export function openedComment({ side, number, body }: TranscriptFrame): string {
  return `peersync-opened ${side} ${number} ${toHex(body)}`;
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
  const marks = new Map<number, string[]>();
  const mark = (at: number, text: string): void => {
    marks.set(at, [...(marks.get(at) ?? []), text]);
  };
  const findings = (result.findings ?? []).filter((finding) => finding.session === session);
  for (const frame of framesOf(transcript)) {
    if (frame.kind !== 'frame') continue;
    const isOpened = frame.sealing === 'opened' || frame.sealing === 'odd';
    if (isOpened && frame.body.length <= openedOctetsMax) mark(frame.entry, openedComment(frame));
    for (const finding of findings) {
      const isHere = finding.side === frame.side && finding.frame === frame.number;
      if (isHere) mark(frame.entry, findingText(finding));
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
