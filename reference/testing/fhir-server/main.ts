// `node reference/testing/fhir-server/main.ts ['{"referencesChecked":true}']`: the test server as a
// process, with ways as behaviour.ts names them. Prints its base URL and ends when its standard
// input does. Not for patients' data: it asks nobody who he is, and forgets everything.
import type { Behaviour } from './behaviour.ts';
import { startFhirServer } from './fhir-server.ts';

const [, , ways = '{}'] = process.argv;
const server = await startFhirServer(JSON.parse(ways) as Partial<Behaviour>);
process.stdout.write(`${server.url}\n`);
process.stdin.resume().on('end', () => void server.close());
