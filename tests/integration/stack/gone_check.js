// What a page hears when no server is behind the door: that it may try again, and not that it may not read the answer.
//   NODE_PATH=…/node_modules node gone_check.js URL
'use strict';
const {oof, auth, authPb, games, message} = require('./page.js');
const {refused, finish} = require('./steps.js');

(async () => {
  await refused('UNAVAILABLE', 'Login while auth is away', () => auth.login(message(authPb.LoginRequest, {username: 'ann', password: 'password'}), {}));
  await refused('UNAVAILABLE', 'GetGame while the game is away', () => games.getGame(message(oof.v1_api_game_game_pb.GameGetRequest, {id: 'any'}), {}));
  finish('what is away');
})();
