// What a script asks of a testee, and whether the testee says it has it. Nothing is played.
import type { Feature, Hello, Mode, RunParams } from '../control/values.ts';
import type { Case, Script } from '../cases/case.ts';

const featureOfParam: Partial<Record<keyof RunParams, Feature>> = {
  offer: 'decide',
  window: 'window',
  policy: 'policy',
  limits: 'limits',
  grease: 'grease',
  storeFailsAt: 'fault',
};

const featureOfCommand: Readonly<Record<string, Feature>> = {
  abort: 'abort',
  clock: 'clock',
  decide: 'decide',
  edit: 'edit',
};

const modes = ['FULL', 'CURSOR', 'LAST_UPDATED'] as const;

function paramsOf(script: Script): readonly RunParams[] {
  const again = script.steps.flatMap((step) => (step.do === 'again' ? (step.params ?? []) : []));
  return [script.params, ...again];
}

function featuresOf(script: Script): Feature[] {
  const { steps } = script;
  const params = paramsOf(script).flatMap((set) => Object.keys(set) as (keyof RunParams)[]);
  const commands = steps.flatMap((step) => (step.do === 'control' ? [step.command] : []));
  const waitsFor = (event: string): boolean =>
    steps.some((step) => step.do === 'event' && step.event === event);
  const drawsSecret = script.role === 'sender' && script.secret === null;
  const showsAnother = steps.some((step) => step.do === 'dial' && step.code);
  return [
    ...params.flatMap((name) => featureOfParam[name] ?? []),
    ...commands.flatMap((command) => featureOfCommand[command] ?? []),
    ...(script.clock === undefined ? [] : (['clock'] as const)),
    ...(script.listen ? (['listen'] as const) : []),
    ...(drawsSecret || showsAnother || waitsFor('code') ? (['code'] as const) : []),
    ...(steps.some((step) => step.do === 'kill' || step.do === 'open') ? (['open'] as const) : []),
  ];
}

/** Modes that the kit asks a sender for: it may have fewer than all (PSP-REQ-3). */
function modesAsked({ steps }: Script): Mode[] {
  const asked = steps.flatMap((step) =>
    step.do === 'send' && step.message === 'Request' ? [step.fields?.['mode'] ?? 'FULL'] : [],
  );
  return asked.flatMap((name) => modes.find((known) => known === name) ?? []);
}

function lackOfParams(params: RunParams, hello: Hello): string | undefined {
  const { mode, strategy, release = 'R4', capabilities = [] } = params;
  if (mode !== undefined && !hello.modes.includes(mode)) return `mode ${mode}`;
  if (strategy !== undefined && !hello.strategies.includes(strategy)) return `strategy ${strategy}`;
  if (!hello.releases.includes(release)) return `release ${release}`;
  const capability = capabilities.find((name) => !hello.capabilities.includes(name));
  return capability === undefined ? undefined : `capability ${capability}`;
}

/** What a case needs and the testee lacks, for example `feature clock`; undefined: nothing. */
export function lackOf({ script, needs, draft: of }: Case, hello: Hello): string | undefined {
  const roles = script.steps.flatMap((step) => (step.do === 'again' ? (step.role ?? []) : []));
  const role = roles.find((name) => !hello.roles.includes(name));
  if (role !== undefined) return `role ${role}`;
  const drafts = [...(of === undefined ? [] : [of]), ...(script.drafts ?? [])];
  const draft = drafts.find((name) => hello['x-drafts']?.includes(name) !== true);
  if (draft !== undefined) return `draft ${draft}`;
  const features = [...needs, ...featuresOf(script)];
  const feature = features.find((name) => !hello.features.includes(name));
  if (feature !== undefined) return `feature ${feature}`;
  const isQr = [script.secret].flat().some((text) => text?.startsWith('FPSP1:') === true);
  const scans = script.scans === true;
  const kind = isQr || scans ? 'qr' : 'digits';
  if ((script.secret !== null || scans) && !hello.secretKinds.includes(kind))
    return `secret kind ${kind}`;
  const mode = modesAsked(script).find((name) => !hello.modes.includes(name));
  if (mode !== undefined) return `mode ${mode}`;
  for (const params of paramsOf(script)) {
    const lack = lackOfParams(params, hello);
    if (lack !== undefined) return lack;
  }
  return undefined;
}
