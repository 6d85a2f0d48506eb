/** What the scripted agent remembers of a session across processes: one small JSON file per session. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

function fileOf(env, id) {
  const directory = env.NIGHTLOOM_SCRIPTED_STATE || join(env.HOME || homedir(), '.nightloom-scripted');
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  return join(directory, `${id.replace(/[^\w-]/g, '_')}.json`);
}

class Session {
  #file;
  /** The script's text as it was last given; a prompt to resume need not repeat it. */
  script = null;
  /** Name of the section being worked on, and how many of its lines were begun. */
  section = null;
  done = 0;
  /** Total over all processes, like Claude's own figure. */
  costUsd = 0;

  constructor(file) {
    this.#file = file;
  }

  save() {
    writeFileSync(`${this.#file}.new`, JSON.stringify(this), { mode: 0o600 });
    renameSync(`${this.#file}.new`, this.#file);
  }
}

/** True if the session was begun. */
export function sessionExists(env, id) {
  return existsSync(fileOf(env, id));
}

/** The session as it was last saved. */
export function loadSession(env, id) {
  const file = fileOf(env, id);
  return Object.assign(new Session(file), JSON.parse(readFileSync(file, 'utf8')));
}

/** A new session, saved at once so that a killed process leaves one to resume. */
export function createSession(env, id) {
  const session = new Session(fileOf(env, id));
  session.save();
  return session;
}
