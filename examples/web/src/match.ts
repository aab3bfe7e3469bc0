import type { Server } from './server';
import { FIELDS, LandGrab, WIN_POINTS, type Seat } from './land_grab';
import { pause } from './patience';
import { sessionOf } from './queue';
import { SessionSocket, type LinkState, type SessionEvent } from './session_socket';
import { isPassing } from './words';

export interface Seats {
  sessionId: string;
  /** The same for both players, unlike the session's id. */
  matchId: string;
  /** In the order of their seats. */
  players: [string, string];
}

const COUNTDOWN_MS = 2400;
const AIM_EVERY_MS = 150;
const SETTLE_MS = 5000;

/**
 * A match as one of its players has it. What happened is what the session's events say, in their order: a claim
 * counts when it comes back with its number, so that both pages have the same game, and a page that was away, or was
 * reloaded, has it again once it has heard what it missed.
 */
export class Match {
  readonly me: Seat;
  readonly game: LandGrab;
  readonly pending = new Set<number>();
  aim: number | null = null;
  link: LinkState = 'connecting';
  whyOver = '';
  /** Who went away before the end. */
  gaveUp: Seat | null = null;

  private readonly ready = new Set<Seat>();
  private readonly scored = new Set<Seat>();
  private onSettled = () => {};
  private readonly socket: SessionSocket;
  private startsAt = Infinity;
  private told = false;
  private aimed: number | null = null;
  private aimTimer = 0;

  /** `onChange` after whatever is to be seen; `onOver` once, at the end. */
  constructor(
    private readonly server: Server,
    userId: string,
    readonly seats: Seats,
    private readonly onChange: () => void,
    private readonly onOver: () => void,
  ) {
    this.me = seats.players[0] === userId ? 0 : 1;
    this.game = new LandGrab(seats.matchId);
    this.socket = new SessionSocket(server, seats.sessionId, 'oldest', (event) => this.hear(event), (state, why) => {
      this.link = state;
      this.whyOver = why ?? '';
      this.pending.clear();
      if (state === 'open' && !this.ready.has(this.me)) this.socket.send('ready');
      if (state === 'open') void this.lookForRival();
      onChange();
    });
  }

  get isFull(): boolean {
    return this.ready.size === 2;
  }

  /** Until claims are taken; 0: they are. */
  get countdown(): number {
    return Math.max(0, this.startsAt - Date.now());
  }

  get isOver(): boolean {
    return this.game.isOver || this.gaveUp !== null;
  }

  get isOpen(): boolean {
    return this.isFull && this.countdown === 0 && !this.isOver && this.link === 'open';
  }

  /** null: nobody has, or both. */
  get winner(): Seat | null {
    if (this.gaveUp !== null) return this.gaveUp === 0 ? 1 : 0;
    const difference = this.game.points(0) - this.game.points(1);
    return !this.game.isOver || difference === 0 ? null : difference > 0 ? 0 : 1;
  }

  /** What the match counts for one's score. */
  get score(): number {
    return this.game.points(this.me) + (this.winner === this.me ? WIN_POINTS : 0);
  }

  /** Why it cannot be claimed, in a sentence; nothing if it can. */
  claim(field: number): string {
    if (!this.isOpen || this.pending.has(field)) return '';
    if (!this.isFree(field)) return 'That field is taken.';
    if (!this.game.mayClaim(this.me, field)) return 'That field does not touch your land.';
    if (!this.socket.send('claim', { field })) return '';
    this.pending.add(field);
    this.onChange();
    return '';
  }

  /** Shows the other one where we point: the newest only, a few times a second. */
  pointAt(field: number | null): void {
    this.aimed = field;
    if (this.aimTimer !== 0 || !this.isOpen) return;
    this.aimTimer = window.setTimeout(() => {
      this.aimTimer = 0;
      if (this.isOpen) this.socket.send('aim', { field: this.aimed });
    }, AIM_EVERY_MS);
  }

