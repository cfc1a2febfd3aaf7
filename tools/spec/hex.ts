// Holds the hex of the chapters to the vectors: every block of octets comes from one, and a frame
// or message is shown field by field. It does not look at single octets inside a sentence.
import type { Chapter, Fault } from './document.ts';

const octets = /(?:^|\s)(?:[0-9a-f]{2} ){3,}[0-9a-f]{2}\b|\b(?:[0-9a-f]{2}){16,}\b/;
const directive =
  /^<!-- render: vector (?:transcript|message|frame)#| (?:\S+\.)?(?:frame|message) -->$/;

/** Finds hex that was written by hand, and encoded messages that are shown as bare octets. */
export function checkHex(chapter: Chapter): Fault[] {
  const faults: Fault[] = [];
  let isRendered = false;
  let fence: string | undefined;
  for (const [index, text] of chapter.lines.entries()) {
    const fault = (message: string): number =>
      faults.push({ path: chapter.path, line: index + 1, message });
    if (fence === undefined && text.startsWith('<!-- render: ')) isRendered = true;
    if (fence === undefined && text.startsWith('<!-- /render')) isRendered = false;
    if (text.startsWith('<!-- render: vector ') && directive.test(text)) {
      fault('a frame or message is shown field by field: render it as frame, sealed or annotated');
    }
    const mark = /^\s*```(\w*)/.exec(text);
    if (mark !== null) {
      fence = fence === undefined ? (mark[1] ?? '') : undefined;
    } else if (fence !== undefined && fence !== 'control' && !isRendered && octets.test(text)) {
      fault('octets written by hand: include them from a vector with <!-- render: … -->');
    }
  }
  return faults;
}
