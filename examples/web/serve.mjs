// Serves dist/ for development and tests. What it adds to the files is the policy: the page may load nothing but
// these files, and talk to the API alone, whatever a link to it says.
//
//   node serve.mjs [--port 5173] [--host 127.0.0.1] [--api http://localhost:8000]...
//
// Without --api the page may talk to port 8000 of the host that it was loaded from.
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { dirname, extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '5173' },
    host: { type: 'string', default: '127.0.0.1' },
    api: { type: 'string', multiple: true, default: [] },
  },
});
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

const server = createServer(async (request, response) => {
  response.setHeader('Content-Security-Policy', policy(request.headers.host));
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('Referrer-Policy', 'no-referrer');
  response.setHeader('Cache-Control', 'no-cache');
  try {
    // Normalized from the root on, it cannot lead out of dist/.
    const path = normalize(decodeURIComponent(new URL(request.url, 'http://page').pathname));
    const name = path === '/' ? 'index.html' : path;
    const body = await readFile(join(root, name));
    response.setHeader('Content-Type', types[extname(name)] ?? 'application/octet-stream');
    response.end(body);
  } catch {
    response.statusCode = 404;
    response.end('not found\n');
  }
});
server.listen(Number(values.port), values.host, () => {
  const { address, port } = server.address();
  console.log(`the page is at http://${address}:${port}/`);
});
