// Server identity: which spellings mean one server, which are refused, and the digest. The
// digests' expected values come from Python's hmac.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  canonicalServerUrl,
  noServer,
  serverDigest,
  type ServerUrlFault,
} from './server-digest.ts';
import { counting, toHex } from './testing/octets.ts';

describe('PSP-SRV-2, PSP-SRV-4 canonical form', () => {
  it.each([
    ['https://fhir.example.org/r4', 'https://fhir.example.org/r4'],
    ['HTTPS://FHIR.Example.ORG/r4', 'https://fhir.example.org/r4'],
    ['https://fhir.example.org/R4/Base', 'https://fhir.example.org/R4/Base'],
    ['https://fhir.example.org/r4/', 'https://fhir.example.org/r4'],
    ['https://fhir.example.org/', 'https://fhir.example.org'],
    ['https://fhir.example.org', 'https://fhir.example.org'],
    ['https://fhir.example.org/r4//', 'https://fhir.example.org/r4'],
    ['https://fhir.example.org///', 'https://fhir.example.org'],
    ['https://fhir.example.org//r4', 'https://fhir.example.org//r4'],
    ['https://fhir.example.org:443/r4', 'https://fhir.example.org/r4'],
    ['http://fhir.example.org:80', 'http://fhir.example.org'],
    ['http://fhir.example.org:443/', 'http://fhir.example.org:443'],
    ['https://fhir.example.org:80/', 'https://fhir.example.org:80'],
    ['http://localhost:8080/fhir', 'http://localhost:8080/fhir'],
    ['http://192.168.0.1:65535/fhir', 'http://192.168.0.1:65535/fhir'],
    ['http://[2001:DB8::1]/fhir', 'http://[2001:db8::1]/fhir'],
    ['http://[::1]:80/fhir', 'http://[::1]/fhir'],
    ['https://example.org/tenant@a/fhir;v=4/(x)', 'https://example.org/tenant@a/fhir;v=4/(x)'],
    ['https://example.org/..a/b./...', 'https://example.org/..a/b./...'],
    ['https://xn--bcher-kva.example/fhir', 'https://xn--bcher-kva.example/fhir'],
  ])('PSP-SRV-2 %s becomes %s', (text, canonical) => {
    expect(canonicalServerUrl(text)).toBe(canonical);
    expect(canonicalServerUrl(canonical)).toBe(canonical);
  });

  it('PSP-SRV-4 no server is the empty string', () => {
    expect(canonicalServerUrl('')).toBe(noServer);
    expect(noServer).toBe('');
  });
});

