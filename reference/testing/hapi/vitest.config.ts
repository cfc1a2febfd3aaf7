// The tests that need a running HAPI server; `npm test` leaves them out.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: new URL('../../../', import.meta.url).pathname,
    include: ['reference/testing/hapi/**/*.hapi.test.ts'],
    environment: 'node',
    allowOnly: false,
    // One server and two processors: side by side they would wait for one another.
    fileParallelism: false,
    testTimeout: 20_000,
    hookTimeout: 20_000,
  },
});
