import { createClient, type Client, type Interceptor } from '@connectrpc/connect';
import { createGrpcWebTransport } from '@connectrpc/connect-web';
import { AccountService } from '../generated/oofgg/v1/account_pb';
import { PresenceService } from '../generated/oofgg/v1/presence_pb';
import { AuthService } from '../generated/v1/api/auth/auth_service_pb';
import { GameService } from '../generated/v1/api/common/game_service_pb';
import { PlayerService } from '../generated/v1/api/common/player_service_pb';
import { ScoreService } from '../generated/v1/api/common/score_service_pb';

/** Where the servers are: one address, behind which Envoy tells the calls and the WebSockets apart. */
export class Server {
  readonly auth: Client<typeof AuthService>;
  readonly accounts: Client<typeof AccountService>;
  readonly games: Client<typeof GameService>;
  readonly players: Client<typeof PlayerService>;
  readonly scores: Client<typeof ScoreService>;
  readonly presence: Client<typeof PresenceService>;
  /** To be called when a token was refused before its time: the login may have been ended elsewhere. */
  onRefused: () => void = () => {};

  /** `token` is asked for the access token of each call that wants one. */
  constructor(readonly address: string, private readonly token: () => Promise<string>) {
    const authorize: Interceptor = (next) => async (request) => {
      if (request.service.typeName !== AuthService.typeName) {
        request.header.set('Authorization', `Bearer ${await token()}`);
      }
      return next(request);
    };
    const transport = createGrpcWebTransport({ baseUrl: address, interceptors: [authorize] });
    this.auth = createClient(AuthService, transport);
    this.accounts = createClient(AccountService, transport);
    this.games = createClient(GameService, transport);
    this.players = createClient(PlayerService, transport);
    this.scores = createClient(ScoreService, transport);
    this.presence = createClient(PresenceService, transport);
  }

  /** A WebSocket on a session's events behind number `seen`, one's own among them. */
  async openSocket(sessionId: string, seen: number | 'oldest' | 'now'): Promise<WebSocket> {
    const url = new URL(`${this.address.replace(/^http/, 'ws')}/ws/${encodeURIComponent(sessionId)}`);
    url.searchParams.set('token', await this.token());
    url.searchParams.set('echo', '1');
    if (seen !== 'now') url.searchParams.set('seq', String(seen));
    return new WebSocket(url);
  }
}

/** What `?api=` says; else what who serves the page has put into it; else port 8000 of the host that the page is from. */
export function addressOfServer(page: Location): string {
  const served = document.querySelector<HTMLMetaElement>('meta[name="oofgg-api"]')?.content;
  const said = new URLSearchParams(page.search).get('api') || served || null;
  return (said ?? `${page.protocol}//${page.hostname}:8000`).replace(/\/+$/, '');
}
