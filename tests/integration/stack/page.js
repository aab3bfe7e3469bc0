// What a page has: clients of the public npm package @oof.gg/protobuf-ts-web 1.0.103, whose grpc-web code was generated from the contract long
// before these servers were, for the door whose URL is the program's first argument.
'use strict';
const {randomBytes} = require('node:crypto');
const http = require('node:http');
const {XMLHttpRequest, kOrigin} = require('./xml_http_request.js');
globalThis.XMLHttpRequest = XMLHttpRequest;
const oof = require('@oof.gg/protobuf-ts-web');
const {kNames} = require('./steps.js');

const url = process.argv[2];
const authPb = oof.v1_api_auth_auth_service_pb;
const gamesAt = (door) => new oof.v1_api_game_Game_serviceServiceClientPb.GameServiceClient(door);
const auth = new oof.v1_api_auth_Auth_serviceServiceClientPb.AuthServiceClient(url);

// `message(Type, {name: value})` calls the setters that generated code has.
function message(Type, fields = {}) {
  const made = new Type();
  for (const [name, value] of Object.entries(fields)) made[`set${name[0].toUpperCase()}${name.slice(1)}`](value);
  return made;
}
const secret = () => randomBytes(12).toString('hex');
const bearer = (token) => ({authorization: `Bearer ${token}`});

async function newPlayer(name, metadata = {}) {
  const username = `${name}-${secret().slice(0, 8)}`;
  const password = secret();
  const made = await auth.register(message(authPb.RegisterRequest, {username, password}), metadata);
  const token = made.getAccessToken();
  return {id: made.getUserId(), username, password, token, refresh: made.getRefreshToken(), ...bearer(token)};
}
const as = (player) => ({authorization: player.authorization});

// A unary call in the binary form, which the package does not use.
function binaryCall(path, bytes, {headers = {}, from} = {}) {
  const body = Buffer.concat([Buffer.alloc(5), Buffer.from(bytes)]);
  body.writeUInt32BE(bytes.length, 1);
  const options = {method: 'POST', localAddress: from, headers: {'content-type': 'application/grpc-web+proto', origin: kOrigin, ...headers}};
  return new Promise((resolve, reject) => {
    const sent = http.request(url + path, options, (answer) => {
      const parts = [];
      const told = (name, text) => answer.headers[`grpc-${name}`] ?? new RegExp(`grpc-${name}: ?(.*?)\r\n`).exec(text)?.[1] ?? '';
      answer.on('data', (part) => parts.push(part));
      answer.on('close', () => {
        const all = Buffer.concat(parts);
        const text = all.toString('latin1');
        resolve({http: answer.statusCode, type: answer.headers['content-type'], status: kNames[told('status', text)], message: told('message', text), bytes: all});
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

module.exports = {XMLHttpRequest, kOrigin, oof, url, authPb, auth, games: gamesAt(url), gamesAt, message, secret, bearer, newPlayer, as, binaryCall};
