import { PresenceState, type PresenceStatusSchema } from '../generated/oofgg/v1/presence_pb';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { pause } from './patience';
import type { Server } from './server';
import { inWords, isRefusal } from './words';

export { PresenceState };
export type Status = MessageInitShape<typeof PresenceStatusSchema>;

/**
 * Being online, and knowing which friends are. A page can say one thing only on a stream, so that each change opens
 * another; the grace period of the server hides the gap.
 */
export class Presence {
  private friends: string[] = [];
  private status: Status = { state: PresenceState.ONLINE };
  private stream?: AbortController;

  constructor(
    private readonly server: Server,
    private readonly onFriend: (userId: string, state: PresenceState) => void,
    private readonly onTrouble: (why: string | null) => void,
  ) {}

  /** Of whom we hear from now on, and what others see of us. */
  watch(friends: string[], status: Status = this.status): void {
    this.friends = friends;
    this.status = status;
    this.open();
  }

  close(): void {
    this.stream?.abort();
  }

  private open(): void {
    const former = this.stream;
    this.stream = new AbortController();
    void this.run(this.stream.signal);
    former?.abort();
  }

  private async run(signal: AbortSignal): Promise<void> {
    for (let attempt = 0; !signal.aborted; attempt++) {
      try {
        const request = { friends: { userIds: this.friends }, status: this.status };
        // Headers come as soon as we are let in; who has no friends would hear nothing else.
        const onHeader = () => {
          attempt = 0;
          if (!signal.aborted) this.onTrouble(null);
        };
        for await (const update of this.server.presence.watch(request, { signal, onHeader })) {
          if (!signal.aborted) this.onFriend(update.userId, update.state);
        }
      } catch (error) {
        if (isRefusal(error)) this.server.onRefused();
        if (!signal.aborted) this.onTrouble(inWords(error));
      }
      await pause(attempt, signal);
    }
  }
}
