// What the module gives to src/fhir/quick-scan.ts.
export { foundAt, referencesAt, scan, textAt, textMax } from './quick-scan';
export { documentAt, documentLength, forgetDocument, keepDocument, update } from './plain-patch';
