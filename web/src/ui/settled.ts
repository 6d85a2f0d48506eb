/** Values that change as one types. */
import { useEffect, useState } from 'react';

/** So long nobody types before something is done about it. */
const PAUSE_MS = 250;

/** The text once it has not changed for a moment. */
export function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}
