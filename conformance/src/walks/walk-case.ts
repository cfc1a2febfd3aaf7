// A walk as a case: the script of its sessions as the runner plays it, the twin without the fault,
// and what the testee has to do. It plays nothing.
import type { Case, Script } from '../cases/case.ts';
import type { Entry, Role } from '../control/values.ts';
import type { Step } from '../peer/script.ts';
import { PeerModel } from './peer-model.ts';
import { faultySession, type FaultySession } from './walk-fault.ts';
import { WalkWriter, type WrittenSession } from './walk-writer.ts';
import type { Walk, WalkSession } from './walk.ts';

/** A walk that can be played. */
export interface WalkCase {
  readonly case: Case;
  /** Cells of the state tables that it goes through, by role: `receiver STATE/EVENT`. */
  readonly cells: readonly string[];
}

/** The family of walks in reports. */
export const walkFamily = 'walk';

/** The first session decides by which role the store is judged: receiving is what changes it. */
function inOrder(sessions: readonly WalkSession[]): readonly WalkSession[] {
  const first = sessions.findIndex(({ role }) => role === 'receiver');
  const receiving = sessions[first];
  return receiving === undefined ? sessions : [receiving, ...sessions.toSpliced(first, 1)];
}

function cellsOf(role: Role, steps: readonly Step[]): string[] {
  const model = new PeerModel(role);
  for (const step of steps) model.play(step);
  return model.cells.map((cell) => `${role} ${cell}`);
}

interface Told {
  readonly twin: readonly Step[];
  readonly faulty?: FaultySession;
  readonly script: readonly Step[];
  readonly cells: readonly string[];
}

/** The steps of all sessions, with what comes between them. */
function told(
  sessions: readonly WalkSession[],
  walk: Walk,
  writer: WalkWriter,
  written: WrittenSession[],
): Told {
  const steps: Step[] = [];
  const cells: string[] = [];
  for (const [index, session] of sessions.entries()) {
    const isLast = index === sessions.length - 1;
    // The fault of a session has to find it whole.
    const played =
      isLast && walk.fault ? { ...session, end: { kind: 'complete' } as const } : session;
    const own = writer.session(played);
    written.push(own);
    if (index > 0) {
      const { role, params } = own;
      steps.push({ id: `again-${index + 1}`, do: 'again', role, params });
    }
    const ended = writer.ended(played, own);
    const before = [...steps];
    steps.push(...ended, ...(isLast ? [] : writer.edited(session.edits)));
    const faulty =
      isLast && walk.fault ? faultySession(own.steps, own.role, walk.fault) : undefined;
    if (faulty === undefined) {
      cells.push(...cellsOf(own.role, ended));
      continue;
    }
    const rest = faulty.expectation.kind === 'continues' ? ended.slice(own.steps.length) : [];
    const at = faulty.steps.findIndex(({ id }) => id === faulty.changedStep);
    cells.push(...cellsOf(own.role, faulty.steps.slice(0, at)));
    if (faulty.cell !== undefined) cells.push(`${own.role} ${faulty.cell}`);
    return { twin: steps, faulty, script: [...before, ...faulty.steps, ...rest], cells };
  }
  return { twin: steps, script: steps, cells };
}

function titleOf(sessions: readonly WalkSession[], faulty: FaultySession | undefined): string {
  const words = sessions.map(({ role, end }) => {
    const deed = role === 'receiver' ? 'receives' : 'sends';
    return end.kind === 'complete' ? deed : `${deed} (${end.kind})`;
  });
  const way = `The testee ${words.join(', ')}`;
  return faulty === undefined ? way : `${way}, with ${faulty.says}`;
}

/**
 * The case of a walk.
 *
 * @param id - As reports show it.
 * @param listed - Entries of the package's data that it may draw on.
 */
export function walkCase(walk: Walk, id: string, listed: readonly Entry[]): WalkCase {
  const writer = new WalkWriter(listed);
  const sessions = inOrder(walk.sessions);
  const entries = writer.seed(walk.seed);
  const written: WrittenSession[] = [];
  const { twin, faulty, script, cells } = told(sessions, walk, writer, written);
  const [first] = written;
  const base: Omit<Script, 'steps'> = {
    flow: walkFamily,
    role: first?.role ?? 'receiver',
    store: { entries },
    params: first?.params ?? {},
    secret: '417204934',
    shown: ['417204934'],
    serverUrl: 'https://fhir.example.org/r4',
    listen: false,
  };
  const expectation = faulty?.expectation ?? { kind: 'continues' };
  return {
    case: {
      id,
      title: titleOf(sessions, faulty),
      family: walkFamily,
      role: base.role,
      requirements: faulty?.requirements ?? ['PSP-STATE-1'],
      level: 'MUST',
      needs: [],
      script: { ...base, steps: script },
      ...(faulty === undefined
        ? {}
        : { twin: { ...base, steps: twin }, changedStep: faulty.changedStep }),
      breaks: faulty?.breaks ?? [],
      expectation,
      results: expectation.kind === 'continues' ? ['completed'] : [],
      store: { kind: 'model' },
      deliveries: [walk.delivery],
    },
    cells: [...new Set(cells)].sort(),
  };
}
