// The program of every measured process: `node main.ts ROLE`, driven by its parent.
import type { RoleProgram } from './role.ts';
import { serveRole } from './role.ts';

const roles: Readonly<Record<string, () => Promise<RoleProgram>>> = {
  'protocol-sender': async () => (await import('./protocol-sender.ts')).protocolSender,
  'protocol-receiver': async () => (await import('./protocol-receiver.ts')).protocolReceiver,
  'hub-receiver': async () => (await import('./hub.ts')).hubReceiver,
  'hub-senders': async () => (await import('./hub.ts')).hubSenders,
  'lines-sender': async () => (await import('./lines.ts')).linesSender,
  'lines-receiver': async () => (await import('./lines.ts')).linesReceiver,
  'bundles-sender': async () => (await import('./bundles.ts')).bundlesSender,
  'bundles-receiver': async () => (await import('./bundles.ts')).bundlesReceiver,
  'grpc-sender': async () => (await import('./grpc.ts')).grpcSender,
  'grpc-receiver': async () => (await import('./grpc.ts')).grpcReceiver,
  'pouchdb-source': async () => (await import('./pouchdb.ts')).pouchSource,
  'pouchdb-target': async () => (await import('./pouchdb.ts')).pouchTarget,
  'tcp-sender': async () => (await import('./octets.ts')).tcpSender,
  'tcp-receiver': async () => (await import('./octets.ts')).tcpReceiver,
  'rows-alone': async () => (await import('./rows-alone.ts')).rowsAlone,
  'aes-alone': async () => (await import('./octets.ts')).aesAlone,
  'frame-decoder': async () => (await import('./octets.ts')).frameDecoder,
  'slow-link': async () => (await import('./slow-link.ts')).slowLink,
};

const name = process.argv[2] ?? '';
const role = roles[name];
if (role === undefined) throw new Error(`no role is named ${name}`);
serveRole(await role());
