// Serves dist/ for development and tests. What it adds to the files is the policy: the page may load nothing but
// these files, and talk to the API alone, whatever a link to it says.
//
//   node serve.mjs [--port 5173] [--host 127.0.0.1] [--api http://localhost:8000]...
//
// The page talks to the first --api, or to another if ?api= names that; without --api to port 8000 of the host that
// it was loaded from.
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { dirname, extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const USAGE = 'usage: node serve.mjs [--port 5173] [--host 127.0.0.1] [--api http://localhost:8000]...';

function fail(why) {
  console.error(`serve.mjs: ${why}`);
  process.exit(1);
}

function settings() {
  const options = {
    port: { type: 'string', default: '5173' },
    host: { type: 'string', default: '127.0.0.1' },
    api: { type: 'string', multiple: true, default: [] },
    help: { type: 'boolean', short: 'h' },
  };
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    return fail(`${error.message.split('. ')[0]}; ${USAGE}`);
  }
}

const values = settings();
if (values.help) {
  console.log(USAGE);
  process.exit();
}
if (!/^\d{1,5}$/.test(values.port) || values.port > 65535) fail(`--port: ${values.port} is not a port`);
for (const api of values.api) {
  if (!/^https?:$/.test(URL.canParse(api) && new URL(api).protocol)) fail(`--api: ${api} is not an address such as http://localhost:8000`);
}
const root = join(dirname(fileURLToPath(import.meta.url)), 'dist');
const types = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.map': 'application/json',
  '.svg': 'image/svg+xml',
};

function policy(hostHeader) {
  const host = /^(\[[0-9a-f:]+\]|[a-z0-9.-]+)(:\d+)?$/i.exec(hostHeader ?? '')?.[1] ?? 'localhost';
  const apis = values.api.length > 0 ? values.api : [`http://${host}:8000`];
  const origins = apis.map((api) => new URL(api).origin).flatMap((origin) => [origin, origin.replace(/^http/, 'ws')]);
  return "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'; " +
    `form-action 'none'; frame-ancestors 'none'; connect-src ${origins.join(' ')}`;
}

function tellAddress(page) {
  const api = values.api.length > 0 ? new URL(values.api[0]).href : '';
  return page.toString().replace('name="oofgg-api" content=""', () => `name="oofgg-api" content="${api.replaceAll('&', '&amp;')}"`);
}

const server = createServer(async (request, response) => {
  response.setHeader('Content-Security-Policy', policy(request.headers.host));
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('Referrer-Policy', 'no-referrer');
  response.setHeader('Cache-Control', 'no-cache');
  try {
    // Normalized from the root on, it cannot lead out of dist/.
    const path = normalize(decodeURIComponent(new URL(request.url, 'http://page').pathname));
    const name = path === '/' ? '/index.html' : path;
    const file = await readFile(join(root, name));
    const body = name === '/index.html' ? tellAddress(file) : file;
    response.setHeader('Content-Type', types[extname(name)] ?? 'application/octet-stream');
    response.end(body);
  } catch {
    response.statusCode = 404;
    response.end('not found\n');
  }
});
server.on('error', ({ code, message }) => {
  fail(code === 'EADDRINUSE' ? `port ${values.port} is taken; --port 0 takes a free one` : message);
});
server.listen(Number(values.port), values.host, () => {
  const { address, port } = server.address();
  console.log(`the page is at http://${address}:${port}/`);
});
