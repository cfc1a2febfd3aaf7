// Lets the golden vectors travel with the conformance kit: a copy lies in its folder while npm
// packs it. `--remove` takes the copy away again.
import { cpSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const copy = path('../conformance/vectors');

rmSync(copy, { recursive: true, force: true });
if (!process.argv.includes('--remove')) cpSync(path('../vectors'), copy, { recursive: true });
