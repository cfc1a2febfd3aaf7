// Holds the sessions of a case to what they have to keep apart and to themselves: what is drawn
// anew for each, and what no message may say. It looks at messages, not at octets or dumps.
import type { Attempt } from './attempt.ts';
import { alike, valuesOf } from './compared.ts';
import { saidOf, unsaidOf } from './concealed.ts';
import { named, type Standard } from './standard.ts';
import type { Problem } from './verdict.ts';

/** What sessions have alike that may not be, and what was said that may not be. */
export function ofSecrecy(standard: Standard, { sessions, departure }: Attempt): Problem[] {
  const { differs = [], conceals = [], says = [] } = standard;
  const part = 'script' as const;
  const said = sessions.flatMap(({ connections }, session) =>
    connections.flatMap(({ spoken }) =>
      saidOf(spoken, conceals).map((detail) => ({ part, ...named(standard), detail, session })),
    ),
  );
  const spoken = sessions.flatMap(({ connections }) => connections.flatMap((one) => one.spoken));
  const unsaid = unsaidOf(spoken, says).map((detail) => ({ part, ...named(standard), detail }));
  // A case that was left early has fewer sessions than it compares.
  if (departure !== undefined) return [...said, ...unsaid];
  const connections = sessions.flatMap((session) => session.connections);
  const same = differs.flatMap((path) => {
    const detail = alike(path, valuesOf(path, connections));
    return detail === undefined ? [] : [{ part, ...named(standard), detail }];
  });
  return [...said, ...unsaid, ...same];
}
