// A strict reader of the XML that the reports write: elements, attributes, text, references. It
// refuses whatever is not well-formed, so that a report that opens in it opens elsewhere.

/** An element. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** Its own text, references resolved. */
  readonly text: string;
}

const named: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
};

function resolved(text: string): string {
  if (/[<]|\]\]>/.test(text)) throw new Error(`not well-formed: ${text}`);
  return text.replace(/&([^;]*);?/g, (whole, name: string) => {
    const value = name.startsWith('#') ? String.fromCodePoint(Number(name.slice(1))) : named[name];
    if (value === undefined || !whole.endsWith(';')) throw new Error(`no reference: ${whole}`);
    return value;
  });
}

function attributesOf(text: string): Record<string, string> {
  const out: Record<string, string> = {};
  const rest = text.replace(/\s+([\w:-]+)="([^"<]*)"/g, (_, name: string, value: string) => {
    if (name in out) throw new Error(`twice: ${name}`);
    out[name] = resolved(value);
    return '';
  });
  if (rest.trim() !== '') throw new Error(`not well-formed: ${rest}`);
  return out;
}

/** Reads a document. @throws Error where it is not well-formed. */
export function readXml(text: string): XmlElement {
  // eslint-disable-next-line no-control-regex -- these are what XML forbids.
  const forbidden = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udfff]/u;
  if (forbidden.test(text)) throw new Error('a character that XML cannot hold');
  const open: { element: XmlElement; children: XmlElement[]; texts: string[] }[] = [];
  let root: XmlElement | undefined;
  const body = text.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n/, '');
  for (const [piece, close, name, attributes, empty] of body.matchAll(
    /<(\/?)([\w:-]+)((?:\s+[\w:-]+="[^"]*")*)\s*(\/?)>|[^<]+|</g,
  )) {
    const top = open.at(-1);
    if (name === undefined) {
      if (piece.trim() !== '' && top === undefined) throw new Error(`outside: ${piece}`);
      top?.texts.push(resolved(piece));
    } else if (close === '/') {
      if (top?.element.name !== name) throw new Error(`</${name}> closes nothing`);
      open.pop();
      const made = { ...top.element, children: top.children, text: top.texts.join('') };
      if (open.length === 0) root = made;
      else open.at(-1)?.children.push(made);
    } else {
      const element = { name, attributes: attributesOf(attributes ?? ''), children: [], text: '' };
      if (empty === '/') open.at(-1)?.children.push(element);
      else open.push({ element, children: [], texts: [] });
    }
  }
  if (root === undefined || open.length > 0) throw new Error('no element, or one that stays open');
  return root;
}
