/** What a benchmark found, and how it is printed and kept. */
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { compact, median, spread } from './numbers.ts';

/** One measured figure beside its floor and its target. */
export interface Figure {
  readonly metric: string;
  readonly unit: string;
  /** The figure that is published, usually a median. */
  readonly ours: number;
  /** Measured in the same run; null where the target is absolute. */
  readonly floor: number | null;
  /** `ratio` bounds ours / floor, `value` bounds ours; null: only shown. */
  readonly target: { readonly of: 'ratio' | 'value'; readonly atMost: number } | null;
  /** Of every round, in the order in which they were taken. */
  readonly rounds: readonly number[];
  readonly floorRounds: readonly number[];
}

/** All figures of one benchmark. */
export interface BenchResult {
  readonly name: string;
  readonly figures: readonly Figure[];
  /** What must be known to read them. */
  readonly notes: readonly string[];
}

/** Milliseconds of which the worst round counts: bounds, not averages. */
export function worstOf(metric: string, rounds: readonly number[], atMost: number): Figure {
  return {
    metric: `${metric} (worst; median ${Math.round(median(rounds))})`,
    unit: 'ms',
    ours: Math.max(...rounds),
    floor: null,
    target: { of: 'value', atMost },
    rounds,
    floorRounds: [],
  };
}

/** True when the figure keeps its target, or has none. */
export function isMet(figure: Figure): boolean {
  if (figure.target === null) return true;
  const value = figure.target.of === 'ratio' ? ratioOf(figure) : figure.ours;
  return value !== null && value <= figure.target.atMost;
}

/** Ours by floor; null without a floor. */
function ratioOf(figure: Figure): number | null {
  return figure.floor === null ? null : figure.ours / figure.floor;
}

const HEAD = ['figure', 'ours', 'spread', 'floor', 'floor spread', 'ratio', 'target', 'n', 'met'];

/** The figures as a Markdown table. */
export function tableOf({ figures }: BenchResult): string {
  const rows = figures.map((figure) => {
    const ratio = ratioOf(figure);
    const { target } = figure;
    const bound = target === null ? '' : `<= ${target.atMost}${target.of === 'ratio' ? 'x' : ` ${figure.unit}`}`;
    return [
      figure.metric,
      `${compact(figure.ours)} ${figure.unit}`,
      spread(figure.rounds),
      figure.floor === null ? '' : compact(figure.floor),
      spread(figure.floorRounds),
      ratio === null ? '' : `${ratio.toFixed(3)}x`,
      bound,
      String(figure.rounds.length),
      target === null ? '' : isMet(figure) ? 'yes' : 'NO',
    ];
  });
  const widths = HEAD.map((head, at) => Math.max(head.length, ...rows.map((row) => (row[at] ?? '').length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`;
  return [line(HEAD), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

/** Writes the result with the machine it was taken on; returns the file. */
export async function keepResult(directory: string, result: BenchResult): Promise<string> {
  await mkdir(directory, { recursive: true });
  const at = new Date().toISOString();
  const file = join(directory, `${result.name}-${at.replaceAll(/[:.]/g, '-')}.json`);
  const machine = { cpus: cpus().length, model: cpus()[0]?.model ?? '', load: loadavg(), node: process.version };
  await writeFile(file, `${JSON.stringify({ at, machine, ...result }, null, 2)}\n`);
  return file;
}
