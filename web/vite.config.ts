import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { englishOnly, routeTable, sonnerWithoutStyles } from '../scripts/web-plugins.ts';

const root = fileURLToPath(new URL('.', import.meta.url));

/** `npm run build:web` builds into `web/dist`; `scripts/build-web.ts` calls it. */
export default defineConfig({
  root,
  plugins: [routeTable(), englishOnly(), sonnerWithoutStyles(), react()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    // Inlined files would be data: addresses, which the policy refuses.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    modulePreload: { polyfill: false },
    manifest: true,
  },
});
