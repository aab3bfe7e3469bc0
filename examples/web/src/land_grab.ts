/**
 * The rules. Two players claim fields next to their own, as fast as they like; what one of them has closed off is
 * theirs. Nobody runs the game: every page plays the same claims in the order that the server gave them, and so
 * arrives at the same board.
 */
export const SIDE = 7;
export const FIELDS = SIDE * SIDE;
export const STAR_POINTS = 3;
export const WIN_POINTS = 20;

export type Seat = 0 | 1;

export class LandGrab {
  readonly owner: (Seat | null)[] = new Array<Seat | null>(FIELDS).fill(null);
  readonly stars: ReadonlySet<number>;

  /** The same `seed` makes the same board. */
  constructor(seed: string) {
    this.stars = starsOf(seed);
    this.owner[0] = 0;
    this.owner[FIELDS - 1] = 1;
  }

  mayClaim(seat: Seat, field: number): boolean {
    return this.owner[field] === null && neighbours(field).some((next) => this.owner[next] === seat);
  }

  /** The fields won: this one, and what it closed off. None if it may not be claimed, as somebody was faster. */
  claim(seat: Seat, field: number): number[] {
    if (!this.mayClaim(seat, field)) return [];
    this.owner[field] = seat;
    return [field, ...this.closeOff()];
  }

  points(seat: Seat): number {
    return this.owner.reduce<number>((sum, owner, field) => sum + (owner === seat ? this.worth(field) : 0), 0);
  }

  get isOver(): boolean {
    return !this.owner.includes(null);
  }

  private worth(field: number): number {
    return this.stars.has(field) ? STAR_POINTS : 1;
  }

  /** Free fields that only one of the two can still reach go to them. */
  private closeOff(): number[] {
    const won: number[] = [];
    const seen = new Set<number>();
    for (let start = 0; start < FIELDS; start++) {
      if (this.owner[start] !== null || seen.has(start)) continue;
      const region = [start];
      const around = new Set<Seat>();
      seen.add(start);
      for (const field of region) {
        for (const next of neighbours(field)) {
          const owner = this.owner[next];
          if (owner === 0 || owner === 1) around.add(owner);
          else if (!seen.has(next)) {
            seen.add(next);
            region.push(next);
          }
        }
      }
      const [only, other] = around;
      if (only === undefined || other !== undefined) continue;
      for (const field of region) this.owner[field] = only;
      won.push(...region);
    }
    return won;
  }
}

export function neighbours(field: number): number[] {
  const row = Math.floor(field / SIDE);
  const column = field % SIDE;
  const next: number[] = [];
  if (row > 0) next.push(field - SIDE);
  if (row < SIDE - 1) next.push(field + SIDE);
  if (column > 0) next.push(field - 1);
  if (column < SIDE - 1) next.push(field + 1);
  return next;
}

/** One in the middle, and three pairs that are as far from one player as from the other. */
function starsOf(seed: string): Set<number> {
  const stars = new Set([(FIELDS - 1) / 2]);
  let state = 2166136261;
  for (const letter of seed) state = Math.imul(state ^ letter.charCodeAt(0), 16777619);
  while (stars.size < 7) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const field = 3 + Math.floor((state / 2 ** 32) * (FIELDS - 6));
    stars.add(field);
    stars.add(FIELDS - 1 - field);
  }
  return stars;
}
