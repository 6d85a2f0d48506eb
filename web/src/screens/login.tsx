/** The login: for browsers without a session. */
import { useState } from 'react';
import type { FormEvent } from 'react';
import { describeError } from '../data/commands.ts';
import { logIn } from '../data/session.ts';
import { Command } from '../ui/command.tsx';
import { Logo } from '../ui/icons.tsx';

/** Takes the token; a link with a one-time code never comes here. */
export function Login() {
  const [token, setToken] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    logIn(token.trim()).catch((error: unknown) => setProblem(describeError(error).fact));
  };
  return (
    <main id="main" className="login">
      <Logo />
      <h1>Log in to Nightloom</h1>
      <p>Open the link that the stack printed when it started, or enter its token here. This prints the token:</p>
      <Command text="nightloom token" />
      <form onSubmit={submit}>
        <label className="field">
          <span>Token</span>
          <input
            type="password"
            autoComplete="current-password"
            required
            value={token}
            aria-invalid={problem !== null}
            aria-describedby="login-problem"
            onChange={(event) => setToken(event.target.value)}
          />
        </label>
        <p id="login-problem" className="problem" role="alert">
          {problem}
        </p>
        <button type="submit" className="button button-primary">
          Log in
        </button>
      </form>
    </main>
  );
}
