/** An element of index.html. */
export function find<T extends HTMLElement = HTMLElement>(id: string): T {
  return document.getElementById(id) as T;
}

/** A name may be cut where there is no room: all of it is the element's title. */
export function showName(element: HTMLElement, name: string): void {
  if (element.textContent === name) return;
  element.textContent = name;
  element.title = name;
}

/** Of the screens these alone. */
export function showOnly(...ids: string[]): void {
  for (const id of ['sign-in', 'lobby', 'match', 'leaderboard']) find(id).hidden = !ids.includes(id);
}

/** The word in the header: whether what is shown is the present. */
export const link = {
  account: false,
  presence: null as string | null,
  match: false,
  show(): void {
    const isLost = this.presence !== null || this.match;
    const [state, text] = !this.account
      ? ['out', 'Not logged in']
      : !isLost
        ? ['on', 'Online']
        : ['lost', navigator.onLine ? 'Reconnecting…' : 'Offline'];
    const element = find('link');
    if (element.textContent !== text) element.textContent = text;
    element.dataset.state = state;
    const trouble = find('trouble');
    // In a match it would move the board; the match has words of its own.
    trouble.hidden = this.presence === null || !this.account || !find('match').hidden;
    if (this.presence !== null) trouble.textContent = `${this.presence} Trying again…`;
  },
};
addEventListener('online', () => link.show());
addEventListener('offline', () => link.show());
