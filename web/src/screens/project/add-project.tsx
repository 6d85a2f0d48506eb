/** Adding a project by its path: what is there is said while one types. */
import { useState } from 'react';
import type { FormEvent } from 'react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import type { RouteAnswer } from '../../../../src/contracts/http.ts';
import { useCommand } from '../../data/commands.ts';
import { KEYS, pathCheckQuery } from '../../data/queries.ts';
import { plural } from '../../model/format.ts';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/fields.tsx';
import { useSettled } from '../../ui/settled.ts';

/** See above. */
export function AddProject() {
  const [path, setPath] = useState('');
  const [refusal, setRefusal] = useState<string | null>(null);
  const settled = useSettled(path.trim());
  const { data: check } = useQuery(pathCheckQuery(settled));
  const queries = useQueryClient();
  const navigate = useNavigate();
  const add = useCommand('addProject', (project) => `${project.name} was added.`, { areErrorsShown: false });
  const isCurrent = check !== undefined && settled === path.trim() && settled !== '';
  const problem = isCurrent && check.problem !== null ? problemWith(check.problem) : null;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setRefusal(null);
    add.mutate(
      { body: { path: path.trim() } },
      {
        onSuccess: (project) => {
          void queries.invalidateQueries({ queryKey: KEYS.projects });
          void navigate({ to: '/projects/$projectId', params: { projectId: project.id } });
        },
        onError: (error) => setRefusal(problemWith(error)),
      },
    );
  };
  return (
    <form className="form add-project" onSubmit={submit}>
      <TextField
        label="Path of a repository"
        isCode
        isRequired
        autoComplete="off"
        placeholder="/home/me/code/shop"
        value={path}
        onChange={(next) => {
          setPath(next);
          setRefusal(null);
        }}
        problem={refusal ?? problem}
        hint={isCurrent && check.ok ? <Found check={check} /> : 'Nothing in it is changed by adding it.'}
      />
      <Button type="submit" kind="primary" isPending={add.isPending}>
        Add project
      </Button>
    </form>
  );
}

/** What is wrong with a path, to somebody who can type another one: the catalogue's hints are for the command line. */
function problemWith(error: { readonly code?: unknown; readonly message: string }): string {
  if (error.code !== 'not_a_repository') return error.message;
  return 'This folder is in no git repository. Run `git init` in it, or enter another one.';
}

function Found({ check }: { readonly check: RouteAnswer<'checkProject'> }) {
  if (check.projectId !== null) {
    return (
      <>
        Registered already:{' '}
        <Link to="/projects/$projectId" params={{ projectId: check.projectId }}>
          {check.name ?? check.path}
        </Link>
      </>
    );
  }
  const where = check.branch === null ? 'no branch' : `on ${check.branch}`;
  const changes = check.uncommittedFiles ?? 0;
  return (
    <>
      {check.name}, {where}
      {changes > 0 && `, ${plural(changes, 'uncommitted file')}: they are left alone`}
    </>
  );
}
