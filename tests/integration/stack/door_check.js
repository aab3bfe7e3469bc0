// What Envoy itself is answerable for: that every method of the contract finds its server, that quiet streams are not cut, whose address
// the servers see, and its limits.
//   NODE_PATH=…/node_modules node door_check.js URL URL-OF-A-DOOR-WITH-SHORT-TIMEOUTS PROTO-FOLDER AUDIT-FILE
'use strict';
const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const {oof, url, authPb, games, gamesAt, message, secret, newPlayer, as, binaryCall} = require('./page.js');
const {assert, step, finish} = require('./steps.js');

const [, , , hastyUrl, protos, audit] = process.argv;
const sessionPb = oof.v1_api_game_session_pb;
const {JoinLeaveGame} = oof.v1_api_game_join_leave_pb;

// `{path, streams}` of every method.
function methods() {
  const found = [];
  for (const file of fs.readdirSync(protos, {recursive: true}).filter((name) => name.endsWith('.proto'))) {
    const text = fs.readFileSync(path.join(protos, file), 'utf8');
    const name = /^package (.*);/m.exec(text)[1];
    for (const [, service, body] of text.matchAll(/^service (\w+) \{([\s\S]*?)^\}/gm)) {
      for (const [, method, answer] of body.matchAll(/rpc (\w+)\s*\([^)]*\)\s*returns\s*\((stream )?/g)) {
        found.push({path: `/${name}.${service}/${method}`, streams: Boolean(answer)});
      }
    }
  }
  return found;
}

function get(pathname, headers = {}) {
  return new Promise((resolve, reject) => {
    http.get(url + pathname, {headers}, (answer) => answer.resume().on('end', () => resolve(answer.statusCode))).on('error', reject);
  });
}

async function quietStream() {
  const [ann, bob] = [await newPlayer('ann'), await newPlayer('bob')];
  const made = await games.createGame(message(oof.v1_api_game_game_pb.GameCreateRequest, {name: `Quiet ${secret()}`}), as(ann));
  const gameId = made.getSingleGame().getId();
  const join = async (player) => (await games.joinLeave(
      message(JoinLeaveGame, {userId: player.id, gameId, action: JoinLeaveGame.Action.JOIN}), as(player))).getSession().getId();
  const stream = gamesAt(hastyUrl).watchQueue(message(sessionPb.Session, {id: await join(ann)}), as(ann));
  const began = performance.now();
  const matched = new Promise((resolve, reject) => {
    stream.on('data', (session) => { if (session.getState() === sessionPb.GameState.STATE_STARTED) resolve(); });
    stream.on('error', reject);
    stream.on('end', () => reject(new Error(`it was ended after ${performance.now() - began} ms`)));
  });
  await Promise.race([matched, new Promise((resolve) => setTimeout(resolve, 2500))]);
  await join(bob);
  await matched;
  stream.cancel();
}

(async () => {
  const all = methods();
  await step('every method finds its server', async () => {
    assert.ok(all.length >= 60);
    for (const method of all) {
      const answer = await binaryCall(method.path, '');
      // gRPC's own word for a method that is not there has no text, and Envoy's for no server is another.
      assert.ok(answer.status && answer.status !== 'UNAVAILABLE' && !(answer.status === 'UNIMPLEMENTED' && !answer.message), `${method.path}: ${answer.status}`);
    }
    return `${all.length} of them`;
  });
  await step("health and reflection are nobody's behind the door", async () => {
    for (const method of ['health.v1.Health/Check', 'reflection.v1alpha.ServerReflection/ServerReflectionInfo', 'channelz.v1.Channelz/GetServers']) {
      const answer = await binaryCall(`/grpc.${method}`, '');
      assert.deepEqual([answer.status, decodeURIComponent(answer.message)], ['UNIMPLEMENTED', 'health and reflection are not behind this door'], method);
    }
    assert.equal(await get('/grpc.health.v1.Health/Check'), 404);
  });
  await step('methods that answer with a stream are called so that Envoy knows', async () => {
    for (const {path, streams} of all) assert.equal(streams, /\/((Watch|Stream)\w*|Connect)$/.test(path), path);
  });
  await step('a stream that is quiet for longer than all timeouts goes on', quietStream);
  await step('the servers see who called, whatever x-forwarded-for they made up', async () => {
    const request = message(authPb.RegisterRequest, {username: `far-${secret().slice(0, 8)}`, password: secret()});
    const answer = await binaryCall('/v1.api.auth.AuthService/Register', request.serializeBinary(), {from: '127.0.0.2', headers: {'x-forwarded-for': '6.6.6.6'}});
    assert.equal(answer.status, 'OK');
    const id = authPb.RegisterResponse.deserializeBinary(answer.bytes.subarray(5, 5 + answer.bytes.readUInt32BE(1))).getUserId();
    for (;;) {
      const line = fs.readFileSync(audit, 'utf8').split('\n').find((text) => text.includes(id) && text.includes('auth.registered'));
      if (line) return assert.equal(JSON.parse(line).peer, '127.0.0.2');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  });
  await step('headers of more than 32 KiB are 431, other paths 404, /healthz 200', async () => {
    assert.deepEqual([await get('/ws', {'x-large': 'x'.repeat(40_000)}), await get('/index.html'), await get('/healthz')], [431, 404, 200]);
  });
  finish('the door');
})();
