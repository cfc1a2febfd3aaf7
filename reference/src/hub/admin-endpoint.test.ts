// The operator's endpoint over HTTP: who may ask what, and what there is to see.
import { request } from 'node:http';
import { networkInterfaces } from 'node:os';
import { describe, expect, it, onTestFinished } from 'vitest';
import { settle } from '../session/testing/settle.ts';
import { StoreError } from '../store/store-error.ts';
import { emptyStore } from '../session/testing/pair.ts';
import { serveAdmin } from './admin-endpoint.ts';
import type { HubOptions } from './hub-options.ts';
import type { Store } from '../store/store.ts';
import { HubScene, storeWith, type Device } from './testing/hub-scene.ts';
import { readPrometheus } from './testing/prometheus-text.ts';

async function serving(options: Partial<HubOptions> = {}, host = '127.0.0.1') {
  const scene = new HubScene(options);
  const endpoint = await serveAdmin(scene.hub, { host, port: 0 });
  onTestFinished(() => endpoint.close());
  const url = `http://127.0.0.1:${endpoint.address.port}`;
  const get = async (path: string) => {
    const response = await fetch(url + path);
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const post = async (value: unknown, headers: Record<string, string> = {}) => {
    const response = await fetch(`${url}/codes`, {
      method: 'POST',
      body: typeof value === 'string' ? value : JSON.stringify(value),
      headers: { 'content-type': 'application/json', ...headers },
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  return { scene, endpoint, url, get, post };
}

const textOf = (device: Device): string => Buffer.from(device.typed().secret).toString('ascii');

/** A request with a Host header of its own, which fetch does not allow. */
async function withHost(port: number, host: string, address = '127.0.0.1'): Promise<number> {
  return new Promise((resolve, reject) => {
    const options = { host: address, port, path: '/sessions', headers: { host } };
    request(options, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });
}

describe('the operator of a hub', () => {
  it('sees who waits, enters a code, and sees who sends how much', async () => {
    const { scene, get, post } = await serving();
    const [one, two] = [await scene.device(3), await scene.device(3)];
    await scene.arrived();
    expect((await get('/sessions')).body).toMatchObject({
      sessions: [
        { session: one.name(), stage: 'waiting', from: expect.any(String) as string },
        { session: two.name(), stage: 'waiting' },
      ],
    });
    expect(await post({ code: textOf(one) })).toMatchObject({
      status: 409,
      body: { sessions: [{ session: one.name() }, { session: two.name() }] },
    });
    const spaced = textOf(two).replace(/(...)(...)/, '$1 $2-');
    expect(await post({ code: spaced, session: two.name() })).toEqual({
      status: 200,
      body: { kind: 'authenticated', session: two.name() },
    });
    expect(await two.result).toMatchObject({ kind: 'complete' });
    expect(await post({ code: textOf(two), session: one.name() })).toMatchObject({
      status: 422,
      body: { code: 'AUTH_FAILED' },
    });
    expect(await post({ code: textOf(two) })).toMatchObject({ status: 404 });
  });

  it('PSP-CODE-4: is told of a code that cannot be right; the device keeps its own', async () => {
    const { scene, post } = await serving();
    const device = await scene.device();
    await scene.arrived();
    for (const wrong of ['', '123', '123 456 780', 'FPSP1:short', 'a'.repeat(40)]) {
      expect(await post({ code: wrong })).toMatchObject({ status: 400 });
    }
    for (const wrong of ['{', '[]', 'null', '{"code":1}', '{"code":"1","dial":{"host":"h"}}']) {
      expect(await post(wrong)).toMatchObject({ status: 400 });
    }
    expect(await post({ code: textOf(device) })).toMatchObject({ status: 200 });
    expect(await device.result).toMatchObject({ kind: 'complete' });
  });

  it('PSP-CODE-9: no answer and no metric holds a code', async () => {
    const { scene, post, url } = await serving();
    const device = await scene.device();
    await scene.arrived();
    const code = textOf(device);
    const answers = [await post({ code, session: 'nobody' }), await post({ code })];
    await device.result;
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(JSON.stringify([answers, scene.log, scene.ended]) + metrics).not.toContain(code);
  });

  it('PSP-CODE-9: codes and sessions are for this machine, by a name of this machine', async () => {
    const { endpoint, url, post } = await serving({}, '0.0.0.0');
    const { port } = endpoint.address;
    for (const host of ['localhost', `127.0.0.1:${port}`, `[::1]:${port}`]) {
      expect(await withHost(port, host)).toBe(200);
    }
    for (const host of ['evil.example', `127.0.0.1.evil.example:${port}`, '[fe80::1]']) {
      expect(await withHost(port, host)).toBe(403);
    }
    const outward = Object.values(networkInterfaces())
      .flatMap((list) => list ?? [])
      .find(({ internal, family }) => !internal && family === 'IPv4');
    if (outward !== undefined) {
      expect(await withHost(port, 'localhost', outward.address)).toBe(403);
      const health = await fetch(`http://${outward.address}:${port}/health`);
      expect(health.status).toBe(200);
    }
    // What a form of a web page can send.
    const form = await post('{"code":"1"}', { 'content-type': 'text/plain' });
    expect(form.status).toBe(415);
    expect((await fetch(`${url}/codes`)).status).toBe(405);
    expect((await fetch(`${url}/elsewhere`)).status).toBe(404);
    expect((await post('x'.repeat(5_000))).status).toBe(413);
  });
});

describe('health and metrics', () => {
  it('fail and are well again with the store, and say when the hub ends', async () => {
    const store = emptyStore('Hub');
    let isFull = false;
    const updateRemote: Store['updateRemote'] = async (batch, decide) => {
      if (isFull) throw new StoreError('full', 'no space left');
      return store.updateRemote(batch, decide);
    };
    const failing = storeWith(store, { updateRemote });
    const { scene, get, url } = await serving({ store: failing });
    const session = async () => {
      const device = await scene.device();
      await scene.arrived();
      await scene.hub.admit(device.typed());
      const result = await device.result;
      await settle(50);
      return 'codeName' in result ? result.codeName : result.kind;
    };
    expect(await get('/health')).toMatchObject({ status: 200, body: { status: 'ok' } });
    isFull = true;
    expect(await session()).toBe('STORAGE_FAILED');
    expect(await get('/health/ready')).toMatchObject({ status: 503 });
    expect(await get('/health/live')).toMatchObject({ status: 200 });
    isFull = false;
    expect(await session()).toBe('complete');
    expect(await get('/health')).toMatchObject({ status: 200 });
    const response = await fetch(`${url}/metrics`);
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const samples = readPrometheus(await response.text());
    const ended = 'peersync_sessions_ended_total';
    expect(samples.get(`${ended}{kind="complete",code="",admitted="yes"}`)).toBe(1);
    expect(samples.get(`${ended}{kind="failed",code="STORAGE_FAILED",admitted="yes"}`)).toBe(1);
    expect(samples.get('peersync_connections_total')).toBe(2);
    expect(samples.get('peersync_entries_committed_total')).toBe(3);
    expect(samples.get('peersync_write_failures_total')).toBe(1);
    expect(samples.get('peersync_connections{stage="waiting"}')).toBe(0);
    expect(samples.get('process_resident_memory_bytes')).toBeGreaterThan(1e6);
    await scene.hub.drain(0);
    expect(await get('/health')).toMatchObject({ status: 503, body: { status: 'draining' } });
    expect(readPrometheus(await (await fetch(`${url}/metrics`)).text())).toContainEqual([
      'peersync_draining',
      1,
    ]);
  });

  it('fail where a session cannot read the store, before anything is written', async () => {
    const store = emptyStore('Hub');
    let isGone = true;
    const getCursor: Store['getCursor'] = async (peer, scope) => {
      if (isGone) throw new StoreError('failed', 'the server is not there');
      return store.getCursor(peer, scope);
    };
    const { scene, get } = await serving({ store: storeWith(store, { getCursor }) });
    const ended = async () => {
      const device = await scene.device();
      await scene.arrived();
      await scene.hub.admit(device.typed());
      const { kind } = await device.result;
      await settle(50);
      return [kind, (await get('/health')).status];
    };
    expect(await ended()).toEqual(['failed', 503]);
    isGone = false;
    expect(await ended()).toEqual(['complete', 200]);
  });
});
