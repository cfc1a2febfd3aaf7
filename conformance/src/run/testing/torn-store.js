// Loaded before the reference's testee (`node --import`): its store then commits after each entry
// instead of once for a Payload, as slowly as a poor disk does, so that a loss of power tears it.
import { registerHooks } from 'node:module';

const put = 'this.#entries.put(current, next, state.sequence);';
const commitEach = `${put}
    this.#putState(state);
    this.#statements.commit.run();
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    this.#statements.begin.run();`;
const changes = {
  '/store/sqlite-tables.ts': [put, commitEach],
  // Its own disk need not be slow as well: what is written survives the process.
  '/store/sqlite-database.ts': ['PRAGMA synchronous = FULL', 'PRAGMA synchronous = OFF'],
};

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    const [, change] = Object.entries(changes).find(([name]) => url.endsWith(name)) ?? [];
    if (change === undefined) return loaded;
    const [from, to] = change;
    const source = String(loaded.source);
    if (source.split(from).length !== 2) throw new Error(`there is not one ${from}`);
    return { ...loaded, source: source.replace(from, to) };
  },
});
