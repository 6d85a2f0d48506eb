/** Pieces of Markdown that the generated documents share. */

/** One row of a table; a bar inside a cell is escaped. */
export function tableRow(...cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
