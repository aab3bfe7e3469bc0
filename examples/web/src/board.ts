import { neighbours, SIDE, FIELDS, type LandGrab, type Seat } from './land_grab';

export interface Picture {
  game: LandGrab;
  me: Seat;
  /** Whether claims are taken now. */
  isOpen: boolean;
  /** Claimed here and not yet back from the server. */
  pending: ReadonlySet<number>;
  /** Where the other one points. */
  aim: number | null;
}

/** The fields as buttons: pressed by finger, mouse or keyboard; arrow keys walk. */
export class BoardView {
  private readonly fields: HTMLButtonElement[] = [];
  private focus = 0;

  constructor(root: HTMLElement, onClaim: (field: number) => void, onAim: (field: number | null) => void) {
    root.replaceChildren();
    for (let field = 0; field < FIELDS; field++) {
      const button = document.createElement('button');
      button.type = 'button';
      button.className = 'field';
      button.tabIndex = field === 0 ? 0 : -1;
      button.dataset.field = String(field);
      // Not "click", which a finger that slides a little does not make; the keyboard's clicks have no detail.
      button.addEventListener('pointerdown', (event) => {
        if (event.button === 0) onClaim(field);
      });
      button.addEventListener('click', (event) => {
        if (event.detail === 0) onClaim(field);
      });
      button.addEventListener('pointerenter', (event) => {
        if (event.pointerType === 'mouse') onAim(field);
      });
      button.addEventListener('focus', () => {
        this.fields[this.focus]!.tabIndex = -1;
        this.focus = field;
        button.tabIndex = 0;
        if (button.matches(':focus-visible')) onAim(field);
      });
      this.fields.push(button);
      root.append(button);
    }
    root.onpointerleave = () => onAim(null);
    root.onkeydown = (event) => this.walk(event);
  }

  /** Where the keyboard is from now on. */
  focusOn(field: number): void {
    this.fields[field]!.focus({ preventScroll: true });
  }

  show({ game, me, isOpen, pending, aim }: Picture): void {
    this.fields.forEach((button, field) => {
      const owner = game.owner[field] ?? null;
      const mine = isOpen && game.mayClaim(me, field);
      set(button, 'owner', owner === null ? null : String(owner));
      set(button, 'star', game.stars.has(field) ? '' : null);
      set(button, 'open', mine ? String(me) : null);
      set(button, 'pending', owner === null && pending.has(field) ? String(me) : null);
      set(button, 'aim', aim === field ? String(1 - me) : null);
      for (const [side, next] of Object.entries(sidesOf(field))) {
        set(button, side, owner !== null && next !== undefined && game.owner[next] === owner ? '' : null);
      }
      button.setAttribute('aria-label', describe(game, me, field, mine));
      button.setAttribute('aria-disabled', String(!mine));
    });
  }

  private walk(event: KeyboardEvent): void {
    const column = this.focus % SIDE;
    const steps: Record<string, number> = {
      ArrowUp: -SIDE,
      ArrowDown: SIDE,
      ArrowLeft: column > 0 ? -1 : 0,
      ArrowRight: column < SIDE - 1 ? 1 : 0,
    };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const to = this.focus + step;
    if (neighbours(this.focus).includes(to)) this.focusOn(to);
  }
}

function set(button: HTMLElement, name: string, value: string | null): void {
  if (value === null) delete button.dataset[name];
  else if (button.dataset[name] !== value) button.dataset[name] = value;
}

/** The fields around, to draw land in one piece. */
function sidesOf(field: number): Record<'above' | 'below' | 'left' | 'right', number | undefined> {
  const around = neighbours(field);
  const on = (step: number) => (around.includes(field + step) ? field + step : undefined);
  return { above: on(-SIDE), below: on(SIDE), left: on(-1), right: on(1) };
}

function describe(game: LandGrab, me: Seat, field: number, mine: boolean): string {
  const owner = game.owner[field];
  const whose = owner === null ? (mine ? 'free, yours to claim' : 'free') : owner === me ? 'yours' : 'theirs';
  const star = game.stars.has(field) ? ', star' : '';
  return `row ${Math.floor(field / SIDE) + 1}, column ${(field % SIDE) + 1}: ${whose}${star}`;
}
