import { Account } from './account';
import { Evening } from './evening';
import { findGame } from './lobby';
import { pause } from './patience';
import { find, link, showOnly } from './screen';
import { addressOfServer } from './server';
import { inWords, isPassing } from './words';

const address = addressOfServer(location);
const lobbyName = new URLSearchParams(location.search).get('lobby') ?? 'main';

function signIn(): void {
  showOnly('sign-in');
  link.account = false;
  link.show();
  find('who').hidden = true;
  find('name').focus();
}

async function start(account: Account): Promise<void> {
  const { server, name } = account;
  // The name that the others see; made again, the profile stays as it is.
  await server.players.createPlayer({ username: name });
  const evening = new Evening(account, await findGame(server), lobbyName);
  const stop = (why: string) => {
    find('sign-in-error').textContent = why;
    signIn();
    return evening.end();
  };
  account.onEnd = () => void stop('Your login has ended. Log in again.');
  find('log-out').onclick = () => void stop('').then(() => account.logOut());
  find('my-name').textContent = name;
  find('who').hidden = false;
  link.account = true;
  link.show();
  await evening.begin();
}

const form = find<HTMLFormElement>('sign-in-form');

async function submit(how: (address: string, name: string, password: string) => Promise<Account>): Promise<void> {
  const name = find<HTMLInputElement>('name').value.trim();
  const password = find<HTMLInputElement>('password');
  const error = find('sign-in-error');
  const buttons = form.querySelectorAll('button');
  error.textContent = '';
  if (name === '' || password.value === '') {
    error.textContent = 'Type a name and a password.';
    return;
  }
  buttons.forEach((button) => (button.disabled = true));
  try {
    await start(await how(address, name, password.value));
    password.value = '';
  } catch (why) {
    error.textContent = inWords(why);
  } finally {
    buttons.forEach((button) => (button.disabled = false));
  }
}

form.onsubmit = (event) => {
  event.preventDefault();
  void submit(Account.logIn);
};
find('register').onclick = () => void submit(Account.register);

/** Goes on as whoever was signed in before a reload; while the server is away, until it is back. */
async function restore(): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      const account = await Account.restore(address);
      return account === undefined ? signIn() : await start(account);
    } catch (error) {
      if (!isPassing(error)) {
        find('sign-in-error').textContent = inWords(error);
        return signIn();
      }
      find('trouble').textContent = `${inWords(error)} Trying again…`;
      find('trouble').hidden = false;
    }
    await pause(attempt);
  }
}

find<HTMLAnchorElement>('invite').href = location.href;
void restore();
