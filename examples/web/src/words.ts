import { Code, ConnectError } from '@connectrpc/connect';

/** What went wrong, in a sentence for the player. */
export function inWords(error: unknown): string {
  if (!(error instanceof ConnectError)) return error instanceof Error ? error.message : String(error);
  switch (error.code) {
    case Code.Unavailable:
    case Code.Unknown: // What browsers say of a server that is not there.
      return 'The server cannot be reached.';
    case Code.DeadlineExceeded:
      return 'The server takes too long to answer.';
    case Code.ResourceExhausted:
      return `Too much at once: ${error.rawMessage}. Wait a moment.`;
    default:
      return sentence(error.rawMessage || 'The server refused, and did not say why');
  }
}

/** Whether the same may work in a moment. */
export function isPassing(error: unknown): boolean {
  const passing = [Code.Unavailable, Code.Unknown, Code.DeadlineExceeded, Code.Aborted, Code.ResourceExhausted];
  return error instanceof ConnectError && passing.includes(error.code);
}

/** Whether the login, or what was typed to log in, was not believed. */
export function isRefusal(error: unknown): boolean {
  return error instanceof ConnectError && error.code === Code.Unauthenticated;
}

export function sentence(text: string): string {
  const whole = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(whole) ? whole : `${whole}.`;
}
