import { expect, it } from 'vitest';

it('answers', async () => {
  const answer = await fetch(`${process.env['PEERSYNC_HAPI_URL']}/metadata`);
  expect(answer.status).toBe(200);
});
