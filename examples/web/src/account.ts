import { Server } from './server';
import { isRefusal } from './words';

interface Tokens {
  accessToken: string;
  refreshToken: string;
  expiresIn: bigint;
}

interface Kept {
  name: string;
  refreshToken: string;
  /** Goes with every use of this token: by it the server knows a repetition from a theft. */
  nonce: string;
}

const KEY = 'oofgg.account';
const EARLY_MS = 30_000;

/** A player who is signed in. Lasts over a reload of the tab, and is the tab's alone: two tabs are two players. */
export class Account {
  readonly server: Server;
  readonly userId: string;
  /** Called once, when the server does not know this login any more. */
  onEnd: () => void = () => {};

  private accessToken = '';
  private kept: Kept;
  private renewAt = 0;
  private renewal?: Promise<void>;

  private constructor(address: string, readonly name: string, tokens: Tokens) {
    this.server = new Server(address, () => this.token());
    this.kept = this.take(tokens);
    this.userId = subjectOf(tokens.accessToken);
    this.server.onRefused = () => (this.renewAt = 0);
  }

  static async logIn(address: string, name: string, password: string): Promise<Account> {
    return new Account(address, name, await signedOut(address).auth.login({ username: name, password }));
  }

  static async register(address: string, name: string, password: string): Promise<Account> {
    return new Account(address, name, await signedOut(address).auth.register({ username: name, password }));
  }

  /** Who was signed in before the tab was reloaded; undefined if nobody was, or the server has ended it. */
  static async restore(address: string): Promise<Account | undefined> {
    const kept = sessionStorage.getItem(KEY);
    if (kept === null) return undefined;
    try {
      const known = JSON.parse(kept) as Kept;
      return new Account(address, known.name, await trade(signedOut(address), known));
    } catch (error) {
      if (isRefusal(error)) sessionStorage.removeItem(KEY);
      throw error;
    }
  }

  /** An access token that lasts for the next call at least. */
  async token(): Promise<string> {
    if (Date.now() >= this.renewAt) {
      // A refresh token is good for one use: calls at the same moment share it.
      this.renewal ??= this.renew().finally(() => (this.renewal = undefined));
      await this.renewal;
    }
    return this.accessToken;
  }

  /** Forgets the login here, and ends it at the server, if that is there. */
  async logOut(): Promise<void> {
    sessionStorage.removeItem(KEY);
    await this.server.accounts.logout({}).catch(() => {});
  }

  private async renew(): Promise<void> {
    try {
      this.kept = this.take(await trade(this.server, this.kept));
    } catch (error) {
      if (isRefusal(error)) {
        sessionStorage.removeItem(KEY);
        this.onEnd();
      }
      throw error;
    }
  }

  private take(tokens: Tokens): Kept {
    this.accessToken = tokens.accessToken;
    const lasts = Number(tokens.expiresIn) * 1000;
    this.renewAt = Date.now() + Math.max(lasts - EARLY_MS, lasts / 2);
    const kept: Kept = { name: this.name, refreshToken: tokens.refreshToken, nonce: newNonce() };
    sessionStorage.setItem(KEY, JSON.stringify(kept));
    return kept;
  }
}

/**
 * The next tokens. Asked again, after a reload or with a link that broke before the answer came, the server gives the same ones for
 * 30 s; later, or with another nonce, it takes the token for stolen and ends the login.
 */
function trade(server: Server, { refreshToken, nonce }: Kept): Promise<Tokens> {
  return server.auth.refreshToken({ refreshToken }, { headers: { 'idempotency-key': nonce } });
}

function newNonce(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function signedOut(address: string): Server {
  return new Server(address, () => Promise.reject(new Error('Log in first.')));
}

/** The id that the token was issued to. Nothing is trusted by it: the server checks the token itself. */
function subjectOf(token: string): string {
  const claims = (token.split('.')[1] ?? '').replace(/-/g, '+').replace(/_/g, '/');
  return (JSON.parse(atob(claims)) as { sub: string }).sub;
}
