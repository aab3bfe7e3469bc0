// Every call of the Auth and Game services by the public npm package, as a page of another origin: what must work, and what must be refused
// with which status.
//   NODE_PATH=…/node_modules node grpc_web_check.js http://127.0.0.1:8000
'use strict';
const {XMLHttpRequest, oof, authPb, auth, games, message, secret, bearer, newPlayer, as, binaryCall} = require('./page.js');
const {assert, step, refused, finish} = require('./steps.js');

const gamePb = oof.v1_api_game_game_pb;
const sessionPb = oof.v1_api_game_session_pb;
const entityPb = oof.v1_api_game_entity_pb;
const {JoinLeaveGame} = oof.v1_api_game_join_leave_pb;

// The first field `number` of a message that is of length, which skips what the package has no name for.
function fieldOf(bytes, number) {
  let at = 0;
  const varint = () => {
    for (let value = 0, scale = 1;; scale *= 128) {
      const byte = bytes[at++];
      value += (byte % 128) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    if (tag % 8 === 0) {
      varint();
      continue;
    }
    assert.equal(tag % 8, 2, 'a field of an unexpected kind');
    const length = varint();
    if (tag >> 3 === number) return bytes.subarray(at, at + length);
    at += length;
  }
  return Buffer.alloc(0);
}
// The contract's answers have no place for an entity: it is field 100, which the package skips.
function entityIdOf(base64) {
  const bytes = Buffer.concat((base64.match(/[A-Za-z0-9+/]+=*/g) || []).map((part) => Buffer.from(part, 'base64')));
  return fieldOf(fieldOf(bytes.subarray(5, 5 + bytes.readUInt32BE(1)), 100), 3).toString();
}

async function authCalls() {
  const ann = {};
  await step('Register', async () => {
    Object.assign(ann, await newPlayer('ann'));
    assert.ok(ann.id && ann.token && ann.refresh);
  });
  const {username, password} = ann;
  const login = (fields) => auth.login(message(authPb.LoginRequest, fields), {});
  await step('Login', async () => {
    const tokens = await login({username, password});
    assert.ok(tokens.getExpiresIn() > 0);
    ann.refresh = tokens.getRefreshToken();
  });
  await step('ValidateToken', async () => {
    const answer = await auth.validateToken(message(authPb.ValidateTokenRequest, {accessToken: ann.token}), {});
    assert.deepEqual([answer.getIsValid(), answer.getUserId(), answer.getRole()], [true, ann.id, 'user']);
  });
  await step('ValidateToken of a bad token: OK, is_valid false', async () => {
    const answer = await auth.validateToken(message(authPb.ValidateTokenRequest, {accessToken: 'no token'}), {});
    assert.equal(answer.getIsValid(), false);
  });
  const refresh = (refreshToken) => auth.refreshToken(message(authPb.RefreshTokenRequest, {refreshToken}), {});
  const used = ann.refresh;
  await step('RefreshToken', async () => {
    const tokens = await refresh(ann.refresh);
    assert.notEqual(tokens.getRefreshToken(), used);
    Object.assign(ann, {token: tokens.getAccessToken(), refresh: tokens.getRefreshToken(), ...bearer(tokens.getAccessToken())});
  });
  await refused('ALREADY_EXISTS', 'Register of a name that is taken', () => auth.register(message(authPb.RegisterRequest, {username, password}), {}));
  await refused('INVALID_ARGUMENT', 'Register with a short password',
      () => auth.register(message(authPb.RegisterRequest, {username: `bob-${secret()}`, password: 'short'}), {}));
  await refused('UNAUTHENTICATED', 'Login with a wrong password', () => login({username, password: 'a wrong password'}));
  await refused('UNAUTHENTICATED', 'Login of nobody', () => login({username: `nobody-${secret()}`, password: 'a wrong password'}));
  await refused('UNAUTHENTICATED', 'RefreshToken with a made-up token', () => refresh('made up'));
  await refused('UNIMPLEMENTED', 'TwitchLogin, which is not set up here',
      () => auth.twitchLogin(message(authPb.TwitchLoginRequest, {helixToken: 'token', clientId: 'id', userId: '1'}), {}));
  return ann;
}

async function gameCalls(ann, bob) {
  let gameId;
  await step('CreateGame', async () => {
    const made = await games.createGame(message(gamePb.GameCreateRequest, {name: `Web ${secret()}`, description: 'by grpc-web'}), as(ann));
    gameId = made.getSingleGame().getId();
    assert.ok(gameId);
  });
  await step('GetGame', async () => {
    const found = await games.getGame(message(gamePb.GameGetRequest, {id: gameId}), as(bob));
    assert.equal(found.getCode(), 0);
    assert.equal(found.getGame().getId(), gameId);
  });
  await step('UpdateGame', async () => {
    const changed = await games.updateGame(message(gamePb.GameUpdateRequest, {id: gameId, description: 'changed'}), as(ann));
    assert.equal(changed.getSingleGame().getDescription(), 'changed');
  });
  await step('TrendingGame', async () => {
    const trending = await games.trendingGame(message(gamePb.TrendingGamesRequest, {limit: 10}), as(ann));
    assert.equal(trending.getCode(), 0);
  });
  await refused('UNAUTHENTICATED', 'GetGame without a token', () => games.getGame(message(gamePb.GameGetRequest, {id: gameId}), {}));
  await refused('UNAUTHENTICATED', 'GetGame with a forged token',
      () => games.getGame(message(gamePb.GameGetRequest, {id: gameId}), bearer(`${ann.token.slice(0, -4)}AAAA`)));
  await refused('NOT_FOUND', 'GetGame of no game', () => games.getGame(message(gamePb.GameGetRequest, {id: 'none'}), as(ann)));
  await refused('INVALID_ARGUMENT', 'CreateGame without a name', () => games.createGame(message(gamePb.GameCreateRequest), as(ann)));
  await refused('PERMISSION_DENIED', "UpdateGame of somebody else's",
      () => games.updateGame(message(gamePb.GameUpdateRequest, {id: gameId, name: 'mine'}), as(bob)));
  await refused('RESOURCE_EXHAUSTED', 'CreateGame of more than 1 MiB',
      () => games.createGame(message(gamePb.GameCreateRequest, {name: 'large', data: 'x'.repeat(1_100_000)}), as(ann)));
  return gameId;
}

async function sessionCalls(gameId, ann, bob) {
  let id;
  const get = (fields, player) => games.getSession(message(sessionPb.SessionGet, fields), as(player));
  const update = (fields, player) => games.updateSession(message(sessionPb.SessionUpdate, {id, gameId, ...fields}), as(player));
  await step('CreateSession', async () => {
    const made = await games.createSession(message(sessionPb.SessionCreate, {gameId, userIdsList: [ann.id]}), as(ann));
    id = made.getSession().getId();
    assert.deepEqual(made.getSession().getUserIdsList(), [ann.id]);
  });
  await step('GetSession', async () => assert.equal((await get({id}, ann)).getSession().getGameId(), gameId));
  await step('UpdateSession', async () => {
    const changed = await update({state: sessionPb.GameState.STATE_WAITING, data: 'changed'}, ann);
    assert.equal(changed.getSession().getState(), sessionPb.GameState.STATE_WAITING);
  });
  await step('JoinLeave, joining a session', async () => {
    const joined = await games.joinLeave(
        message(JoinLeaveGame, {userId: bob.id, gameId, sessionId: id, action: JoinLeaveGame.Action.JOIN}), as(bob));
    assert.deepEqual(joined.getSession().getUserIdsList().sort(), [ann.id, bob.id].sort());
  });
  await refused('NOT_FOUND', 'CreateSession of no game',
      () => games.createSession(message(sessionPb.SessionCreate, {gameId: 'none', userIdsList: [ann.id]}), as(ann)));
  await refused('NOT_FOUND', 'GetSession of no session', () => get({id: 'none'}, ann));
  await refused('PERMISSION_DENIED', 'UpdateSession by a guest', () => update({data: 'mine'}, bob));
  await refused('INVALID_ARGUMENT', 'JoinLeave without a game',
      () => games.joinLeave(message(JoinLeaveGame, {userId: bob.id, action: JoinLeaveGame.Action.JOIN}), as(bob)));
  return id;
}

async function entityCalls(gameId, sessionId, ann, bob) {
  let id;
  const place = {sessionId, gameId};
  await step('CreateEntity', async () => {
    const request = message(entityPb.EntityCreateRequest, {...place, name: 'ball', type: 'toy'});
    assert.equal((await games.createEntity(request, as(ann))).getCode(), 0);
    id = entityIdOf(XMLHttpRequest.last.text);
    assert.ok(id, 'no id in the answer');
  });
  const get = (entity) => games.getEntity(message(entityPb.EntityGetRequest, {...place, id: entity}), as(bob));
  await step('GetEntity', async () => assert.equal((await get(id)).getCode(), 0));
  await step('UpdateEntity', async () => {
    const changed = await games.updateEntity(message(entityPb.EntityUpdateRequest, {...place, id}), as(ann));
    assert.equal(changed.getCode(), 0);
  });
  await refused('INVALID_ARGUMENT', 'UpdateEntity with values without keys', () => {
    const value = message(entityPb.EntityAttribute, {intValue: 1});
    return games.updateEntity(message(entityPb.EntityUpdateRequest, {...place, id, attributesList: [value]}), as(ann));
  });
  await refused('PERMISSION_DENIED', "UpdateEntity of the server's by a guest",
      () => games.updateEntity(message(entityPb.EntityUpdateRequest, {...place, id}), as(bob)));
  await step('DeleteEntity', async () => {
    const gone = await games.deleteEntity(message(entityPb.EntityDeleteRequest, {...place, id}), as(ann));
    assert.equal(gone.getCode(), 0);
  });
  await refused('NOT_FOUND', 'GetEntity of a deleted one', () => get(id));
}

// The queue's answers until `until` says that it has seen enough; a refusal rejects.
function watchQueue(id, player, until, metadata = {}) {
  return new Promise((resolve, reject) => {
    const stream = games.watchQueue(message(sessionPb.Session, {id}), {...as(player), ...metadata});
    stream.on('data', (session) => {
      if (!until(session)) return;
      stream.cancel();
      resolve(session);
    });
    stream.on('error', reject);
    stream.on('end', () => reject(new Error('the stream has ended')));
  });
}

async function queueCalls(gameId, ann, bob) {
  const join = (player) => games.joinLeave(message(JoinLeaveGame, {userId: player.id, gameId, action: JoinLeaveGame.Action.JOIN}), as(player));
  const {STATE_QUEUED, STATE_STARTED} = sessionPb.GameState;
  let first;
  await step('JoinLeave, queueing', async () => {
    first = (await join(ann)).getSession();
    assert.equal(first.getState(), STATE_QUEUED);
  });
  await step('WatchQueue, a stream', () => watchQueue(first.getId(), ann, (session) => session.getState() === STATE_QUEUED).then(() => ''));
  await refused('DEADLINE_EXCEEDED', 'WatchQueue with a deadline of 300 ms',
      () => watchQueue(first.getId(), ann, () => false, {deadline: String(Date.now() + 300)}));
  await refused('PERMISSION_DENIED', "WatchQueue of somebody else's place", () => watchQueue(first.getId(), bob, () => false));
  await step('WatchQueue until a second player comes: matched', async () => {
    const waiting = watchQueue(first.getId(), ann, (session) => session.getState() === STATE_STARTED);
    const second = (await join(bob)).getSession();
    const [seat, other] = await Promise.all([waiting, watchQueue(second.getId(), bob, (session) => session.getState() === STATE_STARTED)]);
    assert.equal(seat.getUserIdsList().length, 2);
    assert.equal(seat.getAttributesMap().get('match_id').getStringValue(), other.getAttributesMap().get('match_id').getStringValue());
    return `seats at ${seat.getAttributesMap().get('address').getStringValue()}`;
  });
}

async function lastCalls(gameId, sessionId, ann, bob) {
  await step('JoinLeave, leaving', async () => {
    await games.joinLeave(message(JoinLeaveGame, {userId: bob.id, gameId, sessionId, action: JoinLeaveGame.Action.LEAVE}), as(bob));
  });
  await step('DeleteSession', async () => {
    assert.equal((await games.deleteSession(message(sessionPb.SessionDelete, {id: sessionId, gameId}), as(ann))).getCode(), 0);
  });
  await refused('FAILED_PRECONDITION', 'UpdateSession of a deleted one', () => games.updateSession(
      message(sessionPb.SessionUpdate, {id: sessionId, gameId, state: sessionPb.GameState.STATE_STARTED}), as(ann)));
}

// What the package cannot be made to do: the binary form, and paths that there are not.
async function binaryForm(ann) {
  await step('Login in the binary form', async () => {
    const answer = await binaryCall('/v1.api.auth.AuthService/Login', message(authPb.LoginRequest, {username: ann.username, password: ann.password}).serializeBinary());
    assert.deepEqual([answer.http, answer.status], [200, 'OK']);
    assert.match(answer.type, /^application\/grpc-web\+proto/);
    const tokens = authPb.LoginResponse.deserializeBinary(answer.bytes.subarray(5, 5 + answer.bytes.readUInt32BE(1)));
    assert.ok(tokens.getAccessToken());
  });
  for (const path of ['/v1.api.auth.AuthService/NoSuchCall', '/v1.api.common.GameService/NoSuchCall', '/no.such.Service/Call']) {
    await step(`${path} is UNIMPLEMENTED`, async () => {
      assert.equal((await binaryCall(path, '')).status, 'UNIMPLEMENTED');
    });
  }
}

(async () => {
  const ann = await authCalls();
  const bob = await newPlayer('bob');
  const gameId = await gameCalls(ann, bob);
  const sessionId = await sessionCalls(gameId, ann, bob);
  await entityCalls(gameId, sessionId, ann, bob);
  await queueCalls(gameId, ann, bob);
  await lastCalls(gameId, sessionId, ann, bob);
  await binaryForm(ann);
  assert.ok(XMLHttpRequest.preflights >= 19, 'preflights were asked');
  finish('grpc-web');
})();
