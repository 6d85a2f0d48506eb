/** The login: for browsers without a session. */
import { useState } from 'react';
import type { FormEvent } from 'react';
import { describeError } from '../data/describe-error.ts';
import { logIn } from '../data/session.ts';
import { Button } from '../ui/button.tsx';
import { Command } from '../ui/command.tsx';
import { TextField } from '../ui/fields.tsx';
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
        <TextField
          label="Token"
          type="password"
          autoComplete="current-password"
          isRequired
          value={token}
          onChange={setToken}
          problem={problem}
        />
        <Button type="submit" kind="primary">
          Log in
        </Button>
      </form>
    </main>
  );
}
