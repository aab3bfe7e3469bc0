import { Account } from './account';
import { Evening } from './evening';
import { findGame } from './lobby';
import { pause } from './patience';
import { find, link, showName, showOnly } from './screen';
import { addressOfServer } from './server';
import { inputOf, inWords, isPassing } from './words';

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
  showName(find('my-name'), name);
  find('who').hidden = false;
  link.account = true;
  link.show();
  await evening.begin();
}

const form = find<HTMLFormElement>('sign-in-form');

async function submit(how: (address: string, name: string, password: string) => Promise<Account>): Promise<void> {
  const name = find<HTMLInputElement>('name').value.trim();
  const password = find<HTMLInputElement>('password');
  const pressed = document.activeElement as HTMLElement | null;
  const buttons = form.querySelectorAll('button');
  complain('');
  if (name === '' || password.value === '') {
    return complain('Type a name and a password.', find(name === '' ? 'name' : 'password'));
  }
  const enable = (isEnabled: boolean) => buttons.forEach((button) => (button.disabled = !isEnabled));
  enable(false); // Which takes the focus from them.
  try {
    await start(await how(address, name, password.value));
    enable(true);
    password.value = '';
    find('lobby-title').focus();
  } catch (why) {
    enable(true);
    const input = inputOf(why);
    complain(inWords(why), input === null ? null : find(input));
    if (input === null) pressed?.focus();
  }
}

/** What is wrong, and with which input. */
function complain(why: string, input: HTMLElement | null = null): void {
  find('sign-in-error').textContent = why;
  for (const each of form.querySelectorAll('input')) each.ariaInvalid = each === input ? 'true' : null;
  input?.focus();
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
