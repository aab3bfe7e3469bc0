// Two players of one session over WebSockets under /ws, as the public TypeScript SDK speaks them (text), and binary as native clients do.
//   NODE_PATH=…/node_modules node web_socket_check.js http://127.0.0.1:8000
'use strict';
const WebSocket = require('ws');
const {kOrigin, oof, url, games, message, secret, newPlayer, as} = require('./page.js');
const {assert, step, finish} = require('./steps.js');

const socketUrl = `${url.replace('http', 'ws')}/ws`;

// As the SDK's WebSocketManager connects: the token in the query, the session as the last segment.
class Player {
  constructor({token, id}, session) {
    this.id = id;
    this.heard = [];
    this.waiting = [];
    this.socket = new WebSocket(`${socketUrl}${session ? `/${session}` : ''}?token=${encodeURIComponent(token)}`, {headers: {origin: kOrigin}});
    this.socket.on('message', (data, isBinary) => {
      this.heard.push(isBinary ? {binary: data} : JSON.parse(data));
      for (const wake of this.waiting.splice(0)) wake();
    });
  }
  opened() {
    return new Promise((resolve, reject) => {
      this.socket.once('open', resolve);
      this.socket.once('error', reject);
      this.socket.once('unexpected-response', (_, answer) => reject(new Error(`status ${answer.statusCode}`)));
    });
  }
  send(message) { this.socket.send(typeof message === 'object' && !Buffer.isBuffer(message) ? JSON.stringify(message) : message); }
  async hears(wanted) {
    for (;;) {
      const found = this.heard.find(wanted);
      if (found) return found;
      await new Promise((resolve) => this.waiting.push(resolve));
    }
  }
  closed() {
    return new Promise((resolve) => {
      this.socket.once('close', (code) => resolve(code));
      this.socket.close();
    });
  }
}

// common.WebSocketMessage{game_event{event_name}}: fields 2 and 2 of length, by hand, as the npm package is older than the message.
function binaryEvent(name) {
  const event = Buffer.concat([Buffer.from([0x12, name.length]), Buffer.from(name)]);
  return Buffer.concat([Buffer.from([0x12, event.length]), event]);
}

// What one says until the other hears it: an open WebSocket may not yet hear its session, as without `seq` it begins with the next event.
async function tell(from, to, event) {
  const again = setInterval(() => from.send(event), 1000);
  from.send(event);
  return to.hears(({type}) => type === event.type).finally(() => clearInterval(again));
}

(async () => {
  const ann = await newPlayer('ann');
  const bob = await newPlayer('bob');
  const game = message(oof.v1_api_game_game_pb.GameCreateRequest, {name: `Sockets ${secret()}`});
  const gameId = (await games.createGame(game, as(ann))).getSingleGame().getId();
  const create = message(oof.v1_api_game_session_pb.SessionCreate, {gameId, userIdsList: [ann.id, bob.id]});
  const session = (await games.createSession(create, as(ann))).getSession().getId();

  const [first, second] = [new Player(ann, session), new Player(bob, session)];
  await step('two players connect under /ws', () => Promise.all([first.opened(), second.opened()]).then(() => ''));
  await step('an event as text, to the other, with its sender and number', async () => {
    const heard = await tell(first, second, {type: 'move', data: {x: 1, y: [2, 3]}});
    assert.deepEqual(heard.data, {x: 1, y: [2, 3]});
    assert.deepEqual([heard.player_id, heard.instance_id], [ann.id, session]);
    assert.ok(heard.seq > 0);
  });
  await step('and back', async () => {
    assert.equal((await tell(second, first, {type: 'answer', data: 'yes'})).data, 'yes');
  });
  await step('binary frames, which are answered by binary frames', async () => {
    second.send(binaryEvent('jump'));
    await first.hears(({type}) => type === 'jump');
    first.send({type: 'landed', data: 1});
    await second.hears(({binary}) => binary?.includes('landed'));
  });
  await step('subscribing, without a session in the path', async () => {
    const third = new Player(ann);
    await third.opened();
    third.send({type: 'subscribe', instance_id: session});
    await third.hears(({type, instance_id}) => type === 'subscribed' && instance_id === session);
    second.send(binaryEvent('hello'));
    await third.hears(({type}) => type === 'hello');
    await third.closed();
  });
  await step('an event that is refused costs an error, not the connection', async () => {
    first.send({type: 'joined', data: {}});
    assert.match((await first.hears(({type}) => type === 'error')).error, /\w/);
    first.send({type: 'still', data: 1});
    await second.hears(({binary}) => binary?.includes('still'));
  });
  await step('a bad token is refused with 401', async () => {
    const error = await new Player({token: 'bad'}, session).opened().then(() => new Error('it was let in'), (error) => error);
    assert.match(error.message, /401/);
  });
  await step('a session of others is closed with 4403 or 4404', async () => {
    const stranger = new Player(await newPlayer('eve'), session);
    const code = await new Promise((resolve) => stranger.socket.once('close', resolve));
    assert.ok(code === 4403 || code === 4404, `closed with ${code}`);
  });
  await step('closing is answered', async () => {
    assert.deepEqual(await Promise.all([first.closed(), second.closed()]), [1005, 1005]);
  });
  finish('the WebSocket');
})();
