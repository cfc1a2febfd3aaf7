// The canonical form of a server's URL, beyond the vectors.
import { describe, expect, it } from 'vitest';
import { isFault } from '../fault.ts';
import { canonicalUrl } from './server-url.ts';

describe('canonicalUrl', () => {
  it.each([
    ['HTTP://A', 'http://a'],
    ['http://a:80', 'http://a'],
    ['http://a:80/', 'http://a'],
    ['https://a:80//', 'https://a:80'],
    ['https://a//b', 'https://a//b'],
    ["https://a-b.~!$&'()*+,;=/x:y@z", "https://a-b.~!$&'()*+,;=/x:y@z"],
    ['https://[::1]:8443/A', 'https://[::1]:8443/A'],
    ['https://a:65535', 'https://a:65535'],
    ['https://a/...', 'https://a/...'],
    [`https://a/${'x'.repeat(2038)}`, `https://a/${'x'.repeat(2038)}`],
    [`https://a/${'x'.repeat(2038)}/`, `https://a/${'x'.repeat(2038)}`],
  ])('PSP-SRV-2 %s', (text, canonical) => {
    expect(canonicalUrl(text)).toBe(canonical);
    expect(canonicalUrl(canonical)).toBe(canonical);
  });

  it.each([
    ['PSP-SRV-3', 'https:/a'],
    ['PSP-SRV-3', 'https://u:p@a'],
    ['PSP-SRV-3', 'https://a/.'],
    ['PSP-SRV-3', 'https://a#'],
    ['PSP-SRV-3', 'https://\u{1f600}'],
    ['PSP-SRV-7', 'https://'],
    ['PSP-SRV-7', 'https://:443'],
    ['PSP-SRV-7', 'https://[::1'],
    ['PSP-SRV-7', 'https://[]'],
    ['PSP-SRV-7', 'https://[::1]x'],
    ['PSP-SRV-7', 'https://[fe80::1-eth0]'],
    ['PSP-SRV-7', 'https://a:0'],
    ['PSP-SRV-7', 'https://a:080'],
    ['PSP-SRV-7', 'https://a:123456'],
    ['PSP-SRV-7', 'https://a:443:443'],
    ['PSP-SRV-7', 'https://a/"'],
    ['PSP-SRV-7', 'https://a/\u0000'],
    ['PSP-SRV-7', `https://a/${'x'.repeat(2039)}`],
  ])('%s refuses %j', (requirement, text) => {
    const refused = canonicalUrl(text);
    expect(isFault(refused) && refused).toMatchObject({ requirement });
  });
});
