// The tests of one module, as main.ts names them: a mutant has to be found by the tests beside its
// file. What some other folder's test would have found by chance does not count.
import { defineConfig } from 'vitest/config';
import base from '../../vitest.config.ts';

const tests = process.env['MUTATION_TESTS'];

export default defineConfig({
  ...base,
  test: { ...base.test, include: tests === undefined ? [] : tests.split(',') },
});
