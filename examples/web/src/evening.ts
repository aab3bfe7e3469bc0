import type { Account } from './account';
import { BoardView } from './board';
import { GameState, type Session } from '../generated/v1/api/game/session_pb';
import { FIELDS, type Seat } from './land_grab';
import { showLeaderboard } from './leaderboard';
import { Lobby, type Player } from './lobby';
import { Match, rankOf, submitScore, type Seats } from './match';
import { PresenceState } from './presence';
import { findMatch, leave, sessionOf, textOf } from './queue';
import { find, link, showName, showOnly } from './screen';
import { inWords } from './words';

const MATCH_KEY = 'oofgg.match';
/** With the 5 s that presence waits it is half a minute. */
const GONE_MS = 25_000;

/** All that a signed-in player has open, and shows. */
export class Evening {
  private readonly lobby: Lobby;
  private queue?: AbortController;
  private match?: Match;
  private board?: BoardView;
  private names: [string, string] = ['', ''];
  private offlineSince = Infinity;
  private ticker = 0;

  constructor(private readonly account: Account, private readonly gameId: string, lobbyName: string) {
    const { server, userId } = account;
    this.lobby = new Lobby(
      server,
      userId,
      gameId,
      lobbyName,
      (players) => this.showPlayers(players),
      (why) => {
        link.presence = why;
        link.show();
      },
    );
    find('find').onclick = () => void this.play();
    find('cancel').onclick = () => this.queue?.abort();
    find('again').onclick = () => void this.leaveMatch().then(() => this.play());
    find('back').onclick = () => void this.leaveMatch();
    find('give-up').onclick = () => void this.leaveMatch();
  }

  /** The lobby, or the match that was being played when the tab was reloaded. */
  async begin(): Promise<void> {
    const kept = sessionStorage.getItem(MATCH_KEY);
    if (kept !== null) {
      try {
        const seats = JSON.parse(kept) as Seats;
        const session = sessionOf(await this.account.server.games.getSession({ id: seats.sessionId }));
        if (session.state === GameState.STATE_STARTED) return this.enter(seats);
      } catch {
        // It is gone, which is as well.
      }
      sessionStorage.removeItem(MATCH_KEY);
    }
    this.showLobby();
  }

  async end(): Promise<void> {
    this.queue?.abort();
    this.closeMatch();
    await this.lobby.close();
  }

  private showLobby(): void {
    showOnly('lobby', 'leaderboard');
    this.showScores();
  }

  private showPlayers(players: Player[]): void {
    const there = players.filter(({ state }) => state !== undefined && state !== PresenceState.OFFLINE);
    find('players').replaceChildren(
      ...there.map(({ name, state }) => {
        const inMatch = state === PresenceState.IN_MATCH;
        const row = document.createElement('li');
        row.dataset.state = inMatch ? 'match' : 'online';
        for (const [kind, text] of [['name', name], ['state', inMatch ? 'in a match' : 'online']] as const) {
          const part = document.createElement('span');
          part.className = kind;
          showName(part, text);
          row.append(part);
        }
        return row;
      }),
    );
    find('alone').hidden = there.length > 0;
    this.showMatch();
  }

  private showScores(): void {
    const { server, userId } = this.account;
    const error = find('leaderboard-error');
    showLeaderboard(find<HTMLTableSectionElement>('entries'), server, this.gameId, userId).then(
      () => (error.textContent = ''),
      (why: unknown) => (error.textContent = inWords(why)),
    );
  }

  private async play(): Promise<void> {
    const queue = (this.queue = new AbortController());
    const began = Date.now();
    let trouble: string | null = null;
    const tell = () => {
      const seconds = Math.floor((Date.now() - began) / 1000);
      const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
      find('queue').textContent = trouble ?? `Looking for an opponent… ${time}`;
    };
    this.showQueue(true);
    find('cancel').focus({ preventScroll: true });
    tell();
    const timer = setInterval(tell, 1000);
    try {
      const session = await findMatch(this.account.server, this.gameId, queue.signal, (why) => {
        trouble = why;
        tell();
      });
      await this.enter(seatsOf(session));
      this.board?.focusOn(this.match?.me === 0 ? 0 : FIELDS - 1);
    } catch (error) {
      if (!queue.signal.aborted) find('queue-error').textContent = inWords(error);
    } finally {
      clearInterval(timer);
      this.showQueue(false);
      if (this.match === undefined) find('find').focus({ preventScroll: true });
    }
  }

  private showQueue(waiting: boolean): void {
    find('queue').textContent = '';
    if (waiting) find('queue-error').textContent = '';
    find('find').hidden = waiting;
    find('cancel').hidden = !waiting;
  }

  private async enter(seats: Seats): Promise<void> {
    const { players } = seats;
    // All of it, as the session forgets who leaves it.
    sessionStorage.setItem(MATCH_KEY, JSON.stringify(seats));
    this.names = [await this.nameOf(players[0]), await this.nameOf(players[1])];
    const match = new Match(this.account.server, this.account.userId, seats,
      () => this.showMatch(),
      () => void this.finish());
    this.match = match;
    const say = (text: string) => (find('said').textContent = text);
    const claim = (field: number) => say(match.claim(field));
    const point = (field: number | null) => {
      say(''); // The same, said twice, would be heard once.
      match.pointAt(field);
    };
    this.board = new BoardView(find('board'), claim, point);
    this.lobby.showMatch({ sessionId: seats.sessionId, rival: players[1 - match.me]! });
    find('score').textContent = '';
    showOnly('match');
    this.offlineSince = Infinity;
    this.ticker = window.setInterval(() => {
      this.waitForRival(match);
      this.showMatch();
    }, 200);
    this.showMatch();
    scrollTo(0, 0);
  }

