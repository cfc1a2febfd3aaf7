// Text that stands in XML or HTML. It knows neither.
const replacements: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\n': '&#10;',
  '\t': '&#9;',
  '\r': '&#13;',
};
/** What XML 1.0 cannot hold, halves of surrogate pairs included. */
const unwritable = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

/** Text for content and attributes; what XML cannot hold becomes U+FFFD. */
export function markupText(text: string): string {
  return text
    .replace(unwritable, '\ufffd')
    .replace(/[&<>"'\n\t\r]/g, (character) => replacements[character] ?? character);
}
