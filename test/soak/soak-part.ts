/** What a part of the soak test is, and how its figures are said. */

/** What the command line chose; null: the part's own number. */
export interface SoakOptions {
  readonly minutes: number | null;
  readonly tasks: number | null;
  readonly moves: number | null;
  readonly batches: number | null;
  readonly seed: number;
  readonly say: (text: string) => void;
}

/** What a part found: its figures, and each promise or bound that did not hold in one sentence. */
export interface SoakResult {
  readonly figures: Readonly<Record<string, unknown>>;
  readonly violations: readonly string[];
}

/** One part of the soak test. */
export type SoakPart = (options: SoakOptions) => Promise<SoakResult>;

/** A bound on a figure: the sentence that says that it was missed, or nothing. */
export function exceeded(what: string, value: number, atMost: number, unit: string): string[] {
  if (value <= atMost) return [];
  return [`${what}: ${value.toFixed(1)} ${unit}, more than ${atMost.toFixed(1)} ${unit}`];
}
