// How long a text is in UTF-8, without encoding it. Knows nothing of messages.

/**
 * Octets of `text` in UTF-8; a lone surrogate counts as U+FFFD, as an encoder writes it
 * (PSP-MSG-23).
 */
export function utf8Octets(text: string): number {
  let octets = text.length;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) continue;
    octets += unit < 0x800 ? 1 : 2;
    // A pair of surrogates is one character of 4 octets: 2 units and 2 more.
    if (unit >= 0xd800 && unit < 0xdc00) {
      const next = text.charCodeAt(index + 1);
      if (next >= 0xdc00 && next < 0xe000) index += 1;
    }
  }
  return octets;
}
