// The parts that the page needs, started for one test and ended with it: `oofgg up` on ports of the kernel's choosing,
// Envoy, the server of the page's files, and relays by which a test cuts a browser's links.
import { execFileSync, spawn } from 'node:child_process';
import { createWriteStream, writeFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const PATIENCE_MS = 60_000;
const endings = [];

/** What else is to be done at the end. */
export const ending = (end) => endings.push(end);

/** Ends what was started, the newest first. */
export async function endAll() {
  for (const end of endings.splice(0).reverse()) await end();
}

/** The lines that a program says, until `isReady(line)` is true of one; what it says further goes to `log`. */
async function start(program, args, { log, isReady, env = {} }) {
  const output = createWriteStream(log);
  const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise((resolve) => child.once('close', resolve));
  endings.push(async () => {
    child.kill('SIGTERM');
    const impatient = setTimeout(() => child.kill('SIGKILL'), 20_000);
    await ended;
    clearTimeout(impatient);
  });
  await new Promise((resolve, reject) => {
    const fail = (why) => reject(new Error(`${program} ${why}; see ${log}`));
    const timer = setTimeout(() => fail('is not ready'), PATIENCE_MS);
    child.once('error', (error) => fail(`cannot be started: ${error.message}`));
    void ended.then((status) => fail(`ended with ${status}`));
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        output.write(`${line}\n`);
        if (!isReady(line)) return;
        clearTimeout(timer);
        resolve();
      });
    }
  });
}

export async function freePort() {
  const server = net.createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The three servers on embedded stores; the ports of auth, game, its WebSockets, its ops, and maker. */
export async function startServers(bin, folder) {
  const listen = ['auth-listen', 'auth-ops', 'game-listen', 'game-ops', 'presence-listen', 'websocket-listen',
    'maker-listen', 'maker-ops', 'maker-http'].flatMap((flag) => [`--${flag}`, '127.0.0.1:0']);
  const addresses = {};
  const env = { FLEET_MIN_READY: '1', OOFGG_PRESENCE_MAX_CONNECTIONS: '100', REDIS_SERVER_URL: '' };
  await start(join(bin, 'oofgg'), ['up', '--json', '--data', join(folder, 'data'), ...listen], {
    log: join(folder, 'servers.log'),
    env,
    isReady(line) {
      const event = line.startsWith('{') ? JSON.parse(line) : {};
      if (event.event === 'ready') addresses[event.program] = event.addresses;
      return event.event === 'up';
    },
  });
  const portOf = (program, name) => Number(addresses[program][name].split(':').at(-1));
  return {
    auth: portOf('oofgg-auth', 'grpc'),
    game: portOf('oofgg-game', 'grpc'),
    websocket: portOf('oofgg-game', 'websocket'),
    gameOps: portOf('oofgg-game', 'ops'),
    maker: portOf('oofgg-maker', 'grpc'),
  };
}

/** Envoy by servers/envoy.yaml of the source tree `root`, with these servers and free ports as `scripts/stack` would put them in; its port. */
export async function startEnvoy(envoy, root, ports, folder) {
  const port = await freePort();
  const here = { envoy: port, envoy_admin: await freePort(), auth: ports.auth, game: ports.game, maker: ports.maker,
    websocket: ports.websocket, game_ops: ports.gameOps };
  const set = Object.entries(here).map(([name, value]) => `port[${name}]=${value}`).join(' ');
  const script = `. scripts/lib.sh; data= first_port=; for file in settings stores; do . scripts/stack.d/$file.sh; done; ${set}; envoy_config`;
  const text = execFileSync('bash', ['-c', script], { cwd: root, encoding: 'utf8' });
  const path = join(folder, 'envoy.yaml');
  writeFileSync(path, text);
  await start(envoy, ['-c', path, '--use-dynamic-base-id', '--concurrency', '1'], {
    log: join(folder, 'envoy.log'),
    isReady: (line) => line.includes('starting main dispatch loop'),
  });
  return port;
}

/** The page's files, which may talk to `apis`; the page's address. */
export async function startPage(example, apis, folder) {
  let address = '';
  await start(process.execPath, [join(example, 'serve.mjs'), '--port', '0', ...apis.flatMap((api) => ['--api', api])], {
    log: join(folder, 'page.log'),
    isReady(line) {
      address = line.match(/http:\S+/)?.[0] ?? '';
      return address !== '';
    },
  });
  return address;
}

/** A way to `port` that can be cut. */
export class Relay {
  #sockets = new Set();
  #isCut = false;

  static async to(port) {
    const relay = new Relay();
    const server = net.createServer((client) => relay.#join(client, port));
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    endings.push(async () => {
      relay.cut();
      server.close();
    });
    relay.port = server.address().port;
    return relay;
  }

  /** Breaks all links, and lets nobody through until `mend`. */
  cut() {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  mend() {
    this.#isCut = false;
  }

  #join(client, port) {
    if (this.#isCut) return client.resetAndDestroy();
    const server = net.connect(port, '127.0.0.1');
    for (const [from, to] of [[client, server], [server, client]]) {
      this.#sockets.add(from);
      from.setNoDelay(true);
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
    }
  }
}
