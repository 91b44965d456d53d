// Writes src/client/schema.d.ts from the API's document: node scripts/client.js DOCUMENT
import { writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import openapiTS, { astToString } from 'openapi-typescript';

const [document] = process.argv.slice(2);
if (!document) {
  console.error('usage: node scripts/client.js DOCUMENT   (what `dotnet Dvt.Api.dll openapi` prints)');
  process.exit(2);
}
const types = astToString(await openapiTS(JSON.parse(await readFile(document, 'utf8'))));
writeFileSync(new URL('../src/client/schema.d.ts', import.meta.url), `// Made by scripts/client.js from the API's document at each build; not kept in git.\n${types}`);
