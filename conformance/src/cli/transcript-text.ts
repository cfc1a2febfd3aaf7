// A transcript for a terminal: frames with their fields and octets, and what they break. CPace has
// to be ready.
import { requirementOf } from '../cases/requirements.ts';
import type { CaseResult } from '../report/results.ts';
import {
  transcriptView,
  type ItemView,
  type MarkView,
  type RowView,
} from '../report/transcript-view.ts';
import { harmless, type Screen } from './screen.ts';

const nameWidth = 40;
const shownHex = 64;

function rowText(screen: Screen, [from, , depth, name, hex, value]: RowView): string {
  const label = `${'  '.repeat(depth)}${name}${value === undefined ? '' : ` ${value}`}`;
  const cut = label.length > nameWidth ? `${label.slice(0, nameWidth - 1)}…` : label;
  const octets = hex.length > shownHex ? `${hex.slice(0, shownHex)}…` : hex;
  const at = String(from).padStart(9);
  return `${at}  ${harmless(cut).padEnd(nameWidth)}  ${screen.mark('dim', octets)}`;
}

function markText(screen: Screen, { requirement, side, detail }: MarkView): string {
  const lead = side === 'kit' ? 'on purpose against' : 'breaks';
  const text = requirementOf(requirement)?.text ?? '';
  const colour = side === 'kit' ? 'cyan' : 'red';
  return screen.mark(colour, `      ^ ${lead} ${requirement}: ${text} (${harmless(detail)})`);
}

function itemText(screen: Screen, item: ItemView): string {
  const arrow = item.side === 'kit' ? 'kit    →' : 'testee ←';
  if (item.rows === undefined) {
    const words = { fin: 'ends its side (FIN)', rst: 'breaks the connection (RST)' } as const;
    const text = item.kind === 'fin' || item.kind === 'rst' ? words[item.kind] : item.name;
    return `${arrow} ${text}`;
  }
  const facts = [`${item.octets} octets`, item.sealing, item.step && `step ${item.step}`];
  const shown = facts.filter((fact) => fact !== undefined).join(', ');
  const lines = [`${arrow} ${screen.mark('bold', item.name)} ${screen.mark('dim', shown)}`];
  const marks = item.marks ?? [];
  for (const mark of marks) if (mark.rows === undefined) lines.push(markText(screen, mark));
  for (const [index, row] of item.rows.entries()) {
    lines.push(rowText(screen, row));
    for (const mark of marks) if (mark.rows?.[1] === index) lines.push(markText(screen, mark));
  }
  return lines.join('\n');
}

/** Every connection of a result. */
export function transcriptText(screen: Screen, result: CaseResult): string {
  const { transcripts = [], findings = [] } = result;
  return transcripts
    .map((transcript, session) => {
      const own = findings.filter((finding) => finding.session === session);
      const { items, marks } = transcriptView(transcript, own);
      const head = transcripts.length > 1 ? [`Connection ${session + 1}`] : [];
      return [
        ...head,
        ...items.map((item) => itemText(screen, item)),
        ...marks.map((mark) => markText(screen, mark)),
      ].join('\n');
    })
    .join('\n');
}
