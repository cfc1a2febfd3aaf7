// Canary: makes noise. Between its control lines it prints what loggers print, and lines that look
// almost like answers; on the connection it writes octets that are no frames.
//
// The noise on the control channel must not disturb the kit, and the octets must fail each case
// rather than the kit. With the argument `hello` its answers are no answers either: then it is
// unusable.
import process from 'node:process';
import { serve, writeLine, type CanaryRun, type Members } from './control-lines.ts';
import { dial, WAIT_MS } from './session.ts';

const noise = [
  'INFO  starting up',
  '{"no":"id"}',
  '{ "id": 1, "ok": tru',
  '[{"id":1,"ok":true}]',
  '\u0000\u0007\ufffd 42',
  '{"ev":"rumour","run":1}',
];

/** The same octets each time; their first four declare a frame of a thousand million. */
const octets = Uint8Array.from({ length: 512 }, (_, at) => (at * at * 31 + 59) % 251);

async function run(told: CanaryRun): Promise<Members> {
  const stream = await dial(told);
  await stream.write(octets);
  await stream.end();
  for (;;) {
    const incoming = await stream.read(WAIT_MS);
    if (incoming?.kind !== 'octets') break;
  }
  stream.dispose();
  return { result: 'completed', report: { types: [] } };
}

const before = (): void => noise.forEach(writeLine);
const isEarly = process.argv[2] === 'hello';
const hello = { versions: 'one', roles: ['referee'], featuers: [] };
await serve('garbage', { run, before, ...(isEarly ? { hello } : {}) });
