// The designs and libraries that the protocol is compared with, and the limits that nobody beats.
import { join } from 'node:path';
import { runAlone, runPair, type RoleJob } from '../processes.ts';
import { checkStored, pairSample, resultNumber } from '../scenario.ts';
import type { Context, Sample, Scenario } from '../scenario.ts';
import { emptyStore } from './protocol.ts';

const mebibyte = 1_048_576;

async function lines(context: Context, batch: number): Promise<Sample> {
  const { count, folder, profiles } = context;
  const receiver: RoleJob = ['lines-receiver', { path: join(folder, 'to.db'), batch }];
  const sender: RoleJob = ['lines-sender', { path: await context.seeded(count) }];
  const cost = await runPair(receiver, sender, { profiles });
  checkStored(cost, count);
  return pairSample(count, cost.dialler, cost.listener);
}

async function bundles(context: Context): Promise<Sample> {
  const { count, folder, profiles } = context;
  const receiver: RoleJob = ['bundles-receiver', { path: join(folder, 'to.db'), count }];
  const sender: RoleJob = ['bundles-sender', { path: await context.seeded(count) }];
  const cost = await runPair(receiver, sender, { profiles });
  checkStored(cost, count);
  return pairSample(count, cost.dialler, cost.listener);
}

async function grpc(context: Context): Promise<Sample> {
  const { count, folder, profiles } = context;
  const receiver: RoleJob = ['grpc-receiver', { path: await emptyStore(folder), batch: 500 }];
  const sender: RoleJob = ['grpc-sender', { path: await context.seeded(count) }];
  const cost = await runPair(receiver, sender, { profiles });
  checkStored(cost, count);
  return pairSample(count, cost.dialler, cost.listener);
}

async function pouchdb(context: Context): Promise<Sample> {
  const { count, folder, profiles } = context;
  const path = await context.seeded(count);
  const source: RoleJob = ['pouchdb-source', { path, folder: join(folder, 'source') }];
  const target: RoleJob = ['pouchdb-target', { folder: join(folder, 'target') }];
  const cost = await runPair(source, target, { profiles });
  checkStored(cost, count);
  return pairSample(count, cost.listener, cost.dialler);
}

async function rowsAlone(context: Context, batch: number): Promise<Sample> {
  const { count, folder, profiles } = context;
  const job = { path: await context.seeded(count), target: join(folder, 'to.db'), batch };
  const cost = await runAlone(['rows-alone', job], { profiles });
  const stored = resultNumber(cost, 'stored');
  if (stored !== count) throw new Error(`stored: ${stored} of ${count}`);
  const seconds = resultNumber(cost, 'insertMs') / 1_000;
  return {
    resourcesPerSecond: count / seconds,
    seconds,
    receiverCpuUs: (resultNumber(cost, 'insertCpuMs') * 1_000) / count,
    receiverRssMb: cost.rssPeakOctets / mebibyte,
  };
}

async function tcpAlone({ count, profiles }: Context): Promise<Sample> {
  const octets = count * 2_000;
  const cost = await runPair(['tcp-receiver', {}], ['tcp-sender', { octets }], { profiles });
  const read = resultNumber(cost.listener, 'octetsRead');
  if (read !== resultNumber(cost.dialler, 'octetsWritten')) throw new Error('octets are missing');
  return { megabytesPerSecond: read / 1_000 / cost.listener.wallMs };
}

async function aesAlone({ count, profiles }: Context): Promise<Sample> {
  const octets = count * 2_000;
  const cost = await runAlone(['aes-alone', { octets, pieceOctets: 524_288 }], { profiles });
  return { megabytesPerSecond: resultNumber(cost, 'octetsWritten') / 1_000 / cost.wallMs };
}

async function frameDecoder(context: Context, chunk: number): Promise<Sample> {
  const octets = 1_048_576;
  const cost = await runAlone(['frame-decoder', { octets, chunk }], context);
  if (resultNumber(cost, 'bodies') !== 1) throw new Error('the frame was not read');
  return { seconds: cost.wallMs / 1_000, megabytesPerSecond: octets / 1_000 / cost.wallMs };
}

/** The designs that the protocol is compared with. */
export const otherScenarios: readonly Scenario[] = [
  {
    name: 'ndjson',
    title: 'the plan: newline JSON, one transaction each',
    when: 'default',
    run: (context) => lines(context, 1),
  },
  {
    name: 'ndjson-500',
    title: 'newline JSON, transactions of 500',
    when: 'default',
    run: (context) => lines(context, 500),
  },
  {
    name: 'bundles',
    title: 'FHIR transaction Bundles of 500 over HTTP',
    when: 'default',
    run: bundles,
  },
  {
    name: 'grpc',
    title: 'gRPC stream into the same store, transactions of 500',
    when: 'default',
    needsLibraries: true,
    run: grpc,
  },
  {
    name: 'pouchdb',
    title: 'PouchDB replication, LevelDB over HTTP, not durable',
    when: 'default',
    needsLibraries: true,
    run: pouchdb,
  },
  {
    name: 'sqlite',
    title: 'limit: the same rows into SQLite, transactions of 1 000',
    when: 'default',
    run: (context) => rowsAlone(context, 1_000),
  },
  {
    name: 'tcp',
    title: 'limit: loopback alone',
    when: 'default',
    run: tcpAlone,
  },
  {
    name: 'aes',
    title: 'limit: AES-256-GCM alone, 512 KiB pieces',
    when: 'default',
    run: aesAlone,
  },
  {
    name: 'frame-octets',
    title: 'frame reader, 1 MiB octet by octet',
    when: 'default',
    count: 1,
    run: (context) => frameDecoder(context, 1),
  },
  {
    name: 'frame-64k',
    title: 'frame reader, 1 MiB in chunks of 64 KiB',
    when: 'default',
    count: 1,
    run: (context) => frameDecoder(context, 65_536),
  },
];