describe('PSP-SRV-3 configuration errors', () => {
  it.each<[string, ServerUrlFault['reason']]>([
    ['https://bücher.example/fhir', 'not-ascii'],
    ['https://example.org/patiënt', 'not-ascii'],
    ['https://example.org\u3002/', 'not-ascii'],
    ['ftp://example.org', 'scheme'],
    ['httpss://example.org', 'scheme'],
    ['http:/example.org', 'scheme'],
    ['https:example.org', 'scheme'],
    ['//example.org/fhir', 'scheme'],
    ['example.org/fhir', 'scheme'],
    [' https://example.org', 'scheme'],
    ['https://user@example.org', 'user-information'],
    ['https://user:password@example.org/fhir', 'user-information'],
    ['https://@example.org', 'user-information'],
    ['https://example.org/fhir?x=1', 'query'],
    ['https://example.org/fhir?', 'query'],
    ['https://example.org/fhir#top', 'fragment'],
    ['https://example.org/fhir#', 'fragment'],
    ['https://example.org/fh%69r', 'percent-escape'],
    ['https://ex%61mple.org', 'percent-escape'],
    ['https://example.org/%', 'percent-escape'],
    ['https://example.org/a/../b', 'dot-segment'],
    ['https://example.org/..', 'dot-segment'],
    ['https://example.org/./fhir', 'dot-segment'],
    ['https://example.org/fhir/.', 'dot-segment'],
    ['https://', 'host'],
    ['https:///fhir', 'host'],
    ['https://:8080/fhir', 'host'],
    ['https://[]/fhir', 'host'],
    ['https://[::1%eth0]/', 'percent-escape'],
    ['https://[fe80::g]/', 'host'],
    ['https://example.org:/fhir', 'port'],
    ['https://example.org:0/fhir', 'port'],
    ['https://example.org:0443/fhir', 'port'],
    ['https://example.org:65536/fhir', 'port'],
    ['https://example.org:100000/fhir', 'port'],
    ['https://example.org:http/fhir', 'port'],
    ['https://example.org:+1/fhir', 'port'],
    ['https://example.org:80:80/fhir', 'port'],
    ['https://[::1]x/fhir', 'host'],
    ['https://[ab]c/fhir', 'host'],
    ['https://a[b]/fhir', 'character'],
    ['https://2001:db8::1/fhir', 'port'],
    ['https://example.org/a b', 'character'],
    ['https://example.org/fhir ', 'character'],
    ['https://example.org/a\\b', 'character'],
    ['https://exa mple.org/', 'character'],
    ['https://example.org\\evil/', 'character'],
    ['https://example.org/a\tb', 'character'],
    ['https://example.org/fhir\n', 'character'],
    ['https://exam\nple.org/', 'character'],
    ['https://example.org/"', 'character'],
    ['https://example.org/{id}', 'character'],
    [`https://example.org/${'a'.repeat(2029)}`, 'too-long'],
  ])('PSP-SRV-3 refuses %j as %s', (text, reason) => {
    const refused = canonicalServerUrl(text);
    expect(refused).toMatchObject({ kind: 'url-fault', reason });
    expect((refused as ServerUrlFault).message).toMatch(/^[A-Z].+\.$/);
  });

  it('PSP-SRV-5 takes a URL of as many octets as a message may carry', () => {
    const longest = `https://example.org/${'a'.repeat(2028)}`;
    expect(longest).toHaveLength(2048);
    expect(canonicalServerUrl(longest)).toBe(longest);
  });

  it('PSP-SRV-2 what it accepts is ASCII, stays as it is and differs in its server only', () => {
    let accepted = 0;
    const part = fc.constantFrom(
      'https://',
      'HTTP://',
      'a.b',
      'Z',
      ':443',
      ':80',
      '/',
      '..',
      'x',
      '@',
      '%',
      '#',
      '[::1]',
      '?',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 7 }), (parts) => {
        const text = parts.join('');
        const canonical = canonicalServerUrl(text);
        if (typeof canonical !== 'string' || canonical === '') return;
        accepted += 1;
        expect(canonical).toMatch(/^https?:\/\/[^/A-Z@]+(\/[^?#%]*)?$/);
        // Another slash at the end is another path, so only one of them may go.
        if (!canonical.endsWith('/')) expect(canonicalServerUrl(canonical)).toBe(canonical);
        expect(new URL(canonical).host).toBe(new URL(text).host);
      }),
      { seed: 20_260_101, numRuns: 3000 },
    );
    expect(accepted).toBeGreaterThan(20);
  });
});

describe('PSP-SRV-1 the digest', () => {
  const nonce = counting(16);

  it('PSP-SRV-1 is the one that other code computes', () => {
    expect(toHex(serverDigest(nonce, 'https://fhir.example.org/r4'))).toBe(
      '6f585b3d8425c4439855cee47b8cd0d9',
    );
    expect(toHex(serverDigest(nonce, noServer))).toBe('7350a77a43e6be1dfae7eff6777c36a2');
  });

  it('PSP-SRV-1 differs by session and by server', () => {
    const one = toHex(serverDigest(nonce, 'https://a.example'));
    expect(toHex(serverDigest(counting(16, 1), 'https://a.example'))).not.toBe(one);
    expect(toHex(serverDigest(nonce, 'https://b.example'))).not.toBe(one);
  });
});
