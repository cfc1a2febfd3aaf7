// Loaded before a testee with `node --import`: makes one change to one of its sources, which FILE
// ends the URL of: FIND, there exactly once, becomes PUT. For tests of what walks catch.
import { registerHooks } from 'node:module';
import process from 'node:process';

const { FILE: file, FIND: find, PUT: put } = process.env;

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    if (!url.endsWith(file)) return loaded;
    const parts = String(loaded.source).split(find);
    if (parts.length !== 2) throw new Error(`${file} does not hold ${find} once`);
    return { ...loaded, source: parts.join(put) };
  },
});
