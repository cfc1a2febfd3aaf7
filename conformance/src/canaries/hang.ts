// Canary: dials, and then does nothing any more; the command is never answered.
//
// The kit has to kill it when its time is over, report `hang`, and go on with the next case.
import { serve, type CanaryRun, type Members } from './control-lines.ts';
import { dial } from './session.ts';

async function run(told: CanaryRun): Promise<Members> {
  await dial(told);
  return new Promise(() => undefined);
}

await serve('hang', { run });
