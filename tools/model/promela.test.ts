// The Promela model is what the tables give. Whether it holds is spin's to say: npm run model:spin.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { promelaOf, promelaPath } from './promela.ts';
import { readTables, root, withCell } from './tables.ts';

const model = promelaOf(readTables());

describe('PSP-STATE-1 the Promela model', () => {
  it('is current (else: npx node tools/model/promela.ts)', () => {
    expect(readFileSync(join(root, promelaPath), 'utf8')).toBe(model);
  });

  it('has every cell of both tables once', () => {
    for (const { role, states, events, transitions } of Object.values(readTables())) {
      const letter = role === 'sender' ? 'S' : 'R';
      const inline = model.split(`inline ${letter.toLowerCase()}_cell(`)[1]?.split('\n}')[0] ?? '';
      for (const { name: state } of states) {
        const options = inline
          .split('  :: ')
          .filter((one) => one.startsWith(`p == ${letter}_${state} `));
        for (const { name: event } of events) {
          const having = options.filter((one) => new RegExp(`== E_${event}\\b`).test(one));
          expect(having).toHaveLength(1);
          const next = transitions[state]?.[event]?.next;
          expect(having[0]).toContain(`next = ${letter}_${next};`);
        }
      }
    }
  });

  it('shows a change of a cell, and a missing one', () => {
    const changed = withCell(readTables(), 'sender', 'SENDING', 'ACK', {
      next: 'CLOSING',
      actions: [],
    });
    const missing = withCell(readTables(), 'sender', 'SENDING', 'ACK', undefined);
    expect(promelaOf(changed)).not.toBe(model);
    expect(promelaOf(missing)).not.toContain('p == S_SENDING && (e == E_ACK)');
    expect(model).toContain('p == S_SENDING && (e == E_ACK)');
  });
});
