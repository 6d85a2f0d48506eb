/** Parts of a screen that come after it. */
import { useEffect, useState } from 'react';

/**
 * A part that is loaded when the screen is there; null until then. Unlike with Suspense, which holds a part back for 300 ms
 * after another one was shown, it is drawn as soon as it is there.
 */
export function useLoaded<Part>(load: () => Promise<Part>): Part | null {
  const [part, setPart] = useState<{ readonly is: Part } | null>(null);
  useEffect(() => {
    let isWanted = true;
    void load().then((is) => {
      if (isWanted) setPart({ is });
    });
    return () => {
      isWanted = false;
    };
  }, [load]);
  return part?.is ?? null;
}
