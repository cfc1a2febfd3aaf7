// Installs what is missing, so that `npm start` and `npm test` work alone on a fresh clone.
// Plain JavaScript without dependencies: it runs before anything is installed, on Node 20 too.
// It trusts npm's own record of what is installed (node_modules/.package-lock.json), which npm
// writes last: an interrupted installation leaves none.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const workspaces = ['', 'reference', 'conformance'];
const nodeMajorMin = 20;
const typeStrippingSince = [22, 18];
const progressEveryMs = 10_000;

const say = (line) => console.log(`setup: ${line}`);

function fail(lines) {
  for (const line of lines) console.error(`setup: ${line}`);
  process.exit(1);
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(join(root, path), 'utf8'));
  } catch {
    return undefined;
  }
}

function sameDependencies(manifest, locked) {
  const kinds = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'];
  const of = (from) => kinds.map((kind) => Object.entries(from[kind] ?? {}).sort());
  return JSON.stringify(of(manifest)) === JSON.stringify(of(locked));
}

/** The first package.json that was edited without its lock, or undefined. */
function editedManifest(lock) {
  return workspaces
    .filter((folder) => {
      const manifest = readJson(join(folder, 'package.json'));
      return !sameDependencies(manifest ?? {}, lock?.packages[folder] ?? {});
    })
    .map((folder) => join(folder, 'package.json'))[0];
}

/** The version that the installed `node` package runs, or undefined when it does not run. */
function installedNode() {
  const bin = join(root, 'node_modules', 'node', 'bin');
  const program = [join(bin, 'node'), join(bin, 'node.exe')].find((path) => existsSync(path));
  if (program === undefined) return undefined;
  const run = spawnSync(program, ['--version'], { encoding: 'utf8' });
  return run.status === 0 ? run.stdout.trim() : undefined;
}

/** Why an installation is needed, or undefined when everything is in place. */
function missing() {
  const lock = readJson('package-lock.json');
  const installed = readJson('node_modules/.package-lock.json');
  if (installed === undefined) return 'nothing is installed yet';
  if (lock === undefined) return 'package-lock.json is missing';
  const edited = editedManifest(lock);
  if (edited !== undefined) return `${edited} names other dependencies than the lock file`;
  for (const [path, entry] of Object.entries(lock.packages)) {
    if (!path.startsWith('node_modules/') || entry.optional || entry.link) continue;
    const found = installed.packages[path];
    if (found === undefined) return `${path.slice('node_modules/'.length)} is not installed`;
    if (found.version !== entry.version) {
      return `${path.slice('node_modules/'.length)} is ${found.version}, wanted ${entry.version}`;
    }
  }
  if (installedNode() === undefined) return 'the installed Node does not run on this machine';
  return undefined;
}

/** Runs npm with the Node that runs npm already, never with the one being replaced. */
function npm(args) {
  const script = process.env.npm_execpath;
  const viaScript = script !== undefined && /\.c?js$/.test(script);
  const command = viaScript ? (process.env.npm_node_execpath ?? process.execPath) : 'npm';
  const argv = [...(viaScript ? [script] : []), ...args, '--loglevel=error'];
  say(`npm ${args.join(' ')}`);
  const shell = !viaScript && process.platform === 'win32';
  const child = spawn(command, argv, { cwd: root, shell, stdio: ['ignore', 'inherit', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const startedMs = Date.now();
  const ticker = setInterval(() => {
    say(`still installing, ${Math.round((Date.now() - startedMs) / 1000)} s`);
  }, progressEveryMs);
  return new Promise((resolve) => {
    const end = (ok) => {
      clearInterval(ticker);
      resolve({ ok, stderr });
    };
    child.on('error', (error) => {
      stderr += error.message;
      end(false);
    });
    child.on('close', (code) => end(code === 0));
  });
}

const offline = /ENOTFOUND|EAI_AGAIN|ECONN|ETIMEDOUT|ENETUNREACH|ERR_SOCKET|CERT|network/;

async function install() {
  if (editedManifest(readJson('package-lock.json')) !== undefined) return npm(['install']);
  const exact = await npm(['ci']);
  if (exact.ok || offline.test(exact.stderr)) return exact;
  // A registry may lack another platform's binaries, which `npm ci` insists on and this machine
  // does not need. The lock file stays as it is.
  say('npm ci did not work here; trying npm install');
  return npm(['install', '--no-save']);
}

function explain(stderr) {
  if (offline.test(stderr)) {
    return [
      'The packages could not be downloaded: the package registry cannot be reached.',
      'Connect this machine, or set its proxy (npm config set proxy URL) or registry',
      '(npm config set registry URL), then run the same command again.',
    ];
  }
  if (/ENOENT.*npm|npm.*ENOENT/.test(stderr)) {
    return ['npm was not found. Install Node.js 20 or later with npm, then try again.'];
  }
  return [
    'The installation failed; npm said why above.',
    'Put that right, delete the node_modules folder, then run the same command again.',
  ];
}

function nodeIsNewEnough() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const [wantedMajor, wantedMinor] = typeStrippingSince;
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}

async function main() {
  if (Number(process.versions.node.split('.')[0]) < nodeMajorMin) {
    fail([`Node ${process.versions.node} is too old: install Node ${nodeMajorMin} or later.`]);
  }
  const reason = missing();
  if (reason === undefined) return;
  say(`${reason}; installing (about 180 packages, 15 s to a minute)`);
  const result = await install();
  if (!result.ok) {
    process.stderr.write(result.stderr);
    fail(explain(result.stderr));
  }
  const version = installedNode();
  if (version === undefined && !nodeIsNewEnough()) {
    fail([
      `Node ${typeStrippingSince.join('.')} or later is needed; this is ${process.version}.`,
      'The packaged Node was not installed, most likely because npm may not run install scripts.',
      'Run: npm config set ignore-scripts false, then delete node_modules and try again;',
      'or install Node 24 yourself.',
    ]);
  }
  say(`ready (Node ${version ?? process.version})`);
}

await main();
