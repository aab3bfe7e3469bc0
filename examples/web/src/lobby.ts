import { JoinLeaveGame_Action as Action } from '../generated/v1/api/game/join_leave_pb';
import { GameState, type Session } from '../generated/v1/api/game/session_pb';
import { pause } from './patience';
import { Presence, PresenceState, type Status } from './presence';
import { leave, sessionOf, textOf } from './queue';
import type { Server } from './server';
import { SessionSocket } from './session_socket';
import { inWords } from './words';

export interface Player {
  userId: string;
  name: string;
  /** Undefined until the server has told. */
  state?: PresenceState;
}

const GAME = 'Land grab';
const LOBBY = 'lobby';

/** The game of this page: the oldest of its name, made by whoever is first. */
export async function findGame(server: Server): Promise<string> {
  const listed = await oldestGame(server);
  if (listed !== undefined) return listed;
  const description = 'Claim fields next to yours, faster than the other: the example of docs/web.md.';
  await server.games.createGame({ name: GAME, description });
  // Another page may have been as quick: both take the older one.
  const made = await oldestGame(server);
  if (made === undefined) throw new Error('The game that was made is not among the games.');
  return made;
}

async function oldestGame(server: Server): Promise<string | undefined> {
  for (let cursor: string | undefined; ; ) {
    const page = await server.games.getGame({ limit: 100, cursor });
    const games = page.data.case === 'games' ? page.data.value.games : [];
    const ours = games.find((game) => game.name === GAME);
    cursor = page.pagination?.nextPageToken;
    if (ours !== undefined || !cursor) return ours?.id;
  }
}

/**
 * Where players meet: a session that all of them join, so that its members are the friends to watch. Presence, not
 * membership, says who is there.
 */
export class Lobby {
  private readonly players = new Map<string, Player>();
  private readonly names = new Map<string, string>();
  private readonly presence: Presence;
  private rival?: { userId: string; state?: PresenceState };
  private socket?: SessionSocket;
  private session?: Session;
  private closed = false;

  constructor(
    private readonly server: Server,
    private readonly me: string,
    private readonly gameId: string,
    private readonly name: string,
    private readonly onPlayers: (players: Player[]) => void,
    private readonly onTrouble: (why: string | null) => void,
  ) {
    this.presence = new Presence(server, (userId, state) => this.see(userId, state), onTrouble);
    this.presence.watch([]);
    void this.enter();
  }

  /** In a match, or not: what the others see. The rival, who may be of another lobby, is watched as long as it lasts. */
  showMatch(match: { sessionId: string; rival: string } | null): void {
    this.rival = match === null ? undefined : { userId: match.rival };
    this.watch(match === null ? { state: PresenceState.ONLINE } : { state: PresenceState.IN_MATCH, sessionId: match.sessionId });
  }

  get isRivalOffline(): boolean {
    return this.rival?.state === PresenceState.OFFLINE;
  }

  async close(): Promise<void> {
    this.closed = true;
    this.presence.close();
    this.socket?.close();
    if (this.session !== undefined) await leave(this.server, this.gameId, this.session.id).catch(() => {});
  }

  private async enter(): Promise<void> {
    for (let attempt = 0; !this.closed; attempt++) {
      try {
        this.session = await this.join();
        if (this.closed) return;
        if (attempt > 0) this.onTrouble(null);
        await this.meet(this.session.userIds);
        this.socket?.close();
        this.socket = new SessionSocket(
          this.server,
          this.session.id,
          'now',
          (event) => {
            if (event.type === 'joined' || event.type === 'left') void this.lookAround();
          },
          (state) => {
            if (state === 'open') void this.lookAround(); // Somebody may have come before there was a link.
            if (state === 'over') void this.enter(); // Away for so long that we were taken out.
          },
        );
        return;
      } catch (error) {
        this.onTrouble(inWords(error));
      }
      await pause(attempt);
    }
  }

  private async join(): Promise<Session> {
    const found = await this.find();
    if (found !== undefined) return this.joinThat(found.id);
    const made = sessionOf(
      await this.server.games.createSession({
        gameId: this.gameId,
        state: GameState.STATE_WAITING,
        attributes: { [LOBBY]: { value: { case: 'stringValue', value: this.name } } },
      }),
    );
    // Another page may have made one at the same moment: both go to the older, as ids sort by their time of making.
    const chosen = await this.find();
    if (chosen === undefined || chosen.id === made.id) return made;
    await leave(this.server, this.gameId, made.id);
    return this.joinThat(chosen.id);
  }

  private async find(): Promise<Session | undefined> {
    const answer = await this.server.games.getSession({ gameId: this.gameId });
    const sessions = answer.data.case === 'sessions' ? answer.data.value.sessions : [];
    const lobbies = sessions.filter((session) => textOf(session, LOBBY) === this.name);
    return lobbies.sort((one, other) => (one.id < other.id ? -1 : 1))[0];
  }

  private async joinThat(sessionId: string): Promise<Session> {
    return sessionOf(await this.server.games.joinLeave({ gameId: this.gameId, action: Action.JOIN, sessionId }));
  }

  private async lookAround(): Promise<void> {
    try {
      const { id } = this.session!;
      await this.meet(sessionOf(await this.server.games.getSession({ id })).userIds);
    } catch {
      // The next one who comes or goes makes us look again, as does a new link.
    }
  }

  private async meet(members: string[]): Promise<void> {
    const others = members.filter((userId) => userId !== this.me).sort();
    const names = await Promise.all(others.map((userId) => this.nameOf(userId)));
    const known = [...this.players.keys()].sort();
    for (const userId of known) if (!others.includes(userId)) this.players.delete(userId);
    others.forEach((userId, at) => {
      const state = this.players.get(userId)?.state;
      this.players.set(userId, { userId, name: names[at] ?? userId, state });
    });
    if (known.join() !== others.join()) this.watch();
    this.tell();
  }

  private watch(status?: Status): void {
    const watched = new Set(this.players.keys());
    if (this.rival !== undefined) watched.add(this.rival.userId);
    this.presence.watch([...watched], status);
  }

  /** The name that a player shows; their id if they have none. */
  async nameOf(userId: string): Promise<string> {
    const known = this.names.get(userId);
    if (known !== undefined) return known;
    try {
      const { data } = await this.server.players.getPlayer({ id: userId });
      const name = data.case === 'singlePlayer' ? data.value.username : data.value?.players[0]?.username;
      if (name) this.names.set(userId, name);
      return name || userId;
    } catch {
      return userId;
    }
  }

  private see(userId: string, state: PresenceState): void {
    if (this.rival?.userId === userId) this.rival.state = state;
    const player = this.players.get(userId);
    if (player !== undefined) player.state = state;
    this.tell();
  }

  private tell(): void {
    const players = [...this.players.values()];
    this.onPlayers(players.sort((one, other) => one.name.localeCompare(other.name)));
  }
}
