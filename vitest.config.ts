// Runs every package's tests in one go. The package's public name resolves to its sources, so that
// examples written the way a user writes them are tested without a build.
import { fileURLToPath } from 'node:url';
import { configDefaults, defineConfig } from 'vitest/config';

const source = (path: string): string =>
  fileURLToPath(new URL(`./reference/src/${path}`, import.meta.url));

export default defineConfig({
  resolve: {
    alias: [
      { find: /^peersync$/, replacement: source('index.ts') },
      { find: /^peersync\/([a-z]+)$/, replacement: source('$1/index.ts') },
    ],
  },
  test: {
    include: [
      '{reference,conformance}/src/**/*.test.ts',
      'conformance/{canaries,skeletons}/**/*.test.ts',
      'reference/{mutants,testing,scenarios,simulation,faults}/**/*.test.ts',
      'tools/**/*.test.ts',
      'bench/*.test.ts',
    ],
    // Those need a server of their own: npm run test:hapi.
    exclude: [...configDefaults.exclude, '**/*.hapi.test.ts'],
    environment: 'node',
    allowOnly: false,
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
