// Two players, each with a browser, play a match of examples/web through the page alone: from their first visit to the
// leaderboard, with a broken link and a reload on the way. What is asserted is what they see.
//
//   node web_test.mjs BIN EXAMPLE ENVOY SOURCE-TREE FOLDER      screenshots go to $OOFGG_WEB_PICTURES, if set
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { endAll, ending, Relay, startEnvoy, startPage, startServers } from './stack.mjs';

const [bin, example, envoy, root, folder] = process.argv.slice(2);
const { chromium } = createRequire(join(example, 'package.json'))('playwright-core');
const PATIENCE_MS = 90_000;
const PASSWORD = 'a long enough password';
const began = Date.now();
const step = (text) => console.log(`${((Date.now() - began) / 1000).toFixed(1).padStart(6)} s  ${text}`);

/** One player's browser. */
class Visitor {
  complaints = [];

  static async come(browser, name, address, options) {
    const visitor = new Visitor();
    visitor.name = name;
    visitor.page = await (await browser.newContext(options)).newPage();
    visitor.page.setDefaultTimeout(PATIENCE_MS);
    // A link that was cut is reported there too, and is no complaint.
    visitor.page.on('console', (message) => {
      if (/Content Security Policy|CORS/.test(message.text())) visitor.complaints.push(message.text());
    });
    visitor.page.on('pageerror', (error) => visitor.complaints.push(String(error)));
    await visitor.page.goto(address);
    return visitor;
  }

  button = (name) => this.page.getByRole('button', { name, exact: true });
  sees = (text) => this.page.getByText(text).filter({ visible: true }).first().waitFor();
  status = () => this.page.locator('#status');
  field = (row, column, whose) => this.page.getByRole('button', { name: new RegExp(`^row ${row}, column ${column}: ${whose}`) });
  points = async () => (await this.page.locator('.side output').allTextContents()).map(Number);

  async signIn(button) {
    await this.page.getByLabel('Name').fill(this.name);
    await this.page.getByLabel('Password').fill(PASSWORD);
    await this.button(button).click();
  }

  async claim(row, column) {
    await this.field(row, column, 'free, yours to claim').click();
    await this.field(row, column, 'yours').waitFor();
  }

  /** Claims whatever there is, as fast as the page shows it. */
  async claimAny() {
    await this.page.evaluate(() => document.querySelector('.field[data-open]:not([data-pending])')
      ?.dispatchEvent(new PointerEvent('pointerdown', { bubbles: true, button: 0 })));
  }

  async hasFocus(text) {
    await this.page.waitForFunction((said) => {
      const { activeElement: element } = document;
      return said === (element.labels?.[0] ?? element).textContent;
    }, text);
  }

  async fits(where) {
    const [wide, window] = await this.page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    assert.ok(wide <= window, `${where}: ${wide} pixels in a window of ${window} must be scrolled sideways`);
  }

  async picture(name) {
    if (process.env.OOFGG_WEB_PICTURES) await this.shoot(process.env.OOFGG_WEB_PICTURES, name);
  }

  async shoot(to, name) {
    const path = join(to, `${this.name}-${name}.png`);
    await this.page.screenshot({ path }).catch(() => {});
    return path;
  }
}

async function meet(ann, bob) {
  await ann.signIn('Log in');
  await ann.page.locator('#sign-in-error').filter({ hasText: /\w/ }).waitFor();
  step(`nobody is let in unknown: "${await ann.page.locator('#sign-in-error').textContent()}"`);
  await ann.hasFocus('Password');
  assert.equal(await ann.page.locator('[aria-invalid]').getAttribute('id'), 'password');
  await ann.page.getByLabel('Password').fill('short');
  await ann.button('Create account').click();
  await ann.sees('Use 8 characters or more for the password.');
  await ann.hasFocus('Password');
  await ann.picture('sign-in');
  await bob.fits('signing in');
  for (const visitor of [ann, bob]) await visitor.signIn('Create account');
  for (const [one, other] of [[ann, bob], [bob, ann]]) {
    await one.page.getByRole('listitem').filter({ hasText: other.name }).filter({ hasText: 'online' }).waitFor();
  }
  for (const visitor of [ann, bob]) await visitor.hasFocus('Here now');
  step('both are signed in and see each other online');
  await ann.sees('Nobody has played yet.');
}

