/** How something is repaired: a command to copy where there is one, else words. */
import { repairParts } from '../model/repair.ts';
import { Command } from './command.tsx';

/** See above. */
export function Repair({ text }: { readonly text: string }) {
  const { command, words } = repairParts(text);
  return (
    <div className="repair">
      {command !== null && <Command text={command} />}
      {words !== null && <p className="quiet small">{words}</p>}
    </div>
  );
}
