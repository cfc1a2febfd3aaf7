import eslint from '@eslint/js';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

const banned = (selector, message) => ({ selector, message });

const noDefaultExport = banned(
  'ExportDefaultDeclaration',
  'Name every export: a default export has as many names as importers.',
);

export default defineConfig(
  {
    ignores: [
      '**/node_modules/',
      '**/dist/',
      'docs/api/',
      'reference/src/wire/gen/',
      'reference/src/fhir/gen/',
      // Another language, see tools/wasm.ts.
      'reference/wasm/',
      'conformance/src/gen/',
      '**/testdata/',
      'reference/testing/hapi/server/target/',
    ],
  },
  eslint.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-unnecessary-condition': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/prefer-readonly': 'error',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      // async without await is how a synchronous body keeps the promise to reject, not to throw.
      '@typescript-eslint/require-await': 'off',
      // assertNever is the only default of a switch over our own unions.
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
    },
  },
  {
    rules: {
      eqeqeq: ['error', 'always'],
      'max-lines': ['error', { max: 300 }],
      'max-lines-per-function': ['error', { max: 60 }],
      'max-len': ['error', { code: 100, ignoreUrls: true }],
      'no-console': 'error',
      'no-restricted-syntax': ['error', noDefaultExport],
      'prefer-const': 'error',
    },
  },
  {
    // A describe block is one function; its length says nothing.
    files: ['**/*.test.ts', '**/*.laws.ts'],
    rules: {
      'max-lines-per-function': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  {
    // What a developer is given is one file.
    files: ['conformance/skeletons/ts/**'],
    rules: { 'max-lines': ['error', { max: 400 }] },
  },
  {
    // Programs talk to people; everything else returns values.
    files: ['reference/src/cli/**', 'tools/**'],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['**/*.mjs', '**/*.js'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        setInterval: 'readonly',
        clearInterval: 'readonly',
      },
    },
  },
  {
    // Their hosts demand a default export.
    files: ['eslint.config.js', '**/vitest.config.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
);
