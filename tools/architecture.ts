// Decides which source file may import which, and what the pure layers may touch. Works on source
// text alone; it does not know what any of the code is for.
import ts from 'typescript';

/** One broken rule of the architecture: where, and which rule. */
export interface Finding {
  readonly path: string;
  readonly line: number;
  readonly message: string;
}

interface Layer {
  /** Path prefixes below reference/src, or single files. A leading `type ` allows types only. */
  readonly mayImport: readonly string[];
  /** Packages; a name after `#` allows that one export only. */
  readonly packages: readonly string[] | 'any';
  /** True when no clock, randomness, asynchrony or I/O may appear. */
  readonly pure: boolean;
}

const cryptoFunctions = [
  'createHash',
  'createHmac',
  'createCipheriv',
  'createDecipheriv',
  'timingSafeEqual',
  'hkdfSync',
];

const pure = (mayImport: string[], packages: string[]): Layer => ({
  mayImport,
  packages,
  pure: true,
});
const open = (mayImport: string[]): Layer => ({ mayImport, packages: 'any', pure: false });

const layers: Readonly<Record<string, Layer>> = {
  wire: pure([], ['@bufbuild/protobuf', 'node:zlib']),
  security: pure(
    ['wire/'],
    ['@noble/curves', ...cryptoFunctions.map((name) => `node:crypto#${name}`)],
  ),
  machine: pure(['wire/'], []),
  // The vocabulary (types, enums, limits and how texts are measured, misuse), never the codecs.
  fhir: pure(
    [
      'type wire/',
      'wire/messages.ts',
      'wire/violation.ts',
      'wire/limits.ts',
      'wire/utf8-length.ts',
      'wire/errors.ts',
    ],
    [],
  ),
  store: open(['wire/', 'fhir/']),
  sync: open(['wire/', 'fhir/', 'type store/store.ts']),
  transport: open([]),
  session: open([
    'wire/',
    'security/',
    'machine/',
    'sync/',
    'fhir/',
    'store/store.ts',
    'transport/transport.ts',
  ]),
  upload: open(['wire/', 'fhir/', 'security/server-digest.ts', 'store/store.ts', 'sync/']),
  cli: open(['']),
  hub: open([
    'wire/',
    'security/',
    'sync/',
    'session/',
    'store/store.ts',
    'store/store-error.ts',
    'transport/transport.ts',
  ]),
  // The reference under test speaks for every layer but the program's own.
  testee: open([
    'wire/',
    'security/',
    'fhir/',
    'store/',
    'sync/',
    'session/',
    'transport/',
    'upload/',
  ]),
};

const packageIndex: Layer = open(['']);
/** Files that only tests run; published code may not reach them. */
export const forTestsOnly = /(\.test|\.laws)\.ts$|(^|\/)testing\//;
const impureNames = new Set([
  'Promise',
  'fetch',
  'performance',
  'process',
  'queueMicrotask',
  'setImmediate',
  'setInterval',
  'setTimeout',
]);

function layerOf(path: string): Layer | undefined {
  if (path === 'index.ts') return packageIndex;
  if (path.startsWith('sync/classification')) {
    return { ...pure(['wire/', 'fhir/', 'type store/store.ts'], []) };
  }
  return layers[path.split('/')[0] ?? ''];
}

/** Resolves a relative specifier against the importing file; undefined when it leaves the root. */
function resolve(from: string, specifier: string): string | undefined {
  const parts = from.split('/').slice(0, -1);
  for (const part of specifier.split('/')) {
    if (part === '..') {
      if (parts.pop() === undefined) return undefined;
    } else if (part !== '.') {
      parts.push(part);
    }
  }
  return parts.join('/');
}

interface Import {
  readonly specifier: string;
  readonly typeOnly: boolean;
  /** Names taken, or undefined when the whole module is. */
  readonly names: readonly string[] | undefined;
}

function namesOf(clause: ts.ImportClause | undefined): readonly string[] | undefined {
  const bindings = clause?.namedBindings;
  if (clause?.name !== undefined || bindings === undefined || !ts.isNamedImports(bindings)) {
    return undefined;
  }
  return bindings.elements.map((element) => (element.propertyName ?? element.name).text);
}

function importOf(node: ts.Node): Import | undefined {
  const text = (expression: ts.Node | undefined): string =>
    expression !== undefined && ts.isStringLiteralLike(expression) ? expression.text : '(computed)';
  if (ts.isImportDeclaration(node)) {
    const clause = node.importClause;
    const typeOnly = clause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
    return { specifier: text(node.moduleSpecifier), typeOnly, names: namesOf(clause) };
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined) {
    return { specifier: text(node.moduleSpecifier), typeOnly: node.isTypeOnly, names: undefined };
  }
  if (ts.isImportTypeNode(node)) {
    const literal = ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined;
    return { specifier: text(literal), typeOnly: true, names: undefined };
  }
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    return { specifier: text(node.arguments[0]), typeOnly: false, names: undefined };
  }
  return undefined;
}

function packageAllowed(imported: Import, allowed: Layer['packages']): boolean {
  if (allowed === 'any' || imported.typeOnly) return true;
  return allowed.some((entry) => {
    const [name = ''] = entry.split('#');
    const { specifier } = imported;
    if (specifier !== name && !specifier.startsWith(`${name}/`)) return false;
    if (!entry.includes('#')) return true;
    return imported.names?.every((taken) => allowed.includes(`${name}#${taken}`)) ?? false;
  });
}

