/** Keys as they are printed on a keyboard. */

/** `g t`: one after the other; `Ctrl+K`: together. */
export function Keys({ keys }: { readonly keys: string }) {
  return (
    <span className="keys">
      {keys.split(' ').map((key) => (
        <kbd key={key}>{key}</kbd>
      ))}
    </span>
  );
}