async function queueUp(ann, bob) {
  const joins = '**/v1.api.common.GameService/JoinLeave';
  await ann.page.route(joins, (route) => route.abort('connectionrefused'));
  await ann.button('Find a match').click();
  await ann.sees(/^The server at http:\S+ cannot be reached\. Trying again…$/);
  await ann.hasFocus('Leave the queue');
  await ann.page.unroute(joins);
  await ann.sees(/Looking for an opponent… (?!0:00)\d+:\d\d/);
  for (const visitor of [ann, bob]) await visitor.picture('lobby');
  await bob.fits('the lobby');
  await bob.button('Find a match').click();
  for (const visitor of [ann, bob]) await visitor.status().filter({ hasText: 'Claim!' }).waitFor();
  await ann.field(4, 4, 'free').press('Enter');
  await ann.page.locator('#said').filter({ hasText: 'That field does not touch your land.' }).waitFor();
  step('matched, in the session, and both may claim what touches their land');
}

/** Who sits above, on the left, and who below. */
async function seats(ann, bob) {
  const first = await ann.page.locator('.side .name').first().textContent();
  return first === 'ann' ? [ann, bob] : [bob, ann];
}

async function play(ann, bob, relay) {
  const [left, right] = await seats(ann, bob);
  await left.claim(1, 2);
  await right.field(1, 2, 'theirs').waitFor();
  await right.claim(7, 6);
  await left.field(7, 6, 'theirs').waitFor();
  step('each sees what the other claims');
  await ann.field(4, 4, 'free').hover();
  await bob.page.locator('.field[data-aim][aria-label^="row 4, column 4"]').waitFor();
  step('bob sees where ann points');

  const claims = left === ann ? [[1, 3], [2, 1], [3, 1]] : [[7, 5], [6, 7], [5, 7]];
  relay.cut();
  await bob.sees('Your link is lost. Reconnecting…');
  await bob.fits('reconnecting');
  await bob.picture('lost');
  for (const [row, column] of claims) await ann.claim(row, column);
  relay.mend();
  for (const [row, column] of claims) await bob.field(row, column, 'theirs').waitFor();
  await bob.status().filter({ hasText: 'Claim!' }).waitFor();
  await bob.page.locator('#link').filter({ hasText: 'Online' }).waitFor();
  assert.deepEqual(await bob.points(), await ann.points());
  step("bob's link broke, and has resumed with all that ann claimed meanwhile");

  const before = await ann.points();
  await ann.page.reload();
  await ann.field(...claims[0], 'yours').waitFor();
  await ann.status().filter({ hasText: 'Claim!' }).waitFor();
  assert.deepEqual(await ann.points(), before);
  step('ann has reloaded the page, and is in the match as before');

  for (let turn = 0; turn < 7; turn++) for (const visitor of [bob, ann]) await visitor.claimAny();
  await ann.field(4, 4, '').hover();
  for (const visitor of [ann, bob]) await visitor.picture('play');
  await bob.fits('playing');
  const over = async () => /win/.test(await ann.status().textContent());
  for (const until = Date.now() + PATIENCE_MS; !(await over()); ) {
    assert.ok(Date.now() < until, 'the match does not end');
    for (const visitor of [ann, bob]) await visitor.claimAny();
  }
}

/** Waits until the server has a match of the player's that is over. */
async function awaitHistory(name, ports) {
  const env = { ...process.env, OOFGG_AUTH: `127.0.0.1:${ports.auth}`, OOFGG_GAME: `127.0.0.1:${ports.game}`,
    OOFGG_SESSION: join(folder, `${name}.json`) };
  const oofgg = (args, input) => execFileSync(join(bin, 'oofgg'), args, { env, input, encoding: 'utf8' });
  oofgg(['login', name], `${PASSWORD}\n`);
  for (const until = Date.now() + PATIENCE_MS; !/"end":"abandoned"/i.test(oofgg(['history', '--json'])); ) {
    assert.ok(Date.now() < until, 'the match is over, and not in the history');
    await new Promise((resolve) => setTimeout(resolve, 200)); // The relay is of this process, and has to go on.
  }
}

async function result(ann, bob, ports) {
  for (const visitor of [ann, bob]) await visitor.page.locator('#score').filter({ hasText: /number \d/ }).waitFor();
  assert.deepEqual(await bob.points(), await ann.points());
  const [first, second] = await ann.points();
  const [left, right] = await seats(ann, bob);
  const [winner, loser] = first > second ? [left, right] : [right, left];
  assert.equal(await winner.status().textContent(), 'You win!');
  assert.equal(await loser.status().textContent(), `${winner.name} wins.`);
  for (const visitor of [ann, bob]) await visitor.picture('result');
  await awaitHistory('ann', ports);
  for (const visitor of [ann, bob]) {
    // Who submitted first has not seen the other's score yet; the lobby asks anew.
    await visitor.button('Back to the lobby').click();
    if (visitor === ann) await ann.page.getByRole('listitem').filter({ hasText: 'bob' }).filter({ hasText: 'in a match' }).waitFor();
    const row = (name) => visitor.page.locator('#entries tr').filter({ hasText: name });
    for (const name of ['ann', 'bob']) await row(name).waitFor();
    await visitor.fits('the leaderboard');
    await visitor.picture('end');
  }
  const points = Math.max(first, second) + 20;
  assert.equal(await winner.page.locator('#entries tr').first().textContent(), `1${winner.name}${points}`);
  step(`${first} to ${second}; both are on the leaderboard, ${winner.name} with ${points} first`);
}

