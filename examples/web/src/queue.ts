import { Code, ConnectError } from '@connectrpc/connect';
import { JoinLeaveGame_Action as Action } from '../generated/v1/api/game/join_leave_pb';
import { GameState, type Session } from '../generated/v1/api/game/session_pb';
import { pause } from './patience';
import type { Server } from './server';
import { inWords, isPassing, sentence } from './words';

/**
 * Takes a place in the queue and waits for the match that it becomes. `onTrouble` hears what is wrong just now, and
 * null when all is well again. Aborting leaves the queue.
 */
export async function findMatch(
  server: Server,
  gameId: string,
  signal: AbortSignal,
  onTrouble: (why: string | null) => void,
): Promise<Session> {
  let place: Session | undefined;
  for (let attempt = 0; ; attempt++) {
    try {
      signal.throwIfAborted();
      // Who joins again gets the place that they have.
      place ??= sessionOf(await server.games.joinLeave({ gameId, action: Action.JOIN }));
      for await (const session of server.games.watchQueue({ id: place.id }, { signal })) {
        attempt = 0;
        onTrouble(null);
        if (session.state === GameState.STATE_STARTED) return session;
        if (session.state !== GameState.STATE_QUEUED) throw new Error(whyEnded(session));
      }
    } catch (error) {
      if (signal.aborted) {
        // If that fails, the place ends by itself.
        if (place !== undefined) void leave(server, gameId, place.id).catch(() => {});
        throw error;
      }
      if (!isPassing(error)) throw error;
      // Nobody watches it, so that the server keeps the place for 5 s only: as long as the first few attempts take.
      const isKept = place !== undefined && attempt < 4;
      onTrouble(`${inWords(error)} ${isKept ? 'Your place is kept for a moment.' : 'Trying again…'}`);
    }
    await pause(attempt, signal);
  }
}

/** Leaves a session, or a place in the queue. To have left before is as good. */
export async function leave(server: Server, gameId: string, sessionId: string): Promise<void> {
  try {
    await server.games.joinLeave({ gameId, action: Action.LEAVE, sessionId });
  } catch (error) {
    const gone = [Code.NotFound, Code.FailedPrecondition, Code.PermissionDenied];
    if (!(error instanceof ConnectError && gone.includes(error.code))) throw error;
  }
}

export function sessionOf(answer: { data: { case?: string; value?: unknown } }): Session {
  if (answer.data.case !== 'session') throw new Error('The server answered without a session.');
  return answer.data.value as Session;
}

export function textOf(session: Session, attribute: string): string {
  const value = session.attributes[attribute]?.value;
  return value?.case === 'stringValue' ? value.value : '';
}

function whyEnded(session: Session): string {
  return sentence(textOf(session, 'error') || 'The place in the queue is gone; try again');
}
