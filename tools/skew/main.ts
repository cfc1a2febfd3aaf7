// `npm run skew`: the frozen baseline, the present build and an invented next version against one
// another, in both roles. Exit status 1: something came out otherwise than the specification says.
// With `--write` the record is written anew; chapter 20 is rendered from it.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { frozenBuild } from './frozen.ts';
import { playMatrix } from './matrix.ts';
import { recordedPath, recordedSkew, skewDifferences } from './recorded.ts';

const root = join(import.meta.dirname, '..', '..');
const path = join(root, recordedPath);

const played = await playMatrix(({ sender, receiver, outcome, version, capabilities, stores }) => {
  const agreed =
    version === null ? '' : `, version ${version}, capabilities ${capabilities.join()}`;
  console.log(`${sender} to ${receiver}: ${outcome}${agreed}, stores ${stores}`);
});
const recorded = recordedSkew(root);
if (process.argv.includes('--write')) {
  const record = { ...recorded, baseline: frozenBuild().name, outcomes: played };
  const options = { ...(await resolveConfig(path)), filepath: path };
  writeFileSync(path, await format(JSON.stringify(record), options));
  console.log(`${recordedPath}: written. Now: npx node tools/spec/render.ts`);
} else {
  const differences = skewDifferences(recorded.outcomes, played);
  for (const difference of differences) console.error(difference);
  console.log(`${played.length} pairs, ${differences.length} differ from ${recordedPath}.`);
  process.exitCode = differences.length === 0 ? 0 : 1;
}