async function giveUp(ann, bob) {
  for (const visitor of [ann, bob]) await visitor.button('Find a match').click();
  await bob.button('Give up').click();
  await ann.sees('bob has left. You win.');
  await ann.button('Back to the lobby').click();
  step('bob gave the next match up, and ann has won it');
}

async function goAway(ann, bob) {
  for (const visitor of [ann, bob]) await visitor.button('Find a match').click();
  for (const visitor of [ann, bob]) await visitor.status().filter({ hasText: 'Claim!' }).waitFor();
  const address = bob.page.url();
  await bob.page.goto('about:blank');
  await ann.sees('bob is offline. Go on!');
  await ann.page.evaluate(() => {
    const now = Date.now;
    Date.now = () => now() + 25_000;
  });
  await ann.sees('bob has left. You win.');
  await ann.page.locator('#score').filter({ hasText: /number \d/ }).waitFor();
  await ann.button('Back to the lobby').click();
  await bob.page.goto(address);
  await bob.sees('You were away. ann wins.');
  await bob.button('Back to the lobby').click();
  step('bob went away in a match and came back too late: ann has won it, as both see');
}

async function comeAgain(ann) {
  await ann.button('Log out').click();
  await ann.signIn('Log in');
  await ann.page.getByRole('listitem').filter({ hasText: 'bob' }).waitFor();
  step('ann has logged out and in again');
}

async function loseRenewal(ann) {
  await ann.page.route('**/v1.api.auth.AuthService/RefreshToken', async (route) => {
    assert.equal((await route.fetch()).status(), 200);
    await route.abort('connectionreset');
  }, { times: 1 });
  const lost = ann.page.waitForEvent('requestfailed', (request) => request.url().endsWith('/RefreshToken'));
  await ann.page.reload();
  await lost;
  await ann.page.reload();
  await ann.page.getByRole('listitem').filter({ hasText: 'bob' }).filter({ hasText: 'online' }).waitFor();
  step('ann, who reloaded before she heard that her login was renewed, is still signed in');
}

async function endLogin(bob, auth) {
  const flags = ['--auth', `127.0.0.1:${auth}`, '--keys', join(folder, 'data/auth-keys')];
  execFileSync(join(bin, 'oofgg'), ['user', 'logout', 'bob', ...flags]);
  await bob.sees('Your login has ended. Log in again.');
  step('bob, whose login an operator ended, is asked to log in');
}

let visitors = [];
try {
  const launched = chromium.launch({
    executablePath: process.env.OOFGG_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage'],
  });
  ending(async () => (await launched).close());
  const ports = await startServers(bin, folder);
  const port = await startEnvoy(envoy, root, ports, folder);
  const relay = await Relay.to(port);
  const apis = [port, relay.port].map((each) => `http://127.0.0.1:${each}`);
  const page = await startPage(example, apis, folder);
  step('servers, Envoy and the page are up');
  const browser = await launched;
  try {
    const calm = { reducedMotion: 'reduce' };  // Drawing costs more than all else here.
    const desktop = { ...calm, viewport: { width: 1024, height: 760 } };
    const phone = { ...calm, viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true,
      deviceScaleFactor: 2, colorScheme: 'dark' };
    const ann = await Visitor.come(browser, 'ann', page, desktop);
    const bob = await Visitor.come(browser, 'bob', `${page}?api=${apis[1]}`, phone);
    visitors = [ann, bob];
    await meet(ann, bob);
    await queueUp(ann, bob);
    await play(ann, bob, relay);
    await result(ann, bob, ports);
    await giveUp(ann, bob);
    await goAway(ann, bob);
    await comeAgain(ann);
    await loseRenewal(ann);
    await endLogin(bob, ports.auth);
    for (const { name, complaints } of visitors) assert.deepEqual(complaints, [], `in ${name}'s console`);
  } catch (error) {
    for (const visitor of visitors) {
      console.error(`${visitor.name} sees ${await visitor.shoot(folder, 'failed')}, complains: ${visitor.complaints}`);
    }
    throw error;
  }
} finally {
  await endAll();
}
step('done');
