import { showName } from './screen';
import type { Server } from './server';

const LENGTH = 8;

/** Fills the table with the best of the game, and marks our own row. */
export async function showLeaderboard(
  table: HTMLTableSectionElement,
  server: Server,
  gameId: string,
  me: string,
): Promise<void> {
  const { data } = await server.scores.getLeaderboard({ gameId, limit: LENGTH });
  const entries = data.case === 'leaderboard' ? data.value.entries : [];
  if (entries.length === 0) {
    const row = table.insertRow();
    const cell = row.insertCell();
    cell.colSpan = 3;
    cell.textContent = 'Nobody has played yet.';
    table.replaceChildren(row);
    return;
  }
  table.replaceChildren(
    ...entries.map(({ rank, score, playerName }) => {
      const row = document.createElement('tr');
      row.classList.toggle('me', score?.playerId === me);
      for (const text of [String(rank), playerName || score?.playerId || '', String(score?.value ?? '')]) {
        showName(row.insertCell(), text);
      }
      return row;
    }),
  );
}
