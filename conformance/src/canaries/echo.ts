// Canary: gives back every octet that it is sent, and says that all went well.
//
// It proves nothing: not even a first frame is in its place.
import { serve, type CanaryRun, type Members } from './control-lines.ts';
import { dial, WAIT_MS } from './session.ts';

async function run(told: CanaryRun): Promise<Members> {
  const stream = await dial(told);
  for (;;) {
    const incoming = await stream.read(WAIT_MS);
    if (incoming?.kind !== 'octets') break;
    await stream.write(incoming.octets);
  }
  await stream.end();
  stream.dispose();
  return { result: 'completed', report: { types: [] } };
}

await serve('echo', { run });
