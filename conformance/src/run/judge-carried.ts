// Holds what was carried and told in the last session to what the case says, and a sender that was
// asked for everything to its store. It looks at no octet and no dump.
import { contains } from '../peer/hearing.ts';
import type { Attempt } from './attempt.ts';
import { acknowledgedOtherwise, everything, sendsOtherwise } from './carried.ts';
import { lostOnTheWay } from './passed-on.ts';
import { answerOf, named, type Standard } from './standard.ts';
import type { Problem } from './verdict.ts';

/** What was carried and told in the last session, where the case or the protocol says what. */
export function ofCarried(standard: Standard, { sessions, deeds, departure }: Attempt): Problem[] {
  const last = sessions.at(-1);
  const connection = last?.connections.at(-1);
  if (connection === undefined || departure !== undefined) return [];
  const { outcomes, sends, tells, script } = standard;
  const { spoken } = connection;
  const answer = answerOf(last);
  const isPlain =
    script.params.policy === undefined && deeds.every(({ kind }) => kind === 'session');
  const isSender = connection.transcript.role === 'sender' && sessions.length === 1;
  const all = isSender && isPlain ? everything(spoken, script.store.entries) : undefined;
  const wanted = sends ?? all;
  const other = wanted === undefined ? undefined : sendsOtherwise(spoken, wanted);
  const problems: Problem[] =
    other === undefined
      ? []
      : [
          sends === undefined
            ? { part: 'script', requirement: 'PSP-RESUME-6', level: 'MUST', detail: other }
            : { part: 'script', ...named(standard), detail: other },
        ];
  const said = outcomes === undefined ? [] : acknowledgedOtherwise(spoken, outcomes);
  const told = Object.entries(tells ?? {}).flatMap(([name, value]) =>
    toldOtherwise(answer, name, value),
  );
  const seeded = script.store.entries.map(({ type, id }) => `${type}/${id}`);
  const lost = lostOnTheWay(sessions, seeded).map((detail) => {
    return { part: 'script', requirement: 'PSP-MSG-20', level: 'MUST', detail } as const;
  });
  return [
    ...problems,
    ...lost,
    ...said.map((detail) => ({ part: 'script' as const, ...named(standard), detail })),
    ...told.map((detail) => ({ part: 'result' as const, ...named(standard), detail })),
  ];
}

function toldOtherwise(answer: unknown, name: string, wanted: unknown): string[] {
  const found = (answer as Readonly<Record<string, unknown>> | undefined)?.[name];
  if (found === undefined) return [];
  if (typeof wanted === 'object' && wanted !== null && !Array.isArray(wanted)) {
    return Object.entries(wanted).flatMap(([inner, value]) => toldOtherwise(found, inner, value));
  }
  if (contains(found, wanted)) return [];
  return [`it has to tell ${name} ${JSON.stringify(wanted)}, it told ${JSON.stringify(found)}`];
}
