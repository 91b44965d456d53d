// Runs the test of one screen: node browser/run.js NAME, with DVT_URL, DVT_EMAIL, DVT_API_KEY, DVT_SANDBOX_URL, DVT_BROWSER (DevTools address), DVT_SHOTS (folder, optional).
import { withBrowser } from './lib.js';

const [name] = process.argv.slice(2);
const { test } = await import(`./${name}.screen.js`);
await withBrowser(test);
process.exit(0);
