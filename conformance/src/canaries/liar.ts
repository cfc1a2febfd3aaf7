// Canary: declares every feature and has none, and shows a store that it does not have. It opens a
// session as it should, breaks it off in the middle as if its user had cancelled, and tells its
// user that everything was transferred. Its dump is what the session would have led to: the seed
// does not matter to it.
//
// The kit has to hold its word against its octets and its dump against its seed.
import type { StoreContent } from '../control/values.ts';
import { serve, type CanaryRun, type Members } from './control-lines.ts';
import { CanarySession } from './session.ts';

const features = [
  ...['open', 'edit', 'abort', 'decide', 'clock', 'listen', 'code', 'inline', 'decode', 'encode'],
  ...['upload', 'search', 'policy', 'window', 'limits', 'grease', 'fault'],
];

const store: StoreContent = {
  entries: [
    { type: 'Patient', id: 'p1', resource: '{"resourceType":"Patient","id":"p1","active":true}' },
  ],
};

async function run(told: CanaryRun): Promise<Members> {
  const session = await CanarySession.open(told);
  const isSender = told.command.role === 'sender';
  if (await session.greet()) {
    if (isSender) await session.say('Identity');
    else if (await session.await('Identity')) await session.say('Request');
    if (await session.await(isSender ? 'Request' : 'Offer')) await session.say('Abort');
  }
  await session.leave();
  const patients = { type: 'Patient', transferred: 1, outcomes: { STORED: 1 } };
  return { result: 'completed', report: { complete: true, types: [patients] } };
}

await serve('liar', {
  hello: {
    features,
    strategies: ['theirs', 'ours', 'merge', 'defer'],
    releases: ['R4', 'R4B', 'R5'],
    secretKinds: ['digits', 'qr'],
    capabilities: ['deflate'],
  },
  run,
  store: () => store,
});