  private async nameOf(userId: string): Promise<string> {
    return userId === this.account.userId ? this.account.name : this.lobby.nameOf(userId);
  }

  /** A match keeps its players' seats, so that somebody has to say when one is empty for good. */
  private waitForRival(match: Match): void {
    // While our own link is lost we would not hear that they are back.
    const isOffline = this.lobby.isRivalOffline && match.link === 'open' && link.presence === null;
    this.offlineSince = isOffline ? Math.min(this.offlineSince, Date.now()) : Infinity;
    if (Date.now() - this.offlineSince < GONE_MS) return;
    match.giveUpOnRival();
    this.offlineSince = Date.now();
  }

  private showMatch(): void {
    const { match } = this;
    if (match === undefined) return;
    link.match = match.link === 'lost';
    link.show();
    for (const seat of [0, 1] as const) {
      const side = document.querySelector(`.side[data-seat="${seat}"]`)!;
      showName(side.querySelector<HTMLElement>('.name')!, this.names[seat]);
      side.querySelector<HTMLElement>('.you')!.hidden = seat !== match.me;
      side.querySelector('output')!.textContent = String(match.game.points(seat));
    }
    const [left, right] = [match.game.points(0), match.game.points(1)];
    (find('share').firstElementChild as HTMLElement).style.width = `${(100 * left) / (left + right)}%`;
    this.board?.show(match);
    const [kind, text] = this.statusOf(match);
    const status = find('status');
    status.dataset.kind = kind;
    if (status.textContent !== text) status.textContent = text; // Said aloud once only.
    find('board').toggleAttribute('data-still', !match.isOpen);
    const isEnd = match.isOver || match.link === 'over';
    const hadFocus = document.activeElement === find('give-up');
    find('result').hidden = !isEnd;
    find('give-up').hidden = isEnd;
    if (isEnd && hadFocus) find('again').focus({ preventScroll: true });
  }

  private statusOf(match: Match): [kind: string, text: string] {
    const other = (1 - match.me) as Seat;
    const rival = this.names[other];
    if (match.isOver) {
      if (match.gaveUp === other) return ['over', `${rival} has left. You win.`];
      if (match.gaveUp === match.me) return ['over', `You were away. ${rival} wins.`];
      if (match.winner === null) return ['over', 'A draw.'];
      return ['over', match.winner === match.me ? 'You win!' : `${rival} wins.`];
    }
    if (match.link === 'over') return ['trouble', match.whyOver];
    if (match.link === 'lost') return ['trouble', 'Your link is lost. Reconnecting…'];
    if (match.link === 'connecting') return ['wait', 'Connecting…'];
    const isOffline = this.offlineSince !== Infinity;
    if (!match.isFull) return ['wait', isOffline ? `${rival} is offline.` : `Waiting for ${rival}…`];
    if (match.countdown > 0) return ['wait', `Ready… ${Math.ceil(match.countdown / 800)}`];
    if (isOffline) return ['play', `${rival} is offline. Go on!`];
    return ['play', 'Claim!'];
  }

  private async finish(): Promise<void> {
    const { match } = this;
    if (match === undefined) return;
    find('score').textContent = `Submitting ${match.score} points…`;
    const text = await this.submit(match);
    if (this.match !== match) return;
    find('score').textContent = text;
    showOnly('match', 'leaderboard');
    this.showScores();
    await this.leaveSession(match);
  }

  private async submit(match: Match): Promise<string> {
    const { server, userId } = this.account;
    try {
      await submitScore(server, this.gameId, match);
    } catch (error) {
      return `Your ${match.score} points were not taken. ${inWords(error)}`;
    }
    await match.settle();
    const rank = await rankOf(server, this.gameId, userId).catch(() => null);
    return `${match.score} points.${rank === null ? '' : ` You are number ${rank} on the leaderboard.`}`;
  }

  /** So that the match is in its players' histories at once. */
  private async leaveSession(match: Match): Promise<void> {
    match.close();
    sessionStorage.removeItem(MATCH_KEY);
    await leave(this.account.server, this.gameId, match.seats.sessionId).catch(() => {});
  }

  private async leaveMatch(): Promise<void> {
    const { match } = this;
    this.closeMatch();
    this.showLobby();
    find('find').focus({ preventScroll: true });
    if (match !== undefined) await this.leaveSession(match);
  }

  private closeMatch(): void {
    clearInterval(this.ticker);
    this.match?.close();
    this.match = undefined;
    sessionStorage.removeItem(MATCH_KEY);
    this.lobby.showMatch(null);
    link.match = false;
    link.show();
  }
}

function seatsOf(session: Session): Seats {
  const players = [...session.userIds].sort() as [string, string];
  return { sessionId: session.id, matchId: textOf(session, 'match_id') || session.id, players };
}