function judgeImport(path: string, layer: Layer, imported: Import): string | undefined {
  const { specifier, typeOnly } = imported;
  if (!specifier.startsWith('.')) {
    return packageAllowed(imported, layer.packages) ? undefined : `imports ${specifier}`;
  }
  const target = resolve(path, specifier);
  if (target === undefined) return `imports ${specifier}, outside the package's sources`;
  if (forTestsOnly.test(target)) return `imports ${target}, which is for tests only`;
  const own = path.split('/')[0] ?? '';
  if (own !== 'wire' && target.startsWith('wire/gen/')) {
    return `imports ${target}: generated code hides behind wire/messages.ts`;
  }
  if (path.includes('/') && target.startsWith(`${own}/`)) return undefined;
  const allowed = layer.mayImport.some((rule) => {
    const prefix = rule.startsWith('type ') ? rule.slice('type '.length) : rule;
    return (typeOnly || prefix === rule) && target.startsWith(prefix);
  });
  return allowed ? undefined : `imports ${typeOnly ? 'types of ' : ''}${target}`;
}

function judgePurity(node: ts.Node): string | undefined {
  if (node.kind === ts.SyntaxKind.AsyncKeyword || node.kind === ts.SyntaxKind.AwaitKeyword) {
    return 'is asynchronous';
  }
  if (ts.isAwaitExpression(node)) return 'is asynchronous';
  if (ts.isNewExpression(node) && node.expression.getText() === 'Date') {
    return (node.arguments?.length ?? 0) === 0 ? 'reads the clock (new Date)' : undefined;
  }
  if (ts.isCallExpression(node) && node.expression.getText() === 'Date') {
    return 'reads the clock (Date)';
  }
  if (ts.isPropertyAccessExpression(node)) {
    const text = node.getText();
    if (text === 'Date.now') return 'reads the clock (Date.now)';
    if (text === 'Math.random') return 'draws random numbers (Math.random)';
    if (text.startsWith('globalThis.') && node.name.text === 'crypto') return 'uses global crypto';
    if (text.startsWith('crypto.')) return 'uses global crypto';
  }
  if (!ts.isIdentifier(node) || !impureNames.has(node.text)) return undefined;
  const { parent } = node;
  const isMember = ts.isPropertyAccessExpression(parent) && parent.name === node;
  const isKey = 'name' in parent && parent.name === node;
  return isMember || isKey ? undefined : `uses ${node.text}`;
}

/**
 * Checks one source file of the reference package.
 *
 * @param path - Path below reference/src, with forward slashes.
 * @param source - The file's text.
 */
export function checkReferenceFile(path: string, source: string): Finding[] {
  if (forTestsOnly.test(path)) return [];
  const generated = path.startsWith('wire/gen/');
  const layer = layerOf(path);
  if (layer === undefined) {
    return [{ path, line: 1, message: 'belongs to no layer that the architecture names' }];
  }
  return walk(path, source, (node) => {
    const imported = importOf(node);
    if (imported !== undefined) return judgeImport(path, layer, imported);
    return layer.pure && !generated ? judgePurity(node) : undefined;
  });
}

/** What the reference computes with; the kit takes others, so that no fault hides on both ends. */
const ofTheReference = /^(peersync|@noble\/curves|@noble\/hashes|uqr)(\/|$)/;

/**
 * Checks one source file of the conformance kit: it shares no code with the reference, tests
 * included, and what is published does not reach into tests.
 *
 * @param path - Path below conformance/, with forward slashes.
 */
export function checkConformanceFile(path: string, source: string): Finding[] {
  return walk(path, source, (node) => {
    const imported = importOf(node);
    if (imported === undefined) return undefined;
    const { specifier, names } = imported;
    const target = specifier.startsWith('.') ? resolve(path, specifier) : specifier;
    if (target === undefined || ofTheReference.test(specifier)) {
      return `imports ${specifier}, outside the kit`;
    }
    const unseen = specifier === 'node:module' && (names?.includes('createRequire') ?? true);
    if (unseen || specifier === '(computed)') return `imports what this check cannot see`;
    const fromTests = specifier.startsWith('.') && forTestsOnly.test(target);
    return fromTests && !forTestsOnly.test(path) ? `imports ${target}, for tests only` : undefined;
  });
}

/** The packages a source file imports, types included, without `node:` ones. */
export function importedPackages(source: string): string[] {
  const names: string[] = [];
  walk('', source, (node) => {
    const specifier = importOf(node)?.specifier;
    if (specifier === undefined || /^(\.|node:)/.test(specifier)) return undefined;
    const parts = specifier.split('/');
    names.push(parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/'));
    return undefined;
  });
  return names;
}

function walk(
  path: string,
  source: string,
  judge: (node: ts.Node) => string | undefined,
): Finding[] {
  const file = ts.createSourceFile(path, source, ts.ScriptTarget.Latest, true);
  const findings: Finding[] = [];
  const visit = (node: ts.Node): void => {
    const message = judge(node);
    if (message !== undefined) {
      const line = file.getLineAndCharacterOfPosition(node.getStart()).line + 1;
      findings.push({ path, line, message });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return findings;
}
