import { Code, ConnectError } from '@connectrpc/connect';
import { addressOfServer } from './server';

/** What the server says of names and passwords, for players. */
const RULES: [RegExp, input: 'name' | 'password', text: string][] = [
  [/^username: must be/, 'name', 'Use 3 to 32 letters, digits, dots, hyphens or underscores for the name.'],
  [/^password: must be/, 'password', 'Use 8 characters or more for the password.'],
];

/** What went wrong, in a sentence for the player. */
export function inWords(error: unknown): string {
  if (!(error instanceof ConnectError)) return error instanceof Error ? error.message : String(error);
  switch (error.code) {
    case Code.Unavailable:
    case Code.Unknown: // What browsers say of a server that is not there.
      return `The server at ${addressOfServer(location)} cannot be reached.`;
    case Code.DeadlineExceeded:
      return 'The server takes too long to answer.';
    case Code.ResourceExhausted:
      return `Too much at once: ${error.rawMessage}. Wait a moment.`;
    case Code.InvalidArgument:
      return ruleOf(error)?.[2] ?? sentence(error.rawMessage);
    default:
      return sentence(error.rawMessage || 'The server refused, and did not say why');
  }
}

/** The input that it is about; null if it is about none. */
export function inputOf(error: unknown): 'name' | 'password' | null {
  if (!(error instanceof ConnectError)) return null;
  if (error.code === Code.AlreadyExists) return 'name';
  if (error.code === Code.Unauthenticated) return 'password';
  return ruleOf(error)?.[1] ?? (/^password/.test(error.rawMessage) ? 'password' : null);
}

function ruleOf({ rawMessage }: ConnectError): (typeof RULES)[number] | undefined {
  return RULES.find(([rule]) => rule.test(rawMessage));
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
