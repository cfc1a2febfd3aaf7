// The same rows into SQLite by node:sqlite alone. Only the insertions are measured: what reads the
// rows stands outside.
import { openSqliteStore } from '../../reference/src/store/index.ts';
import { rowsOfPayload } from '../plain-form.ts';
import { PlainRows } from '../plain-rows.ts';
import { payloadsOf } from '../stores.ts';
import { numberOf, textOf, type RoleProgram } from './role.ts';

/** Inserts every entry of a store, `batch` in one transaction. */
export const rowsAlone: RoleProgram = async (job) => {
  const store = openSqliteStore(textOf(job, 'path'));
  const rows = new PlainRows(textOf(job, 'target'));
  const batch = numberOf(job, 'batch');
  return {
    run: async () => {
      let [insertMs, insertCpuMs] = [0, 0];
      for await (const page of payloadsOf(store, batch)) {
        const entries = page.map(rowsOfPayload);
        const cpu = process.cpuUsage();
        const startedMs = performance.now();
        rows.insert(entries);
        insertMs += performance.now() - startedMs;
        const { user, system } = process.cpuUsage(cpu);
        insertCpuMs += (user + system) / 1000;
      }
      return { stored: rows.count, insertMs, insertCpuMs };
    },
    close: async () => {
      rows.close();
      await store.close();
    },
  };
};
