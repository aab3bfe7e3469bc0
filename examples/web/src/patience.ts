/** Waits before a further attempt: longer each time, never two clients alike, and no longer once the network is back. */
export function pause(attempt: number, signal?: AbortSignal): Promise<void> {
  const longest = Math.min(8000, 500 * 2 ** attempt);
  const wait = longest / 2 + (Math.random() * longest) / 2;
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      removeEventListener('online', done);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, wait);
    addEventListener('online', done);
    signal?.addEventListener('abort', done);
  });
}