  /** Says that the other one will not come back. It counts for both, and for them too, should they come after all. */
  giveUpOnRival(): void {
    if (!this.isOver) this.socket.send('gone');
  }

  /** Says that our score is in, and waits for the other one's; not for long, as they may be away. */
  async settle(): Promise<void> {
    this.socket.send('scored');
    if (this.gaveUp !== null || this.scored.size === 2) return;
    await new Promise<void>((resolve) => {
      this.onSettled = resolve;
      setTimeout(resolve, SETTLE_MS);
    });
  }

  close(): void {
    clearTimeout(this.aimTimer);
    this.socket.close();
  }

  private hear({ type, player_id, data }: SessionEvent): void {
    const seat = this.seats.players.indexOf(player_id ?? '');
    if (seat !== 0 && seat !== 1) return;
    const field = fieldOf(data);
    if (type === 'ready') this.start(seat);
    else if (type === 'claim' && field !== null) this.take(seat, field);
    else if (type === 'scored') this.settled(seat);
    else if (type === 'aim' && seat !== this.me) this.aim = this.isFree(field) ? field : null;
    else if (type === 'left' && !this.isOver) this.gaveUp = seat;
    else if (type === 'gone' && !this.isOver) this.gaveUp = seat === 0 ? 1 : 0;
    if (this.isOver) this.aim = null;
    if (this.isOver && !this.told) {
      this.told = true;
      this.onOver();
    }
    this.onChange();
  }

  /** Who left before anybody listened may not be heard leaving. */
  private async lookForRival(): Promise<void> {
    try {
      const session = sessionOf(await this.server.games.getSession({ id: this.seats.sessionId }));
      if (!session.userIds.includes(this.seats.players[1 - this.me]!)) this.giveUpOnRival();
    } catch {
      // The next link looks again.
    }
  }

  private start(seat: Seat): void {
    if (this.isFull) return;
    this.ready.add(seat);
    if (this.isFull) this.startsAt = Date.now() + COUNTDOWN_MS;
  }

  private settled(seat: Seat): void {
    this.scored.add(seat);
    if (this.scored.size === 2) this.onSettled();
  }

  /** Nobody claims before both are ready: so the beginning is not kept any more. */
  private giveIn(): void {
    this.socket.close();
    this.link = 'over';
    this.whyOver = 'The beginning of this match is not kept any more.';
  }

  private isFree(field: number | null): boolean {
    return field !== null && this.game.owner[field] === null;
  }

  private take(seat: Seat, field: number): void {
    if (seat === this.me) this.pending.delete(field);
    if (!this.isFull) return this.giveIn();
    if (this.isOver) return;
    this.startsAt = 0; // Who comes in the middle waits no more.
    this.game.claim(seat, field);
    if (this.aim === field) this.aim = null;
  }
}

function fieldOf(data: unknown): number | null {
  const field = (data as { field?: unknown } | undefined)?.field;
  return typeof field === 'number' && Number.isInteger(field) && field >= 0 && field < FIELDS ? field : null;
}

/** Submits one's score of a match: once, however often it is tried. */
export async function submitScore(server: Server, gameId: string, match: Match): Promise<void> {
  const headers = { 'idempotency-key': `land-grab:${match.seats.matchId}` };
  const request = { gameId, instanceId: match.seats.matchId, value: BigInt(match.score) };
  for (let attempt = 0; ; attempt++) {
    try {
      await server.scores.submitScore(request, { headers });
      return;
    } catch (error) {
      if (!isPassing(error) || attempt === 5) throw error;
    }
    await pause(attempt);
  }
}

export async function rankOf(server: Server, gameId: string, playerId: string): Promise<number> {
  const { data } = await server.scores.getPlayerRank({ gameId, playerId });
  if (data.case !== 'playerRank') throw new Error('The server answered without a rank.');
  return data.value.rank;
}
