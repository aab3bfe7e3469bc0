import { pause } from './patience';
import type { Server } from './server';

export interface SessionEvent {
  type: string;
  seq: number;
  player_id?: string;
  data?: unknown;
}

/** `lost`: it tries again by itself. `over`: it does not, for the reason that is given. */
export type LinkState = 'connecting' | 'open' | 'lost' | 'over';

const OVER: Record<number, string> = {
  4401: 'This login was ended. Log in again.',
  4403: 'You are not in this session.',
  4404: 'This session is gone.',
  4410: 'This session is over.',
  4416: 'What happened meanwhile is not kept any more.',
};

/**
 * The events of one session, in the one order that all members have, none missed and none twice: after a break it
 * resumes behind the last number that it has seen. Our own events come back too, with their numbers.
 */
export class SessionSocket {
  private socket?: WebSocket;
  private readonly end = new AbortController();

  /** `seen`: where to begin. */
  constructor(
    private readonly server: Server,
    private readonly sessionId: string,
    private seen: number | 'oldest' | 'now',
    private readonly onEvent: (event: SessionEvent) => void,
    private readonly onState: (state: LinkState, why?: string) => void,
  ) {
    void this.run();
  }

  /** False: there is no link now, and nothing was sent. */
  send(type: string, data?: unknown): boolean {
    if (this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify({ type, data }));
    return true;
  }

  close(): void {
    this.end.abort();
    this.socket?.close();
  }

  private async run(): Promise<void> {
    this.onState('connecting');
    for (let attempt = 0; ; attempt++) {
      let code = 1006;
      try {
        code = await this.live(await this.server.openSocket(this.sessionId, this.seen), () => (attempt = 0));
      } catch {
        // No token was to be had, as the server is away: that passes.
      }
      if (this.end.signal.aborted) return;
      const why = OVER[code];
      if (why !== undefined) return this.onState('over', why);
      this.onState('lost');
      await pause(attempt, this.end.signal);
      if (this.end.signal.aborted) return;
    }
  }

  /** From the opening of a socket to its end; the code that it was closed with. */
  private live(socket: WebSocket, onOpen: () => void): Promise<number> {
    this.socket = socket;
    if (this.end.signal.aborted) socket.close();
    return new Promise((resolve) => {
      socket.onopen = () => {
        onOpen();
        this.onState('open');
      };
      socket.onmessage = ({ data }) => this.hear(JSON.parse(data as string) as SessionEvent);
      socket.onclose = ({ code }) => resolve(code);
    });
  }

  private hear(event: SessionEvent): void {
    if (this.end.signal.aborted || typeof event.seq !== 'number') return;
    if (typeof this.seen === 'number' && event.seq <= this.seen) return;
    this.seen = event.seq;
    this.onEvent(event);
  }
}
