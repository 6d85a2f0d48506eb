/** What is chosen, and making a batch of it. */
import { useState } from 'react';
import type { ReactNode } from 'react';
import { useNavigate } from '@tanstack/react-router';
import { ON_FAILURE } from '../../../src/contracts/vocabulary.ts';
import type { OnFailure } from '../../../src/contracts/vocabulary.ts';
import { useCreateBatch } from '../data/batches.ts';
import { commandId, useCommand } from '../data/commands.ts';
import { plural } from '../model/format.ts';
import { Button } from '../ui/button.tsx';
import { TextField } from '../ui/fields.tsx';
import { Select } from '../ui/select.tsx';

/** A chosen requirement. */
export interface Chosen {
  readonly projectId: string;
  readonly requirementName: string;
}

const ON_FAILURE_WORDS: Readonly<Record<OnFailure, string>> = {
  continue: 'go on with the next task',
  stop: 'stop',
  pause: 'pause',
};

function useMake(chosen: readonly Chosen[], name: string, onFailure: OnFailure) {
  const navigate = useNavigate();
  const create = useCreateBatch();
  const start = useCommand('startBatch');
  const isBusy = create.isPending || start.isPending;
  const make = async (isStarted: boolean): Promise<void> => {
    const trimmed = name.trim();
    const batch = await create.mutateAsync({
      body: { tasks: [...chosen], onFailure, ...(trimmed === '' ? {} : { name: trimmed }) },
    });
    // A start that fails has said so, and the batch's own page is where one goes on.
    if (isStarted)
      await start.mutateAsync({ params: { id: batch.id }, body: { commandId: commandId() } }).catch(() => null);
    await navigate({ to: '/batches/$batchId', params: { batchId: batch.id } });
  };
  return { isBusy, make: (isStarted: boolean) => void make(isStarted).catch(() => undefined) };
}

/** Stays in view below the list. `children`: what else can be done with them. */
export function CreateBar({ chosen, children }: { readonly chosen: readonly Chosen[]; readonly children?: ReactNode }) {
  const [name, setName] = useState('');
  const [onFailure, setOnFailure] = useState<OnFailure>('continue');
  const { isBusy, make } = useMake(chosen, name, onFailure);
  const run = (isStarted: boolean) => () => make(isStarted);
  return (
    <section className="create-bar" aria-label="New batch">
      <strong className="number" role="status">
        {plural(chosen.length, 'task')} chosen
      </strong>
      <TextField label="Name" maxLength={200} placeholder="Day and project" value={name} onChange={setName} />
      <Select
        label="After a failed task"
        value={onFailure}
        onChange={setOnFailure}
        options={ON_FAILURE.map((value) => ({ value, label: ON_FAILURE_WORDS[value] }))}
      />
      <div className="row row-wrap">
        {children}
        <Button isDisabled={chosen.length === 0} isPending={isBusy} onPress={run(false)}>
          Create
        </Button>
        <Button kind="primary" isDisabled={chosen.length === 0} isPending={isBusy} onPress={run(true)}>
          Create and start
        </Button>
      </div>
    </section>
  );
}
